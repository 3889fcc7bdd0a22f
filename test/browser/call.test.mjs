// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The main job: a call between two agents, each at a page.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { golden, match } from './support/golden.mjs'
import { story } from './support/stage.mjs'
import { WireView } from './support/wire.mjs'

story('an agent dials another one, attaches data that both see, and hangs up', {}, async (stage) => {
  const ann = await stage.desk('agent0')
  const ben = await stage.desk('agent1')
  const wires = { 15000: await WireView.open(ann), 15001: await WireView.open(ben) }

  await ann.dial('15001')
  await ann.callWith('Agent 1').is('Dialing')
  await ben.callWith('Agent 0').is('Ringing')
  await ann.callWith('Agent 1').attach('AccountNumber', '12345')
  await ann.callWith('Agent 1').pairsAre(['AccountNumber', '12345'])
  await ben.callWith('Agent 0').pairsAre(['AccountNumber', '12345'])

  const { request, notifications } = await golden('attach-user-data')
  const known = { base: stage.server.base }
  for (const [number, wanted] of Object.entries(notifications)) {
    const events = await wires[number].events()
    const { channel, data } = events.find((event) => event.data.notificationType === 'AttachedDataChanged')
    match(wanted, { channel, data }, known, number)
  }
  const sent = (await wires[15000].entries()).find((entry) => entry.request?.operationName === 'AttachUserData')
  assert.deepEqual(sent.request, request.body)
  assert.deepEqual([sent.status, sent.response], [200, { statusCode: 0 }])

  await ben.callWith('Agent 0').press('Answer')
  await ann.callWith('Agent 1').is('Established')
  await ben.callWith('Agent 0').is('Established')
  await ben.callWith('Agent 0').press('Hang up')
  await ann.hasCalls(0)
  await ben.hasCalls(0)
  await ann.pastCalls.getByRole('listitem', { name: 'Call with Agent 1' }).waitFor()
})

story('an incoming call is told by sound, title and words, until it is answered', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  await desk.page.evaluate(() => {
    window.sounds = 0
    const { start } = OscillatorNode.prototype
    OscillatorNode.prototype.start = function (...when) {
      window.sounds++
      return start.apply(this, when)
    }
  })
  const title = await desk.page.title()
  await server.phone('15001', 'dial', { number: '15000' })
  await desk.page.getByRole('alert').filter({ hasText: 'Agent 1 is calling' }).waitFor({ state: 'attached' })
  await eventually(async () => assert.match(await desk.page.title(), /Agent 1/))
  await eventually(async () => assert.ok((await desk.page.evaluate(() => window.sounds)) > 0, 'no sound'))
  await desk.callWith('Agent 1').press('Answer')
  await desk.callWith('Agent 1').is('Established')
  await eventually(async () => assert.equal(await desk.page.title(), title))
})

story('after a reload in mid-call everything is back', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  await server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  await desk.callWith('Agent 1').attach('AccountNumber', '12345')
  await desk.callWith('Agent 1').pairsAre(['AccountNumber', '12345'])
  await desk.callWith('Agent 1').press('Hold')
  await desk.callWith('Agent 1').is('Held')
  await server.advance(65)

  await desk.page.reload()
  await desk.callWith('Agent 1').is('Held')
  await desk.callWith('Agent 1').pairsAre(['AccountNumber', '12345'])
  await desk.callWith('Agent 1').shows(/In all 1:0\d/)
  await desk.callWith('Agent 1').press('Retrieve')
  await desk.callWith('Agent 1').is('Established')
})

story('two tabs of one agent show the same', {}, async (stage) => {
  const one = await stage.desk('agent0')
  const other = await stage.tab(one.page.context())
  await other.isConnected()
  await one.dial('15001')
  await other.callWith('Agent 1').is('Dialing')
  await stage.server.pickUp('15001')
  await other.callWith('Agent 1').is('Established')
  await other.callWith('Agent 1').attach('From', 'the other tab')
  await one.callWith('Agent 1').pairsAre(['From', 'the other tab'])
  await one.callWith('Agent 1').press('Hold')
  await other.callWith('Agent 1').is('Held')
  await one.chooseState('Out to lunch')
  await other.stateIs('Out to lunch')
  await other.callWith('Agent 1').press('Hang up')
  await one.hasCalls(0)
  await other.hasCalls(0)
})

story('another tab knows since when a call is in its state, and so does a reload', {}, async (stage) => {
  const { server } = stage
  const context = await stage.context()
  const desk = await stage.tab(context)
  await desk.logIn('agent0')
  await desk.dial('15001')
  await desk.call().is('Dialing')
  await server.pickUp('15001')
  await desk.call().is('Established')
  await server.advance(65)
  const other = await stage.tab(context)
  await other.call().is('Established.* 1:05')
  await desk.page.bringToFront()
  await desk.page.reload()
  await desk.call().is('Established.* 1:05')
})
