// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What a supervisor sees and does: the floor as it moves, and the three ways into a call.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { FloorView } from './support/floor.mjs'
import { story } from './support/stage.mjs'

const CUSTOMER = '+4915112345678'
const OTHER_CUSTOMER = '+4915187654321'

story('the floor moves as agents and customers do', {}, async (stage) => {
  const { server } = stage
  const floor = await FloorView.open(await stage.desk('super0'))
  await floor.shows('Agent 0', /Logged out|LoggedOut/i)

  await server.beginWork('agent0')
  await floor.shows('Agent 0', 'Ready')
  await server.post('agent0', '/me', { operationName: 'OutToLunch' })
  await floor.shows('Agent 0', 'Out to lunch')
  await server.post('agent0', '/me', { operationName: 'Ready' })

  await server.phone(CUSTOMER, 'dial', { number: '9000' })
  await floor.shows('Agent 0', /Ringing · inbound.*\+49 ?15112345678.*by 9000/)
  await server.pickUp('15000')
  await floor.shows('Agent 0', /Talking · inbound.*\+49 ?15112345678.*by 9000/)
  await server.phone('15000', 'hold')
  await floor.shows('Agent 0', /Held/)
  await server.phone(CUSTOMER, 'hangup')
  await floor.showsNot('Agent 0', /Held|Talking/)
})

story('customers wait in a queue, the oldest first, until somebody is ready', {}, async (stage) => {
  const { server } = stage
  const floor = await FloorView.open(await stage.desk('super0'))
  await server.phone(CUSTOMER, 'dial', { number: '9000' })
  await server.advance(60)
  await server.phone(OTHER_CUSTOMER, 'dial', { number: '9000' })
  await floor.waiting('Demo', [/151 ?12345678/, /151 ?87654321/])

  await server.beginWork('agent3')
  await server.pickUp('15003')
  await floor.waiting('Demo', [/151 ?87654321/])
  await floor.shows('Agent 3', /Talking · inbound.*\+49 ?151 ?12345678/)
  await server.phone(OTHER_CUSTOMER, 'hangup')
  await floor.waiting('Demo', [])
})

story('only those who ring, talk or are ready are shown when asked for', {}, async (stage) => {
  const { server } = stage
  const floor = await FloorView.open(await stage.desk('super0'))
  await server.beginWork('agent4')
  await server.beginWork('agent5', 'NotReady')
  await floor.only('Ready')
  await floor.agentsAre(['Agent 4'])
  await server.post('agent5', '/me', { operationName: 'Ready' })
  await floor.agentsAre(['Agent 4', 'Agent 5'])
  await floor.only('All')
  await floor.find('15007')
  await floor.agentsAre(['Agent 7'])
})

story('a supervisor listens, coaches and barges in, and everybody sees it', {}, async (stage) => {
  const { server } = stage
  const floor = await FloorView.open(await stage.desk('super0'))
  const agent = await stage.desk('agent0')
  const colleague = await stage.desk('agent1')
  await floor.press('Listen', 'Agent 0')
  await floor.isArmed(/Agent 0: Listen.* from the next call on/)

  await agent.dial('15001')
  await colleague.callWith('Agent 0').press('Answer')
  await floor.hears('you listen')
  await agent.call().shows(/listening/i)
  await agent.call().participantsAre('Agent 1')
  await hears(server, '15001', '15000')

  await floor.take('Coach')
  await floor.hears('only the agent hears you')
  await hears(server, '15000', '15001', '19000')
  await hears(server, '15001', '15000')

  await floor.take('Barge in')
  await floor.hears('everybody hears you')
  await agent.call().participantsAre('Agent 1', 'Super 0')
  await colleague.call().participantsAre('Agent 0', 'Super 0')
  await hears(server, '15001', '15000', '19000')

  await floor.take('Listen in')
  await floor.hears('you listen')
  await colleague.call().participantsAre('Agent 0')
  await floor.take('Hang up')
  await floor.monitored.waitFor({ state: 'detached' })
  await agent.call().showsNot(/listening/i)
  await floor.desk.button('Stop monitoring').click()
  await floor.isArmed(null)
})

story('a supervisor barges into the call that an agent has already', {}, async (stage) => {
  const { server } = stage
  const floor = await FloorView.open(await stage.desk('super0'))
  const agent = await stage.desk('agent0')
  await agent.dial('15001')
  await agent.callWith('Agent 1').is('Dialing')
  await server.pickUp('15001')
  await floor.press('Barge in', 'Agent 0')
  await floor.hears('everybody hears you')
  await agent.call().participantsAre('Agent 1', 'Super 0')
  await hears(server, '15001', '15000', '19000')
})

async function hears(server, number, ...others) {
  await eventually(async () => assert.deepEqual((await server.phoneShows(number)).legs[0].hears.sort(), others))
}

story('an agent has no floor', {}, async (stage) => {
  const desk = await stage.desk('agent0')
  assert.equal(await desk.tab('Floor').count(), 0)
})
