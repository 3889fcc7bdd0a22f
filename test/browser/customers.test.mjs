// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Customers who call the queue, and the agents among whom their calls go round.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { story } from './support/stage.mjs'

const CUSTOMER = '+4915112345678'
const SHOWN = /\+49 ?151 ?12345678/
const WITH_WORK_AFTER = `
[queue 9100]
name = Support
agents = agent0
wrap_up_s = 30
`

// The customer has called the queue and talks to agent0; three agents at three browsers.
async function talking(stage) {
  const ann = await stage.desk('agent0')
  const ben = await stage.desk('agent1')
  const cleo = await stage.desk('agent2')
  await ann.chooseState('Ready')
  await stage.server.phone(CUSTOMER, 'dial', { number: '9000' })
  await ann.callWith(SHOWN).is('Ringing')
  await ann.callWith(SHOWN).shows(/Queue Demo/)
  await ann.callWith(SHOWN).press('Answer')
  await ann.callWith(SHOWN).is('Established')
  await ann.callWith(SHOWN).attach('Account', '4711')
  return { ann, ben, cleo }
}

async function hears(stage, ...numbers) {
  await eventually(async () => {
    const { legs } = await stage.server.phoneShows(CUSTOMER)
    assert.deepEqual(legs[0].hears.sort(), numbers)
  })
}

story('a customer’s call becomes a conference of four, one by one', {}, async (stage) => {
  const { ann, ben, cleo } = await talking(stage)
  await ann.callWith(SHOWN).to('Confer', 'Agent 1', 'Agent 1')
  await ann.callWith(SHOWN).is('Held')
  await ben.callWith('Agent 0').is('Ringing')
  await ben.callWith('Agent 0').shows('Consult')
  await ben.callWith('Agent 0').pairsAre(['Account', '4711'])
  await ben.callWith('Agent 0').press('Answer')
  await ann.callWith('Agent 1').press('Complete conference')

  await hears(stage, '15000', '15001')
  await ann.hasCalls(1)
  await ann.call().participantsAre('Agent 1', SHOWN)
  await ben.call().participantsAre('Agent 0', SHOWN)

  await ann.call().to('Add', '15002', 'Agent 2')
  await cleo.call().press('Answer')
  await cleo.call().participantsAre('Agent 0', 'Agent 1', SHOWN)
  await hears(stage, '15000', '15001', '15002')

  await ann.call().press('Hang up')
  await ann.hasCalls(0)
  await cleo.call().participantsAre('Agent 1', SHOWN)
  await ben.call().participantsAre('Agent 2', SHOWN)
  await hears(stage, '15001', '15002')
})

story('a customer is transferred after a question to who takes the call', {}, async (stage) => {
  const { ann, ben, cleo } = await talking(stage)
  await ann.callWith(SHOWN).to('Consult', 'Agent 1', 'Agent 1')
  await ben.callWith('Agent 0').press('Answer')
  await ann.callWith('Agent 1').is('Established')
  await ann.callWith('Agent 1').press('Swap')
  await ann.callWith(SHOWN).is('Established')
  await ann.callWith('Agent 1').is('Held')
  await ann.callWith('Agent 1').press('Complete transfer')
  await ann.hasCalls(0)
  await ben.callWith(SHOWN).is('Established')
  await ben.callWith(SHOWN).pairsAre(['Account', '4711'])
  await hears(stage, '15001')
  assert.equal(await cleo.calls.getByRole('article').count(), 0)
})

story('a customer is passed on at once, and comes back when nobody answers', {}, async (stage) => {
  const { ann, ben } = await talking(stage)
  await ann.callWith(SHOWN).to('Transfer', '15001', 'Agent 1')
  await ann.hasCalls(0)
  await ben.callWith(SHOWN).is('Ringing')
  await stage.server.advance(31)
  await ben.hasCalls(0)
  await ann.callWith(SHOWN).is('Ringing')
  await ann.callWith(SHOWN).press('Answer')
  await hears(stage, '15000')
})

story('who is offered a call may decline it, and is not ready then', {}, async (stage) => {
  const { server } = stage
  const ann = await stage.desk('agent0')
  await ann.chooseState('Ready')
  await server.phone(CUSTOMER, 'dial', { number: '9000' })
  await ann.callWith(SHOWN).press('Reject')
  await ann.hasCalls(0)
  await ann.stateIs('Not Ready')
  await ann.chooseState('Ready')
  await ann.callWith(SHOWN).press('Answer')
  await hears(stage, '15000')
})

story('after a queue’s call there is time for notes, and it ends by itself', { config: WITH_WORK_AFTER }, async (stage) => {
  const { server } = stage
  const ann = await stage.desk('agent0')
  await ann.chooseState('Ready')
  await server.phone(CUSTOMER, 'dial', { number: '9100' })
  await ann.callWith(SHOWN).press('Answer')
  await ann.callWith(SHOWN).press('Hang up')

  await ann.stateIs('AfterCallWork')
  await ann.page.getByText(/0:(30|2\d) left/).waitFor()
  const past = ann.pastCalls.getByRole('listitem', { name: SHOWN }).first()
  await past.getByRole('button', { name: 'Sale', exact: true }).click()
  await past.locator('[aria-pressed=true]').getByText('Sale').waitFor()
  const { calls } = await server.get('/api/v2/me/history/calls', 'agent0')
  assert.equal(calls[0].disposition.value, 'Sale')

  await server.advance(31)
  await ann.stateIs('Ready')
})
