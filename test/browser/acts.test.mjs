// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What can be done with a call: exactly what the server offers at the moment, by mouse and by keys.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { story } from './support/stage.mjs'
import { textsOf } from './support/texts.mjs'

const { acts: LABELS } = (await textsOf('en')).agent
// Offered beside pairs and participants, and not in the bar.
const ELSEWHERE = [
  'AttachUserData', 'UpdateUserData', 'DeleteUserData', 'DeleteUserDataPair', 'RemoveParticipantFromConference',
]

// Each call of the desk has the buttons of its capabilities, as the API tells them.
async function offersWhatTheServerDoes(desk, user) {
  await eventually(async () => {
    for (const { capabilities, participants } of await desk.server.callsOf(user)) {
      const who = participants.map(({ phoneNumber }) => 'Agent ' + (phoneNumber - 15000)).join(', ')
      const wanted = capabilities.filter((name) => !ELSEWHERE.includes(name)).map((name) => LABELS[name])
      assert.deepEqual((await desk.callWith(who).buttons()).sort(), wanted.sort(), who)
    }
  })
  await desk.page.keyboard.press('Escape')
}

async function established(stage) {
  const desk = await stage.desk('agent0')
  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  await stage.server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  return desk
}

story('the call bar is what the server offers, from the first state of a call to the last', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const matches = () => offersWhatTheServerDoes(desk, 'agent0')
  await server.phone('15001', 'dial', { number: '15000' })
  await desk.callWith('Agent 1').is('Ringing')
  await matches()
  await server.phone('15001', 'hangup')
  await desk.hasCalls(0)

  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  await matches()
  await server.pickUp('15001')
  await desk.callWith('Agent 1').is('Established')
  await matches()
  await desk.callWith('Agent 1').press('Hold')
  await desk.callWith('Agent 1').is('Held')
  await matches()
  await desk.callWith('Agent 1').press('Retrieve')
  await desk.callWith('Agent 1').to('Consult', 'Agent 2', 'Agent 2')
  await desk.callWith('Agent 2').is('Dialing')
  await matches()
  await server.pickUp('15002')
  await desk.callWith('Agent 2').is('Established')
  await matches()
  await desk.callWith('Agent 2').press('Complete conference')
  await desk.hasCalls(1)
  await matches()
  await desk.call().card.getByRole('button', { name: 'Remove Agent 2' }).click()
  await desk.callWith('Agent 1').is('Established')
  await matches()
})

story('every button of a call has a key of its own, which does the same', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const { keyboard } = desk.page
  const card = desk.callWith('Agent 1')
  const press = async (letter, name) => {
    assert.equal(await card.button(name).getAttribute('aria-keyshortcuts'), 'Alt+' + letter)
    await keyboard.press('Alt+' + letter)
  }
  await keyboard.press('Alt+Q')
  await keyboard.type('15001')
  await keyboard.press('Enter')
  await card.is('Dialing')
  await server.pickUp('15001')
  await card.is('Established')
  await assertNoKeyTwice(desk)

  await press('O', 'Hold')
  await card.is('Held')
  await press('O', 'Retrieve')
  await card.is('Established')
  await press('M', 'Mute')
  await card.shows('Muted')
  await press('M', 'Unmute')
  await card.showsNot('Muted')
  await press('R', 'Record')
  await card.shows('Recording')
  await press('P', 'Pause recording')
  await card.shows('Recording paused')
  await press('P', 'Resume recording')
  await card.showsNot('Recording paused')
  await press('R', 'Stop recording')
  await card.showsNot('● Recording')
  for (const [letter, name] of [['N', 'Consult'], ['I', 'Confer'], ['T', 'Transfer'], ['G', 'Add']]) {
    await press(letter, name)
    await card.card.getByRole('form', { name, exact: true }).locator('input:focus').waitFor()
    await keyboard.press('Escape')
    await card.card.getByRole('form', { name, exact: true }).waitFor({ state: 'detached' })
  }
  await press('K', 'Keypad')
  await card.card.getByRole('group', { name: 'Keypad', exact: true }).locator('button:focus').waitFor()
  await keyboard.type('42#')
  await card.card.getByText('42#').waitFor()
  await keyboard.press('Escape')
  await keyboard.press('Alt+U')
  await keyboard.type('Key')
  await keyboard.press('Tab')
  await keyboard.type('value')
  await keyboard.press('Enter')
  await eventually(async () => assert.deepEqual((await card.pairs()).at(-1), ['Key', 'value']))
  await press('H', 'Hang up')
  await desk.hasCalls(0)

  await server.phone('15001', 'dial', { number: '15000' })
  await press('A', 'Answer')
  await card.is('Established')
})

async function assertNoKeyTwice(desk) {
  const keys = await desk.page.locator('[aria-keyshortcuts]').evaluateAll((all) =>
    all.map((one) => one.getAttribute('aria-keyshortcuts')),
  )
  assert.ok(keys.length >= 12, String(keys))
  assert.deepEqual(keys.filter((key, at) => keys.indexOf(key) !== at), [])
}

story('of several calls the chosen one has all the keys', {}, async (stage) => {
  const { server } = stage
  const desk = await established(stage)
  await desk.callWith('Agent 1').to('Confer', '15002', 'Agent 2')
  await desk.callWith('Agent 2').is('Dialing')
  await server.pickUp('15002')
  await desk.callWith('Agent 2').is('Established')
  for (const who of ['Agent 1', 'Agent 2']) {
    const { card, bar } = desk.callWith(who)
    await card.getByRole('button', { name: who, exact: true }).click()
    await eventually(async () => {
      assert.equal(await bar.locator('button:not([aria-keyshortcuts])').count(), 0, who)
      await assertNoKeyTwice(desk)
    })
  }
  await desk.page.keyboard.press('Alt+C')
  await desk.hasCalls(1)
  await desk.call().participantsAre('Agent 1', 'Agent 2')
})

story('what the server refuses is told with its reason, and nothing changes', { expects: ['refusals'] }, async (stage) => {
  const { server } = stage
  const desk = await established(stage)
  await desk.callWith('Agent 1').press('Transfer')
  const form = desk.callWith('Agent 1').card.getByRole('form', { name: 'Transfer' })
  await form.getByRole('combobox').fill('x')
  await form.getByRole('button', { name: 'Transfer', exact: true }).click()
  await desk.isTold(/destination/i)
  await desk.callWith('Agent 1').is('Established')
  await form.getByRole('button', { name: 'Cancel' }).click()
  await desk.callWith('Agent 1').press('Hang up')
  await desk.hasCalls(0)

  await server.phone('15000', 'unregister')
  await desk.dial('15001')
  await desk.isTold('Device \'15000\' is not registered.')
})

story('what a telephone does not do is told as well', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  await server.phone('15000', 'mode', { mode: 'refuse' })
  await server.phone('15001', 'dial', { number: '15000' })
  await desk.callWith('Agent 1').press('Answer')
  await desk.page.getByRole('log').getByRole('paragraph').first().waitFor()
  await desk.callWith('Agent 1').is('Ringing')
})

story('mute, hold, digits and recording do what they say to those on the telephones', {}, async (stage) => {
  const { server } = stage
  const desk = await established(stage)
  const card = desk.callWith('Agent 1')
  const leg = (number, check) => eventually(async () => check((await server.phoneShows(number)).legs[0]))

  await card.press('Mute')
  await leg('15001', ({ hears }) => assert.deepEqual(hears, []))
  await card.press('Unmute')
  await leg('15001', ({ hears }) => assert.deepEqual(hears, ['15000']))
  await card.press('Hold')
  await leg('15001', ({ tone }) => assert.equal(tone, 'music'))
  await card.press('Retrieve')
  await leg('15001', ({ tone }) => assert.equal(tone, 'none'))

  await card.press('Keypad')
  const pad = card.card.getByRole('group', { name: 'Keypad', exact: true })
  for (const key of ['1', '*', '0', '#']) await pad.getByRole('button', { name: key, exact: true }).click()
  await leg('15001', ({ dtmf }) => assert.equal(dtmf, '1*0#'))
  await pad.getByRole('button', { name: 'Close' }).click()

  await card.press('Record')
  await leg('15000', ({ recording }) => assert.equal(recording, 'on'))
  await card.shows('Recording')
  await card.press('Pause recording')
  await leg('15000', ({ recording }) => assert.equal(recording, 'paused'))
  await card.press('Resume recording')
  await card.press('Stop recording')
  await leg('15000', ({ recording }) => assert.equal(recording, 'stopped'))

  const disposition = card.card.getByRole('group', { name: 'Disposition of the call with Agent 1' })
  await disposition.getByRole('button', { name: 'No sale' }).click()
  await disposition.locator('[aria-pressed=true]').getByText('No sale').waitFor()
  await card.press('Hang up')
  const past = desk.pastCalls.getByRole('listitem', { name: 'Call with Agent 1' })
  await past.locator('[aria-pressed=true]').getByText('No sale').waitFor()
})

story('an agent is not disturbed, forwards calls, and logs out of voice and in again', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const telephone = desk.page.getByRole('group', { name: 'Telephone', exact: true })
  await telephone.getByRole('button', { name: 'Do not disturb' }).click()
  await telephone.locator('[aria-pressed=true]').getByText('Do not disturb').waitFor()
  const dial = { operationName: 'Dial', destination: { phoneNumber: '15000' } }
  await server.post('agent1', '/me/devices/15001/calls', dial)
  await eventually(async () => assert.equal((await server.phoneShows('15001')).legs[0].tone, 'busy'))
  await telephone.getByRole('button', { name: 'Do not disturb' }).click()

  await telephone.getByRole('button', { name: 'Forward' }).click()
  const form = desk.page.getByRole('form', { name: 'Forward' })
  await form.getByRole('combobox').fill('15003')
  await form.getByRole('button', { name: 'Forward' }).click()
  await server.phone('15002', 'dial', { number: '15000' })
  await eventually(async () => assert.equal((await server.phoneShows('15003')).legs[0]?.state, 'ringing'))
  await telephone.getByRole('button', { name: 'Forwarded to Agent 3: stop forwarding' }).click()
  await telephone.getByRole('button', { name: 'Forward…' }).waitFor()
})

story('whose name is typed is dialled, and nobody is made up', { expects: ['refusals'] }, async (stage) => {
  const desk = await stage.desk('agent0')
  const field = desk.page.getByRole('combobox', { name: 'Name or number' })
  await field.fill('nobody at all')
  await desk.page.getByText('Nobody of that name or number').waitFor()
  await field.press('Enter')
  await desk.isTold(/is no number/)
  await field.fill('agent 3')
  await desk.page.getByRole('listbox').getByRole('option', { name: /Agent 3/ }).waitFor()
  await field.press('Enter')
  assert.equal(await field.inputValue(), '15003')
  await field.press('Enter')
  await desk.callWith('Agent 3').is('Dialing')
})

story('the keyboard keeps its place when the call that it was at is gone', {}, async (stage) => {
  const desk = await established(stage)
  await desk.call().button('Hang up').focus()
  await desk.page.keyboard.press('Enter')
  await desk.hasCalls(0)
  await eventually(async () => {
    const at = await desk.page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    assert.equal(at, 'Calls')
  })
})

const MANY_STATES = Array.from({ length: 12 }, (_, i) => `[agent_state Own${i}]\ndisplay_name = Own ${i}\n`).join('')

story('of many agent states the site’s own are a list', { config: MANY_STATES }, async (stage) => {
  const desk = await stage.desk('agent0')
  await desk.chooseState('Ready')
  await desk.states.getByRole('combobox', { name: 'Other states' }).selectOption('Own 7')
  await desk.states.getByRole('button', { name: 'Set' }).click()
  await desk.stateIs('Own 7')
  assert.equal(await desk.states.getByRole('button', { name: 'Set' }).count(), 0)
  await desk.chooseState('Ready')
  assert.equal(await desk.states.getByRole('combobox').inputValue(), '')
})
