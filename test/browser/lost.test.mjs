// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The server dies, or the network does, under an open page. The page says so at once, comes back by
// itself, and has missed nothing: what its wire view saw is event for event what the server has to
// tell, each once and in order.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { story } from './support/stage.mjs'
import { WireView } from './support/wire.mjs'
import { Witness } from './support/witness.mjs'

const LOST = { expects: ['lost'] }
const AT_ONCE_MS = 3000

// agent0 at a page talks to agent1, and everything that agent0 is told from now on is written down.
async function talking(stage, context) {
  const { server } = stage
  const desk = await stage.tab(context)
  await desk.logIn('agent0')
  const wire = await WireView.open(desk)
  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  await server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  await desk.button('Clear').click()
  const witness = await Witness.of(server, 'agent0')
  const [{ id }] = await server.callsOf('agent1')
  // Returns when it is acknowledged, which is the promise that it is never lost.
  const attach = (key) =>
    server.post('agent1', '/me/calls/' + id, { operationName: 'AttachUserData', userData: { [key]: key } })
  return { desk, wire, witness, attach }
}

async function missedNothing({ wire, witness }, keys) {
  const told = await witness.saw()
  const seen = await eventually(async () => {
    const events = await wire.events()
    assert.ok(events.length >= told.length, `${events.length} of ${told.length} events have come`)
    return events
  })
  assert.deepEqual(seen.map(({ channel, data }) => ({ channel, data })), told)
  const numbers = seen.map(({ event }) => event)
  assert.deepEqual(numbers, numbers.map((_, at) => numbers[0] + at), 'the user’s event numbers')
  const last = seen.filter(({ data }) => data.notificationType === 'AttachedDataChanged').at(-1)
  const known = Object.keys(last.data.call.userData)
  assert.deepEqual(known.filter((key) => keys.includes(key)), keys)
  return known
}

async function isLostAtOnce(desk) {
  const from = performance.now()
  await desk.isLost()
  const tookMs = performance.now() - from
  assert.ok(tookMs < AT_ONCE_MS, `lost after ${tookMs} ms`)
}

story('the server is killed and started again under an open page, and no event is missed', LOST, async (stage) => {
  const { server } = stage
  const all = await talking(stage)
  const { desk, attach } = all
  const keys = []
  const note = (key) => keys.push(key) && attach(key)

  await note('seen')
  for (let round = 1; round <= 3; round++) {
    // Acknowledged a moment before the end: the page may not have been told yet.
    await note(`before ${round}`)
    await server.kill()
    await isLostAtOnce(desk)
    await server.run()
    // Before the page is back, by a telephone and by another client.
    await server.phone('15001', 'hold')
    await note(`while away ${round}`)
    await server.phone('15001', 'retrieve')
    await desk.isConnected()
    await desk.callWith('Agent 1').shows(`while away ${round}`)
    await note(`after ${round}`)
    await desk.callWith('Agent 1').shows(`after ${round}`)
  }
  await missedNothing(all, keys)
  await desk.callWith('Agent 1').press('Hang up')
  await desk.hasCalls(0)
})

// In a build for tests it ends by itself at that point, as by kill -9; in others it is killed.
async function dieAt(point, server, attach) {
  const acknowledged = []
  await server.kill()
  await server.run({ CORDBOARD_CRASH: `${point}:4` })
  try {
    for (let at = 0; at < 12; at++) {
      await attach(`${point} ${at}`)
      acknowledged.push(`${point} ${at}`)
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error // else it has died before it answered
  }
  await server.kill()
  return acknowledged
}

story('the server dies between two steps of its work, and what was done comes, once', LOST, async (stage) => {
  const { server } = stage
  const all = await talking(stage)
  const keys = []
  for (const point of ['after-apply', 'after-append', 'after-commit', 'mid-release']) {
    keys.push(...(await dieAt(point, server, all.attach)))
    await all.desk.isLost()
    await server.run()
    await all.desk.isConnected()
    keys.push('after ' + point)
    await all.attach('after ' + point)
  }
  await all.desk.callWith('Agent 1').shows('after mid-release')
  const known = await missedNothing(all, keys)
  assert.deepEqual((await all.desk.callWith('Agent 1').pairs()).map(([key]) => key), known)
})

story('the network is cut again and again while things happen, and no event is missed', LOST, async (stage) => {
  const network = await stage.network()
  const all = await talking(stage)
  const { desk, attach } = all
  const keys = []
  for (let round = 1; round <= 3; round++) {
    const burst = Array.from({ length: 8 }, (_, at) => `${round}.${at}`)
    const cut = (async () => {
      for (const key of burst) {
        keys.push(key)
        await attach(key)
        if (key.endsWith('.3')) await network.cut()
      }
    })()
    await cut
    await isLostAtOnce(desk)
    await network.mend()
    await desk.isConnected()
    await desk.callWith('Agent 1').shows(`${round}.7`)
  }
  await missedNothing(all, keys)
})

story('a laptop goes offline and online, and no event is missed', LOST, async (stage) => {
  const all = await talking(stage)
  const { desk, attach } = all
  await desk.page.context().setOffline(true)
  await isLostAtOnce(desk)
  await attach('meanwhile')
  await desk.page.context().setOffline(false)
  await desk.isConnected()
  await desk.callWith('Agent 1').shows('meanwhile')
  await missedNothing(all, ['meanwhile'])
})

story('what an agent does while the server is away is refused with words, not lost silently', LOST, async (stage) => {
  const { desk } = await talking(stage)
  await stage.server.kill()
  await desk.isLost()
  await desk.callWith('Agent 1').press('Hold')
  await desk.isTold(/reached|answer/i)
  await stage.server.run()
  await desk.isConnected()
  await desk.callWith('Agent 1').is('Established')
  await desk.callWith('Agent 1').press('Hold')
  await desk.callWith('Agent 1').is('Held')
})

story('calls that end while the server is away are gone when it is back', LOST, async (stage) => {
  const { server } = stage
  const { desk } = await talking(stage)
  await server.kill()
  await desk.isLost()
  await server.run()
  await server.phone('15001', 'hangup')
  await desk.isConnected()
  await desk.hasCalls(0)
})

story('a page that was opened while the server was away comes by itself', LOST, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const other = await desk.page.context().newPage()
  await other.goto('/')
  await server.kill()
  await desk.isLost()
  await server.run()
  await desk.isConnected()
  await other.getByText('Connected', { exact: true }).waitFor({ state: 'attached' })
})

story('where no WebSocket gets through, events come by long-polling, and none is missed', LOST, async (stage) => {
  const network = await stage.network()
  const context = await stage.context()
  await context.routeWebSocket(/./, (socket) => socket.close())
  let polls = 0
  context.on('request', (request) => (polls += /notifications.*connect/.test(request.url()) ? 1 : 0))
  const all = await talking(stage, context)
  const { desk, attach } = all
  await attach('before')
  await desk.callWith('Agent 1').shows('before')
  await network.cut()
  await desk.isLost()
  await attach('meanwhile')
  await network.mend()
  await desk.isConnected()
  await desk.callWith('Agent 1').shows('meanwhile')
  await missedNothing(all, ['before', 'meanwhile'])
  assert.ok(polls >= 4, `${polls} polls`)
})
