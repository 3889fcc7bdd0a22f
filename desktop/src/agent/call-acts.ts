// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The call bar as a table: which button stands for which capability. What the server offers is
// shown, neither more nor less; a capability that is not in the table is a plain button of its name.

import type { Call } from '../api/objects'

export interface CallAct {
  name: string // the operation
  letter?: string // its shortcut, with Alt
  kind?: 'good' | 'bad' | 'primary'
  needs?: 'number' | 'digits' | 'call'
  isLast?: boolean // ends the call
}

// In the order of the bar. Two that are never offered together may share a letter.
const BAR: readonly CallAct[] = [
  { name: 'Answer', letter: 'A', kind: 'good' },
  { name: 'CompleteTransfer', letter: 'X', kind: 'primary' },
  { name: 'CompleteConference', letter: 'C', kind: 'primary' },
  { name: 'SwapCalls', letter: 'S', needs: 'call' },
  { name: 'Hold', letter: 'O' },
  { name: 'Retrieve', letter: 'O', kind: 'good' },
  { name: 'MuteCall', letter: 'M' },
  { name: 'UnmuteCall', letter: 'M' },
  { name: 'SendDtmf', letter: 'K', needs: 'digits' },
  { name: 'InitiateTransfer', letter: 'N', needs: 'number' },
  { name: 'InitiateConference', letter: 'I', needs: 'number' },
  { name: 'SingleStepTransfer', letter: 'T', needs: 'number' },
  { name: 'SingleStepConference', letter: 'G', needs: 'number' },
  { name: 'StartCallRecording', letter: 'R' },
  { name: 'PauseCallRecording', letter: 'P' },
  { name: 'ResumeCallRecording', letter: 'P' },
  { name: 'StopCallRecording', letter: 'R' },
  { name: 'SwitchToListenIn', letter: 'V' },
  { name: 'SwitchToCoach', letter: 'W' },
  { name: 'SwitchToBargeIn', letter: 'B' },
  { name: 'Hangup', letter: 'H', kind: 'bad', isLast: true },
  { name: 'Reject', letter: 'J', kind: 'bad', isLast: true },
  { name: 'ClearCall', letter: 'L', isLast: true },
]

// Offered too, but each has its place elsewhere on the card: beside pairs and participants.
const ELSEWHERE = new Map([
  ['AttachUserData', 'U'],
  ['UpdateUserData', undefined],
  ['DeleteUserData', undefined],
  ['DeleteUserDataPair', undefined],
  ['RemoveParticipantFromConference', 'Z'],
])

export const ATTACH_LETTER = 'U'
export const REMOVE_LETTER = 'Z'
export const DIAL_LETTER = 'Q'

export function barActs(capabilities: readonly string[]): CallAct[] {
  const offered = new Set(capabilities)
  const known = BAR.filter(({ name }) => offered.delete(name))
  const others = [...offered].filter((name) => !ELSEWHERE.has(name)).sort()
  return [...known, ...others.map((name) => ({ name }))]
}

export function lettersOf(capabilities: readonly string[]): string[] {
  const bar = barActs(capabilities).flatMap(({ letter }) => letter ?? [])
  return [...bar, ...capabilities.flatMap((name) => ELSEWHERE.get(name) ?? [])]
}

export function parentIdOf({ parentCallPath, parentCallUri }: Call): string | undefined {
  return (parentCallPath ?? parentCallUri)?.split('/').at(-1)
}

// The call to swap with: the one that this one is about, or that is about this one, or any other.
export function swapPartner(call: Call, living: readonly Call[]): Call | undefined {
  const others = living.filter(({ id }) => id !== call.id)
  const related = others.filter((one) => one.id === parentIdOf(call) || parentIdOf(one) === call.id)
  return related.at(-1) ?? others.find((one) => one.capabilities.includes('SwapCalls')) ?? others.at(-1)
}
