// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What went over the wire in this tab: every REST exchange and every notification, for the wire
// view. Bounded: the oldest go first.

import { signal } from '@preact/signals'

const KEPT = 500

export interface WireExchange {
  kind: 'rest'
  number: number
  time: number // this machine's, milliseconds since the epoch
  method: string
  path: string
  request?: unknown // the body, as JSON
  needsUser: boolean
  status: number // HTTP; 0: no answer
  response?: unknown
  tookMs: number
}

export interface WireNotification {
  kind: 'event'
  number: number
  time: number
  channel: string
  data: unknown
}

export type WireEntry = WireExchange | WireNotification

let count = 0
export const wireEntries = signal<readonly WireEntry[]>([])
export const isWirePaused = signal(false)

type Unnumbered<T> = T extends unknown ? Omit<T, 'number'> : never

export function wireLog(entry: Unnumbered<WireEntry>): void {
  if (isWirePaused.peek()) return
  const kept = wireEntries.peek().slice(-(KEPT - 1))
  wireEntries.value = [...kept, { ...entry, number: ++count } as WireEntry]
}

export function wireClear(): void {
  wireEntries.value = []
}
