// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The pictures of the README: taken in every run, so that they can be taken, and kept only with
// CORDBOARD_SCREENSHOTS=1 in the environment, in docs/screenshots. The page's clock stands still, as
// the server's does between the steps of a scene.

import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FloorView } from './support/floor.mjs'
import { ROOT } from './support/server.mjs'
import { story } from './support/stage.mjs'
import { Telephones } from './support/telephones.mjs'
import { WireView } from './support/wire.mjs'

const MOST_BYTES = 150_000
const LOOK = { colorScheme: 'light' }
const CUSTOMERS = ['+4915112345678', '+493012345678', '+4989555010', '+4940777212']
const BEGIN = Date.UTC(2026, 0, 1, 9, 30)
const MORNING_S = 9 * 3600 // after the manual clock's beginning

async function open(stage, user) {
  const desk = await stage.tab(await stage.context({ ...LOOK, timezoneId: 'Europe/Berlin' }), BEGIN)
  await desk.logIn(user)
  return desk
}

async function take(desk, name) {
  await desk.page.mouse.click(0, 719)
  await desk.page.getByText('Click once').waitFor({ state: 'detached' })
  const picture = await desk.page.screenshot({ animations: 'disabled' })
  assert.ok(picture.length < MOST_BYTES, `${name}: ${picture.length} bytes`)
  if (process.env.CORDBOARD_SCREENSHOTS !== '1') return
  const folder = join(ROOT, 'docs', 'screenshots')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, name + '.png'), picture)
}

// The page learns the server's time with an answer; the next one may be far away.
async function later(desk, seconds) {
  await desk.server.advance(seconds)
  await desk.page.reload()
  await desk.isConnected()
}

story('a picture of the desk: a customer’s call, beside it the telephones', {}, async (stage) => {
  const { server } = stage
  await server.advance(MORNING_S)
  const desk = await open(stage, 'agent0')
  await desk.show('Telephones')
  await desk.chooseState('Ready')
  await server.phone(CUSTOMERS[1], 'dial', { number: '9000' })
  await desk.call().press('Answer')
  await later(desk, 194)
  await desk.call().press('Hang up')
  await desk.pastCalls.getByRole('listitem').first().getByRole('button', { name: 'Sale', exact: true }).click()
  await later(desk, 47)
  await server.phone(CUSTOMERS[0], 'dial', { number: '9000' })
  await desk.call().press('Answer')
  await desk.call().is('Established')
  await desk.call().attach('Account', '4711-0815')
  await desk.call().attach('Order', '{"id": 9007199254740993, "lines": [{"article": "Headset", "count": 2}]}', true)
  await desk.call().attach('Note', 'Wants delivery before Friday')
  await later(desk, 68)
  await desk.call().shows('Headset')
  const telephones = new Telephones(desk)
  await telephones.panel.getByText('Try this').click()
  await telephones.shows('15000', /Talks to/)
  await take(desk, 'desk')
})

story('a picture of the floor: agents at work, and customers who wait', {}, async (stage) => {
  const { server } = stage
  await server.advance(MORNING_S)
  const states = ['Ready', 'Ready', 'Ready', 'NotReady', 'OutToLunch', 'Training', 'AfterCallWork']
  for (const [at, state] of states.entries()) {
    await server.beginWork('agent' + at, state)
    await server.advance(41)
  }
  for (const [at, agent] of ['15000', '15001', '15002'].entries()) {
    await server.phone(CUSTOMERS[at], 'dial', { number: '9000' })
    if (agent !== '15002') await server.pickUp(agent)
    await server.advance(7)
  }
  await server.phone('15007', 'dial', { number: '15008' })
  await server.phone(CUSTOMERS[3], 'dial', { number: '9000' })
  await server.advance(6)
  await server.post('agent9', '/me/devices/15009', { operationName: 'DoNotDisturbOn' })
  await server.beginWork('agent9')
  const desk = await open(stage, 'super0')
  await desk.hideDock()
  const floor = await FloorView.open(desk)
  await floor.press('Coach', 'Agent 0')
  await floor.isArmed(/Agent 0/)
  await floor.waiting('Demo', [/./, /./])
  await take(desk, 'floor')
})

story('a picture of the telephones: a customer’s call rings, and two agents talk', {}, async (stage) => {
  const { server } = stage
  await server.advance(MORNING_S)
  const desk = await open(stage, 'agent0')
  await desk.chooseState('Ready')
  const telephones = await Telephones.open(desk)
  await server.phone('15002', 'dial', { number: '15003' })
  await server.pickUp('15003')
  await server.phone(CUSTOMERS[0], 'dial', { number: '9000' })
  await desk.call().is('Ringing')
  await later(desk, 4)
  await telephones.shows('15000', /Rings/)
  await telephones.shows('15003', /Talks to/)
  await take(desk, 'simulator')
})

story('a picture of the wire: data is attached, and everybody is told', {}, async (stage) => {
  const { server } = stage
  await server.advance(MORNING_S)
  const desk = await open(stage, 'agent0')
  const wire = await WireView.open(desk)
  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  await server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  await desk.button('Clear').click()
  await desk.callWith('Agent 1').attach('Account', '4711-0815')
  await desk.callWith('Agent 1').shows('4711-0815')
  await wire.row('AttachUserData').getByRole('button').first().click()
  await wire.row('AttachedDataChanged').getByRole('button').first().click()
  await wire.rows.evaluate((list) => list.scrollTo({ top: 0 }))
  await take(desk, 'wire')
})
