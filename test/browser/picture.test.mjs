// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The picture and the events, in all orders in which they can come: events that overtake the picture
// that was read before them, a picture that is ahead of events that are still on their way. What the
// desk shows must be how things were after the newest event that it can know of, never anything older.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({ desk: 'model/desk.ts', told: 'model/told.ts' })

// A small generator, so that a failure can be had again.
function randomOf(seed) {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
}

const state = (operationName, at) => ({ channel: 'voice', userState: { id: operationName }, userStateSince: at })

// A server with one user: its events by number, and how everything was after each of them.
class Server {
  events = []
  past = [{ calls: new Map(), channel: state('NotReady', 0) }]

  get last() {
    return this.events.length
  }

  happens(data, change) {
    const before = this.past.at(-1)
    const now = { ...before, calls: new Map(before.calls) }
    change(now)
    this.past.push(now)
    this.events.push({ channel: '/v2/me/calls', data, number: this.last + 1 })
  }

  call(id, callState, more = {}) {
    const dnis = String(this.last + 1)
    const call = { id, state: callState, duration: '0', dnis, participants: [], capabilities: [] }
    const message = { messageType: 'CallStateChangeMessage', notificationType: 'StatusChange', call, ...more }
    this.happens(message, ({ calls }) => (callState === 'Released' ? calls.delete(id) : calls.set(id, call)))
  }

  agent(operationName) {
    const channel = state(operationName, this.last + 1)
    const message = { messageType: 'ChannelStateChangeMessageV2', channels: [channel] }
    this.happens(message, (now) => (now.channel = channel))
  }

  answer() {
    const { calls, channel } = this.past.at(-1)
    const user = { id: 'u', roles: [], devices: [], channels: [channel], calls: [...calls.values()] }
    const headers = { 'X-Cordboard-Sequence': String(this.last) }
    const response = new Response(JSON.stringify({ statusCode: 0, user }), { headers })
    return { sequence: this.last, response }
  }
}

let server
// The request of a picture: answered by the server when it likes, and the answer comes when it is let.
let asked

beforeEach(() => {
  page.desk.deskClear()
  page.told.told.value = []
  server = new Server()
  globalThis.fetch = () => new Promise((come) => (asked = { come }))
})

function handle() {
  asked.answer ??= server.answer()
}

function shows(number) {
  const { calls, channel } = server.past[number]
  const shown = [...page.desk.calls.peek().values()].map(({ call }) => `${call.id} ${call.state} ${call.dnis}`)
  assert.deepEqual(shown.sort(), [...calls.values()].map((call) => `${call.id} ${call.state} ${call.dnis}`).sort())
  if (page.desk.channel.peek()) assert.deepEqual(page.desk.channel.peek(), channel)
}

// Returns what lets the answer come.
function reads() {
  const read = page.desk.deskRead()
  return async () => {
    handle()
    const { come, answer } = asked
    come(answer.response)
    await read
    return answer.sequence
  }
}

function happening(random) {
  if (random(5) === 0) return server.agent(random(2) ? 'Ready' : 'NotReady')
  const states = ['Ringing', 'Established', 'Held', 'Released']
  return server.call('ABC'[random(3)], states[random(4)])
}

test('whatever overtakes what, nothing older is shown than is known, and all in the end', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    page.desk.deskClear()
    server = new Server()
    const random = randomOf(seed)
    let delivered = 0
    let known = 0
    let arrive
    for (let step = 0; step < 60 || delivered < server.last || arrive; step++) {
      const act = random(5)
      if (act === 0 && step < 60) happening(random)
      if (act === 1 && !arrive && step < 60) arrive = reads()
      if (act === 4 && arrive) handle()
      if (act === 2 && arrive) {
        known = Math.max(known, await arrive())
        arrive = undefined
      }
      if (act === 3 && delivered < server.last) {
        known = Math.max(known, delivered + 1)
        page.desk.deskEvent(server.events[delivered++])
      }
      try {
        shows(known)
      } catch (error) {
        error.message = `seed ${seed}, step ${step}: ${error.message}`
        throw error
      }
    }
    shows(server.last)
  }
})

test('a picture that is ahead of the end of a call takes the reason when it comes', async () => {
  server.call('A', 'Established')
  await reads()()
  server.call('A', 'Released', { extensions: { ReleaseReason: 'busy' } })
  await reads()()
  const [gone] = page.desk.pastCalls.peek()
  assert.deepEqual([gone.call.id, gone.releaseReason], ['A', undefined])
  page.desk.deskEvent(server.events[1])
  const past = page.desk.pastCalls.peek()
  assert.deepEqual(past.map(({ call, releaseReason }) => [call.id, releaseReason]), [['A', 'busy']])
})

test('a picture that comes after the log-out shows nothing', async () => {
  server.call('A', 'Ringing')
  await reads()()
  const arrive = reads()
  page.desk.deskClear()
  await arrive()
  assert.equal(page.desk.me.peek(), undefined)
  assert.equal(page.desk.calls.peek().size, 0)
  await reads()()
  shows(1)
})

test('what an event complains of is told once, also where the picture is ahead of it or behind', async () => {
  const errors = () => page.told.told.peek().length
  const arrive = reads()
  handle()
  server.call('A', 'Established', { notificationType: 'Error', errorMessage: 'no way' })
  page.desk.deskEvent(server.events[0])
  assert.equal(errors(), 1)
  await arrive()
  assert.equal(errors(), 1)
  server.call('A', 'Held', { notificationType: 'Error', errorMessage: 'no way either' })
  await reads()()
  page.desk.deskEvent(server.events[1])
  assert.equal(errors(), 2)
})

test('a resync is passed on, and events without a number are applied', () => {
  let isLost = false
  page.desk.deskOnLost(() => (isLost = true))
  page.desk.deskEvent({ channel: '/v2/me/resync', data: { messageType: 'ResyncMessage', from: 1, to: 9 }, number: 0 })
  assert.ok(isLost)
  server.call('A', 'Ringing')
  page.desk.deskEvent({ ...server.events[0], number: 0 })
  shows(1)
})
