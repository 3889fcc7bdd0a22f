// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Whether everybody can use each view, in light and dark, on a screen and on a tablet.

import assert from 'node:assert/strict'
import { assertFits, assertNoViolations } from './support/accessible.mjs'
import { FloorView } from './support/floor.mjs'
import { story } from './support/stage.mjs'
import { Telephones } from './support/telephones.mjs'
import { WireView } from './support/wire.mjs'

const CUSTOMER = '+4915112345678'
const LOOKS = {
  'light, 1280 x 720': { colorScheme: 'light' },
  'dark, 1280 x 720': { colorScheme: 'dark' },
  'light, 768 x 1024': { colorScheme: 'light', viewport: { width: 768, height: 1024 } },
  'dark, 768 x 1024': { colorScheme: 'dark', viewport: { width: 768, height: 1024 } },
  '1280 x 1024 at 400 %': { viewport: { width: 320, height: 256 } },
}

async function check(desk, what) {
  await assertNoViolations(desk.page, what)
  await assertFits(desk.page, what)
}

async function logIn(stage, look) {
  const desk = await stage.tab(await stage.context(look))
  await desk.page.getByLabel('Password').waitFor()
  await check(desk, 'log-in')
}

async function agent(stage, look) {
  const { server } = stage
  const desk = await stage.desk('agent0', look)
  await desk.hideDock()
  await check(desk, 'desk without a call')
  await desk.chooseState('Ready')
  await server.phone(CUSTOMER, 'dial', { number: '9000' })
  await desk.call().is('Ringing')
  await check(desk, 'desk with a call that rings')

  await desk.call().press('Answer')
  await desk.call().is('Established')
  await desk.call().attach('Order', '{"id": 7, "lines": [{"art": "A-1", "n": 2}, null]}', true)
  await desk.call().attach('Note', 'A longer text, as customers tell it: it is late, again, and nobody said why.')
  await desk.call().shows('nobody said why')
  await desk.call().press('Record')
  await desk.call().press('Consult')
  await desk.call().card.getByRole('form', { name: 'Consult' }).getByRole('combobox').fill('Agent')
  await desk.page.getByRole('listbox').getByRole('option').first().waitFor()
  await check(desk, 'desk with a call, user data, and who can be asked')
  await desk.page.keyboard.press('Escape')
  await desk.page.keyboard.press('Escape')

  await desk.call().to('Consult', '15001', 'Agent 1')
  await server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  await check(desk, 'desk with a consult call')
  await desk.callWith(/15112345678/).card.getByRole('button', { name: /15112345678/ }).first().click()
  await desk.callWith(/15112345678/).data.getByRole('button', { name: 'Delete all' }).click()
  await desk.page.getByRole('dialog', { name: 'Delete all' }).getByRole('button', { name: 'Cancel' }).waitFor()
  await check(desk, 'desk with a dialog')
}

async function supervisor(stage, look) {
  const { server } = stage
  await server.beginWork('agent0')
  await server.beginWork('agent1', 'OutToLunch')
  await server.phone(CUSTOMER, 'dial', { number: '9000' })
  await server.pickUp('15000')
  await server.phone('+4915187654321', 'dial', { number: '9000' })
  const desk = await stage.desk('super0', look)
  const floor = await FloorView.open(desk)
  await desk.hideDock()
  await floor.shows('Agent 0', /Talking/)
  await check(desk, 'floor')
  await floor.press('Barge in', 'Agent 0')
  await floor.hears('everybody hears you')
  await check(desk, 'floor with a monitored call')
}

async function beside(stage, look) {
  const { server } = stage
  const desk = await stage.desk('agent0', look)
  await server.phone(CUSTOMER, 'dial', { number: '15000' })
  await desk.call().press('Answer')
  await desk.call().is('Established')
  const telephones = await Telephones.open(desk)
  await telephones.shows('15000', /Talks to/)
  await telephones.press('15000', 'Keypad')
  await telephones.press('15001', 'More')
  await check(desk, 'telephones')

  const wire = await WireView.open(desk)
  await wire.row('Established').first().getByRole('button').first().click()
  await wire.rows.getByRole('region', { name: 'Message' }).waitFor()
  await check(desk, 'wire')
}

for (const [name, look] of Object.entries(LOOKS)) {
  story(`everybody can use the log-in: ${name}`, {}, (stage) => logIn(stage, look))
  story(`everybody can use the desk: ${name}`, {}, (stage) => agent(stage, look))
  story(`everybody can use the floor: ${name}`, {}, (stage) => supervisor(stage, look))
  story(`everybody can use the telephones and the wire: ${name}`, {}, (stage) => beside(stage, look))
}

story('in forced colours it is seen which state is the present one', {}, async (stage) => {
  const desk = await stage.desk('agent0', { forcedColors: 'active' })
  await desk.chooseState('Ready')
  const ground = (name) =>
    desk.states.getByRole('button', { name, exact: true }).evaluate((one) => getComputedStyle(one).backgroundColor)
  assert.notEqual(await ground('Ready'), await ground('Not Ready'))
})
