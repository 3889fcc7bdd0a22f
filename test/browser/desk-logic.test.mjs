// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the agent's desk makes of calls, without a browser: the tables behind what is seen.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({
  acts: 'agent/call-acts.ts', families: 'agent/families.ts', rows: 'agent/data-rows.ts', past: 'model/past.ts',
})

const names = (capabilities) => page.acts.barActs(capabilities).map(({ name }) => name)

test('the call bar has what is offered, in its own order, and nothing else', () => {
  assert.deepEqual(names(['Hangup', 'AttachUserData', 'SendDtmf', 'Hold']), ['Hold', 'SendDtmf', 'Hangup'])
  assert.deepEqual(names(['ClearCall', 'Answer', 'UpdateUserData']), ['Answer', 'ClearCall'])
  assert.deepEqual(names([]), [])
})

test('a capability that the page does not know is offered by its name', () => {
  assert.deepEqual(names(['Teleport', 'Hold', 'Beam']), ['Hold', 'Beam', 'Teleport'])
})

test('letters are told apart in every situation that a call can be in', () => {
  const together = [
    ['Answer', 'Reject', 'ClearCall', 'AttachUserData'],
    [
      'Hold', 'MuteCall', 'SendDtmf', 'Hangup', 'ClearCall', 'SwapCalls', 'CompleteTransfer', 'CompleteConference',
      'SingleStepTransfer', 'SingleStepConference', 'InitiateTransfer', 'InitiateConference', 'PauseCallRecording',
      'StopCallRecording', 'SwitchToListenIn', 'SwitchToCoach', 'SwitchToBargeIn', 'AttachUserData',
      'RemoveParticipantFromConference',
    ],
    ['Retrieve', 'UnmuteCall', 'StartCallRecording', 'Hangup'],
    ['ResumeCallRecording', 'StopCallRecording'],
  ]
  for (const capabilities of together) {
    const letters = page.acts.lettersOf(capabilities)
    assert.equal(letters.length, capabilities.length, String(capabilities))
    assert.equal(new Set(letters).size, letters.length, String(letters))
  }
})

test('the call to swap with is the one that belongs to it', () => {
  const parent = { id: 'P', capabilities: ['SwapCalls'] }
  const other = { id: 'O', capabilities: [] }
  const consult = { id: 'C', capabilities: ['SwapCalls'], parentCallPath: '/calls/P' }
  const all = [parent, other, consult]
  assert.equal(page.acts.swapPartner(parent, all).id, 'C')
  assert.equal(page.acts.swapPartner(consult, all).id, 'P')
  assert.equal(page.acts.swapPartner(other, all).id, 'P')
  assert.equal(page.acts.swapPartner(parent, [parent]), undefined)
})

function desk(id, state, startedAt, parent) {
  return { call: { id, state, parentCallUri: parent && `http://x/api/v2/me/calls/${parent}` }, startedAt }
}

test('consult calls stand under the call that they are about, as long as that one is there', () => {
  const all = [desk('A', 'Held', 1), desk('B', 'Ringing', 2), desk('C', 'Held', 3, 'A'), desk('D', 'Dialing', 4, 'C')]
  const shape = (calls) =>
    page.families
      .familiesOf(new Map(calls.map((one) => [one.call.id, one])))
      .map(({ parent, consults }) => [parent.call.id, ...consults.map(({ call }) => call.id)])
  assert.deepEqual(shape(all), [['A', 'C', 'D'], ['B']])
  assert.deepEqual(shape(all.slice(1)), [['B'], ['C', 'D']])
  assert.deepEqual(page.families.byUrgency(all).map(({ call }) => call.id), ['B', 'D', 'C', 'A'])
})

test('user data are rows: repeated keys each one, in the order of the pairs', () => {
  assert.deepEqual(page.rows.dataRows({}), [])
  assert.deepEqual(page.rows.dataRows({ userData: { a: 1, b: null } }).map(({ key, value, times }) => [key, value, times]), [
    ['a', 1, 1],
    ['b', null, 1],
  ])
  const userDataPairs = [{ key: 'n', value: 'x' }, { key: 'm', value: {} }, { key: 'n', value: 'y' }]
  const found = page.rows.dataRows({ userData: { n: 'y', m: {} }, userDataPairs })
  assert.deepEqual(found.map(({ key, nth, times }) => [key, nth, times]), [['n', 0, 2], ['m', 0, 1], ['n', 1, 2]])
})

test('a text is edited as a text, anything else as JSON', () => {
  for (const value of ['12', '', '{"a":1}', 12, true, null, [1, { a: 'b' }]])
    assert.deepEqual(page.rows.draftValue(page.rows.draftOf(value)), { value })
  assert.equal(page.rows.draftOf('12').isJson, false)
  assert.equal(page.rows.draftOf(12).isJson, true)
  assert.equal(page.rows.draftValue({ text: '{"a":', isJson: true }), undefined)
  assert.equal(page.rows.draftValue({ text: '', isJson: true }), undefined)
})

const at = (s) => `2024-05-06T07:00:0${s}.000+0000`

function told(id, more) {
  const me = { userId: 'me', role: 'Called', phoneNumber: '1', startTime: at(1), answerTime: at(2), stopTime: at(5) }
  const other = { userId: 'you', role: 'Caller', phoneNumber: '2', startTime: at(0), stopTime: at(5) }
  const call = { id, callType: 'Internal', dnis: '1', startTime: at(0), stopTime: at(5), participants: [other, me] }
  return { ...call, ...more }
}

test('past calls are those of the history, and before it those that just ended', () => {
  const base = Date.parse('2024-05-06T07:00:00Z')
  const seen = (id, endedAt) => ({
    call: { id, callType: 'Internal', dnis: '1', participants: [{ phoneNumber: '3' }] },
    startedAt: base,
    endedAt,
    releaseReason: 'busy',
  })
  const merge = (history, desks, living = []) =>
    page.past.mergePast(history, desks, new Map(living.map((id) => [id, 1])), 'me')
  const found = merge([told('H')], [seen('H', base + 9000), seen('N', base + 8000)])
  assert.deepEqual(found.map(({ id, number, isTalk }) => [id, number, isTalk]), [['N', '3', false], ['H', '2', true]])
  assert.equal(found[1].durationMs, 4000)
  assert.deepEqual(merge([told('H')], [seen('N', base)], ['H']).map(({ id }) => id), ['N'])
  assert.equal(merge(Array.from({ length: 9 }, (_, i) => told('H' + i)), []).length, 5)
})

test('whom a past call was with is who was outside', () => {
  const number = (call) => page.past.mergePast([call], [], new Map(), 'me')[0].number
  assert.equal(number(told('I', { callType: 'Inbound', ani: '+491' })), '+491')
  assert.equal(number(told('O', { callType: 'Outbound', dnis: '+492' })), '+492')
  assert.equal(number(told('Q', { participants: told('Q').participants.slice(1), dnis: '9000' })), '9000')
  const alone = told('A', { participants: [{ phoneNumber: '16', role: 'Called', userId: 'me' }], dnis: '16' })
  assert.equal(number(alone), '', 'not oneself')
  const seen = { call: { id: 'A', dnis: '16', participants: [{ phoneNumber: '17' }] }, startedAt: 0 }
  assert.equal(page.past.mergePast([alone], [seen], new Map(), 'me')[0].number, '17')
})
