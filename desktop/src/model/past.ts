// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Past calls as they are shown, out of the server's history and what a desk has just seen end.

import { jsonText } from '../api/json'
import type { CallType, HistoryCall, ReleaseReason } from '../api/objects'
import type { DeskCall } from './desk'

export interface PastCall {
  id: string
  callType: CallType
  number: string // of the other side; empty: the history does not have it yet
  isCaller: boolean // this agent began it
  isTalk: boolean // somebody answered
  queue?: string
  startedAt: number
  durationMs: number // of this agent's part
  releaseReason?: ReleaseReason
  disposition?: string
  isRecorded: boolean
}

export const PAST_SHOWN = 5

// 2024-05-06T07:08:09.000+0000
function timeOf(text: string): number {
  return Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'))
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === 'string' ? value : jsonText(value)
}

// The other side: who is outside, where somebody is; else who played the other part, once that is over.
function otherNumber(call: HistoryCall, isCaller: boolean, userId: string): string {
  if (call.callType === 'Inbound' && call.ani) return call.ani
  if (call.callType === 'Outbound') return call.dnis
  const others = call.participants.filter((one) => one.userId !== userId && (!one.queue || one.userId))
  const other = others.find(({ role }) => (role === 'Caller') !== isCaller) ?? others[0]
  const isOwn = call.participants.some((one) => one.userId === userId && one.phoneNumber === call.dnis)
  return other?.phoneNumber ?? (isOwn ? '' : call.dnis)
}

function fromHistory(call: HistoryCall, userId: string): PastCall {
  const mine = call.participants.filter((one) => one.userId === userId)
  const part = mine.at(-1)
  const isCaller = mine.some(({ role }) => role === 'Caller')
  const startedAt = timeOf(mine[0]?.startTime ?? call.startTime)
  return {
    id: call.id,
    callType: call.callType,
    number: otherNumber(call, isCaller, userId),
    isCaller,
    isTalk: mine.some(({ answerTime }) => answerTime !== undefined),
    queue: call.queue,
    startedAt,
    durationMs: timeOf(part?.stopTime ?? call.stopTime ?? call.startTime) - startedAt,
    releaseReason: part?.releaseReason,
    disposition: textOf(call.disposition?.value),
    isRecorded: call.recordingUri !== undefined,
  }
}

function fromDesk({ call, startedAt, endedAt, releaseReason }: DeskCall): PastCall {
  const number = call.participants[0]?.phoneNumber ?? call.dnis
  return {
    id: call.id,
    callType: call.callType,
    number,
    isCaller: call.dnis === number,
    isTalk: releaseReason === 'answered-and-hung-up',
    startedAt,
    durationMs: (endedAt ?? startedAt) - startedAt,
    releaseReason,
    isRecorded: false,
  }
}

// Newest first; what the history has counts, and what goes on is not past.
export function mergePast(
  history: readonly HistoryCall[],
  seen: readonly DeskCall[],
  living: ReadonlyMap<string, unknown>,
  userId: string,
): PastCall[] {
  const own = new Map(seen.map((one) => [one.call.id, fromDesk(one)]))
  const told = history.map((call) => {
    const known = fromHistory(call, userId)
    return known.number ? known : { ...known, number: own.get(call.id)?.number ?? '' }
  })
  const known = new Set(told.map(({ id }) => id))
  const fresh = [...own.values()].filter(({ id }) => !known.has(id))
  return [...fresh, ...told]
    .filter(({ id }) => !living.has(id))
    .sort((a, b) => b.startedAt + b.durationMs - (a.startedAt + a.durationMs))
    .slice(0, PAST_SHOWN)
}
