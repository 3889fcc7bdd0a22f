// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the page makes of the floor, without a browser: what reaches the tiles and when, and which
// agents are shown.

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { after, beforeEach, test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({
  desk: 'model/desk.ts', floor: 'model/floor.ts', shown: 'supervisor/shown.ts', simulator: 'model/simulator.ts',
  pause: 'base/pause.ts',
})
const A_FRAME = 20 // tiles; of those on the screen, and as many others

let stop = () => undefined

// A server whose answers the test gives, and a screen whose frames it draws.
const asked = []
let frames = []

function answer(body, status = 200) {
  const { reply } = asked.shift()
  reply(new Response(JSON.stringify({ statusCode: 0, time: Date.now(), queues: [], agents: [], ...body }), { status }))
}

async function until(condition) {
  const end = Date.now() + 5000
  while (!condition()) {
    assert.ok(Date.now() < end, 'it did not happen')
    await new Promise((done) => setImmediate(done))
  }
}

function draw() {
  const due = frames
  frames = []
  due.forEach((one) => one())
}

const agent = (number, more = {}) => ({
  id: 'id' + number, userName: 'agent' + number, firstName: 'Agent', lastName: String(number),
  path: '/users/id' + number, phoneNumber: String(15000 + number), registered: true, doNotDisturb: 'Off',
  userStateSince: 0, queues: ['9000'], calls: [], ...more,
})
const many = (count, more) => Array.from({ length: count }, (_, number) => agent(number, more))
const ready = { userState: { id: 'r', displayName: 'Ready', state: 'Ready' } }
const call = (state, phoneNumber) => ({ id: 'c', state, callType: 'Inbound', participants: [{ phoneNumber }] })

async function answered(body) {
  await until(() => asked.length > 0)
  answer(body)
  await until(() => asked.length > 0)
}

globalThis.document = { hidden: false, documentElement: {} }
globalThis.requestAnimationFrame = (then) => frames.push(then)
globalThis.fetch = (path) => new Promise((reply) => asked.push({ path, reply }))

after(() => stop())

beforeEach(() => {
  stop()
  asked.length = 0
  draw()
  page.desk.me.value = undefined // what was known of the floor is forgotten
  page.desk.me.value = { id: 'super', userName: 'super0' }
  page.shown.search.value = page.shown.activity.value = page.shown.queue.value = ''
  stop = page.floor.floorFollow()
})

test('after the whole floor only what changed is asked for, and waited for', async () => {
  await until(() => asked.length > 0)
  assert.equal(asked[0].path, '/api/v2/floor')
  await answered({ version: '7', whole: true, agents: many(3) })
  assert.equal(asked[0].path, '/api/v2/floor?since=7&wait=8')
  await answered({ version: '9', whole: false, agents: [agent(1, ready)] })
  assert.equal(asked[0].path, '/api/v2/floor?since=9&wait=8')
  assert.equal(page.floor.floorAgents().get('id1').userState.displayName, 'Ready')
  assert.equal(page.floor.floorAgents().size, 3)
})

test('after trouble it is asked again, without waiting', async () => {
  await answered({ version: '7', whole: true, agents: many(1) })
  await answered({ statusCode: 4, statusMessage: 'full' })
  assert.equal(page.floor.floorTrouble.value, 'full')
  assert.equal(asked[0].path, '/api/v2/floor?since=7&wait=0')
  await answered({ version: '7', whole: false })
  assert.equal(page.floor.floorTrouble.value, '')
  assert.equal(asked[0].path, '/api/v2/floor?since=7&wait=8')
})

test('a whole answer replaces what was known', async () => {
  await answered({ version: '7', whole: true, agents: many(3) })
  await answered({ version: '2', whole: true, agents: [agent(1), agent(5)] })
  assert.deepEqual([...page.floor.floorAgents().keys()].sort(), ['id1', 'id5'])
  assert.deepEqual(page.shown.shownIds.value, ['id1', 'id5'])
})

test('tiles on the screen come first, each takes the newest only, and a frame takes few', async () => {
  await answered({ version: '1', whole: true, agents: many(100) })
  draw()
  const tiles = many(100).map(({ id }) => page.floor.tileOf(id))
  const seen = tiles.slice(-30)
  const drawn = () => seen.filter(({ agent: { value } }) => value.userState).length
  many(100).slice(-30).forEach(({ id }) => page.floor.tileSeen(id, true))
  await answered({ version: '2', whole: false, agents: many(100) })
  await answered({ version: '3', whole: false, agents: many(100, ready) })
  draw()
  assert.equal(drawn(), A_FRAME)
  assert.equal(tiles.slice(0, 70).filter(({ agent: { value } }) => value.userState).length, A_FRAME)
  draw()
  assert.equal(drawn(), 30)
  while (!tiles.every(({ agent: { value } }) => value.userState)) {
    await until(() => frames.length > 0)
    draw()
  }
  assert.equal(frames.length, 0)
})

test('tiles off the screen are brought forward at their pace, however many answers come', async () => {
  const all = many(400)
  await answered({ version: '1', whole: true, agents: all })
  all.forEach(({ id }) => page.floor.tileOf(id))
  const { setTimeout } = globalThis
  let waiting = 0
  globalThis.setTimeout = (then, ms) => {
    waiting++
    return setTimeout(() => (waiting--, then()), ms)
  }
  try {
    for (let version = 2; version < 8; version++) {
      answer({ version: String(version), whole: false, agents: many(400, ready) })
      await until(() => (draw(), asked.length > 0))
    }
    assert.ok(waiting <= 1, `${waiting} timers`)
  } finally {
    globalThis.setTimeout = setTimeout
  }
})

test('a pause leaves nothing at what can stop it', async () => {
  const stop = new AbortController()
  await page.pause.pause(1, stop.signal)
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0)
  const long = page.pause.pause(1e6, stop.signal)
  stop.abort()
  await long
  await page.pause.pause(1e6, stop.signal)
})

test('only the tile of an agent that changed is drawn again', async () => {
  await answered({ version: '1', whole: true, agents: many(3) })
  draw()
  const before = many(3).map(({ id }) => page.floor.tileOf(id).agent.value)
  const ids = page.shown.shownIds.value
  await answered({ version: '2', whole: false, agents: [agent(1, ready)] })
  draw()
  const same = many(3).map(({ id }, at) => page.floor.tileOf(id).agent.value === before[at])
  assert.deepEqual(same, [true, false, true])
  assert.equal(page.shown.shownIds.value, ids)
})

test('agents are counted by what they do, and found by it, by name, number, queue and caller', async () => {
  const agents = [
    agent(10, { ...ready, calls: [call('Ringing', '+4989123')] }),
    agent(9, { ...ready, calls: [call('Held', '+4989456')], queues: ['9000', '9001'] }),
    agent(2, ready),
    agent(3, { userState: { state: 'NotReady', workMode: 'AfterCallWork' } }),
    agent(4, { userState: { state: 'NotReady', workMode: 'AuxWork' }, firstName: 'Zoë' }),
    agent(5),
  ]
  await answered({ version: '1', whole: true, agents })
  draw()
  assert.deepEqual(page.shown.totals.value, {
    all: 6, ringing: 1, talking: 1, ready: 1, afterCall: 1, notReady: 1, loggedOut: 1,
  })
  assert.deepEqual(page.shown.shownIds.value, ['id2', 'id3', 'id5', 'id9', 'id10', 'id4'], 'by name, as people count')
  page.shown.sortBy.value = 'number'
  assert.deepEqual(page.shown.shownIds.value, ['id2', 'id3', 'id4', 'id5', 'id9', 'id10'])
  const found = (text) => ((page.shown.search.value = text), page.shown.shownIds.value)
  assert.deepEqual(found('zoë'), ['id4'])
  assert.deepEqual(found('15009'), ['id9'])
  assert.deepEqual(found('89123'), ['id10'])
  page.shown.search.value = ''
  page.shown.queue.value = '9001'
  assert.deepEqual(page.shown.shownIds.value, ['id9'])
  page.shown.queue.value = ''
  page.shown.activity.value = 'ready'
  assert.deepEqual(page.shown.shownIds.value, ['id2'])
  await answered({ version: '2', whole: false, agents: [agent(5, ready)] })
  draw()
  assert.deepEqual(page.shown.shownIds.value, ['id2', 'id5'])
})

test('of several calls on a telephone one is named by its number where that is enough', () => {
  const leg = (other) => ({ other })
  const [a, b, c, d] = [leg('15001'), leg('15002'), leg('15001'), leg('')]
  assert.equal(page.simulator.legName([a, b], b), '15002')
  assert.equal(page.simulator.legName([a, b, c], c), 2)
  assert.equal(page.simulator.legName([b, d], d), 1)
})
