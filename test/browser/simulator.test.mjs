// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The natural way to try the product: one browser, the mouse, and the panel of telephones.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { story } from './support/stage.mjs'
import { Telephones } from './support/telephones.mjs'

const CUSTOMER = /^\+49/

story('a newcomer’s tour, by mouse alone', {}, async (stage) => {
  const desk = await stage.desk('agent0')
  const telephones = await Telephones.open(desk)
  await desk.chooseState('Ready')
  await telephones.customerCalls()
  const card = desk.call()
  await card.is('Ringing')
  const customer = await telephones.outside().getAttribute('data-number')
  assert.match(customer, CUSTOMER)
  await card.press('Answer')
  await card.is('Established')
  await telephones.shows(customer, /Talks to/)
  await telephones.shows(customer, /hears 15000/)

  await telephones.press(customer, 'Keypad')
  await telephones.phone(customer).getByRole('button', { name: '7', exact: true }).click()
  await telephones.shows('15000', /digits 7/)
  await card.press('Keypad')
  await card.card.getByRole('group', { name: 'Keypad', exact: true }).getByRole('button', { name: '5' }).click()
  await telephones.shows(customer, /digits 5/)
  await card.attach('Interest', 'a new line')
  await card.pairsAre(['Interest', 'a new line'])

  await card.to('Transfer', '15001', 'Agent 1')
  await desk.hasCalls(0)
  await telephones.shows('15001', /Rings/)
  await telephones.press('15001', 'Pick up')
  await telephones.shows('15001', /Talks to/)
  await telephones.shows(customer, /hears 15001/)
  await telephones.press('15001', 'Hang up')
  await telephones.shows('15001', /On the hook/)
  await telephones.outside().waitFor({ state: 'detached' })
})

story('the clock is wound forward, and what is due happens', {}, async (stage) => {
  const desk = await stage.desk('agent0')
  const telephones = await Telephones.open(desk)
  await desk.dial('15001')
  await telephones.shows('15001', /Rings/)
  await telephones.wind('+10 s')
  await desk.call().shows(/In all 0:1\d/)
  await telephones.wind('+1 min')
  await telephones.shows('15001', /On the hook/)
  await desk.hasCalls(0)
  await desk.pastCalls.getByRole('listitem').filter({ hasText: 'no answer' }).waitFor()
})

story('with the real clock it can be wound as well', { clock: 'real' }, async (stage) => {
  const desk = await stage.desk('agent0')
  const telephones = await Telephones.open(desk)
  await desk.dial('15001')
  await telephones.shows('15001', /Rings/)
  await telephones.wind('+1 min')
  await telephones.shows('15001', /On the hook/)
  await desk.hasCalls(0)
})

story('telephones hold, dial, transfer and are unplugged by hand, and the desk follows', {}, async (stage) => {
  const desk = await stage.desk('agent0')
  const telephones = await Telephones.open(desk)
  await telephones.press('15000', 'Keypad')
  const own = telephones.phone('15000')
  for (const key of ['1', '5', '0', '0', '2']) await own.getByRole('button', { name: key, exact: true }).click()
  await telephones.press('15000', 'Dial')
  await desk.callWith('Agent 2').is('Dialing')
  await telephones.press('15002', 'Pick up')
  await desk.callWith('Agent 2').is('Established')
  await telephones.press('15000', 'Hold')
  await desk.callWith('Agent 2').is('Held')
  await telephones.shows('15002', /hears music/)
  await telephones.press('15000', 'Retrieve')
  await desk.callWith('Agent 2').is('Established')
  await telephones.press('15002', 'More')
  await telephones.press('15002', 'Unplug')
  await desk.hasCalls(0)
  await telephones.shows('15002', /Unplugged/)
  await telephones.press('15002', 'Plug in')
  await telephones.shows('15002', /On the hook/)
  await eventually(async () => assert.equal((await stage.server.phoneShows('15002')).registered, true))
})

story('there are telephones before anybody has logged in', {}, async (stage) => {
  const { server } = stage
  const telephones = await Telephones.open(await stage.tab())
  await telephones.customerCalls()
  await eventually(async () => assert.equal((await server.get('/sim/v1/outside')).telephones.length, 1))
})
