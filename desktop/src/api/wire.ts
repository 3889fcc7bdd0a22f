// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What went over the wire in this tab: every REST exchange and every notification, for the wire
// view, as the text that was sent and came. Bounded: the oldest go first. Whoever looks is told at
// most once a frame, whatever comes in it.

import { signal, type Signal } from '@preact/signals'
import { remembered } from '../base/remembered'

const KEPT = 500
const KEPT_CHARACTERS = 8_000_000

export interface WireAnswer {
  status: number // HTTP; 0: no answer
  statusCode?: number
  text: string // the body; where there was no answer, the reason
  tookMs: number
}

export interface WireExchange {
  kind: 'rest'
  number: number
  time: number // this machine's, milliseconds since the epoch
  method: string
  path: string
  needsUser: boolean
  request?: string // the body
  answer: Signal<WireAnswer | undefined> // absent: on its way
}

export interface WireNotification {
  kind: 'event'
  number: number
  time: number
  channel: string
  data: unknown
  text: string // data, as it came
  sequence: number // the user's event number; 0: not known
}

// A message of the event protocol itself.
export interface WireMeta {
  kind: 'meta'
  number: number
  time: number
  channel: string
  isSent: boolean
  text: string
}

export type WireEntry = WireExchange | WireNotification | WireMeta

export const wireEntries = signal<readonly WireEntry[]>([])
export const isWirePaused = signal(false)
// They come with every event and would drive out the rest, so they are only kept for who wants them.
export const hasWireMeta = remembered<boolean>('wire.meta', false)

let count = 0
let kept: WireEntry[] = []
let characters = 0
let isTelling = false

function sizeOf(entry: WireEntry): number {
  if (entry.kind !== 'rest') return entry.text.length
  return (entry.request?.length ?? 0) + (entry.answer.peek()?.text.length ?? 0)
}

function trim(): void {
  let gone = 0
  while (kept.length - gone > KEPT || (characters > KEPT_CHARACTERS && kept.length - gone > 1))
    characters -= sizeOf(kept[gone++]!)
  if (gone > 0) kept = kept.slice(gone)
}

// A hidden page has no frames; it is told when it is seen again.
function tellLater(): void {
  if (isTelling) return
  isTelling = true
  requestAnimationFrame(() => {
    isTelling = false
    wireEntries.value = [...kept]
  })
}

function add(entry: WireEntry): void {
  kept.push(entry)
  characters += sizeOf(entry)
  trim()
  tellLater()
}

type Begun = Pick<WireExchange, 'method' | 'path' | 'request'>

// Returns what to call with the answer.
export function wireExchange(begun: Begun): (answer: Omit<WireAnswer, 'tookMs'>) => void {
  if (isWirePaused.peek()) return () => undefined
  const time = Date.now()
  const from = performance.now()
  const needsUser = !begun.path.startsWith('/sim/')
  const answer = signal<WireAnswer | undefined>(undefined)
  const entry: WireExchange = { ...begun, kind: 'rest', number: ++count, time, needsUser, answer }
  add(entry)
  return (told) => {
    answer.value = { ...told, tookMs: performance.now() - from }
    if (!kept.includes(entry)) return
    characters += told.text.length
    trim()
    tellLater()
  }
}

export function wireEvent(event: Pick<WireNotification, 'channel' | 'data' | 'text' | 'sequence'>): void {
  if (!isWirePaused.peek()) add({ ...event, kind: 'event', number: ++count, time: Date.now() })
}

export function wireMeta(isSent: boolean, channel: string, text: string): void {
  if (hasWireMeta.peek() && !isWirePaused.peek())
    add({ kind: 'meta', number: ++count, time: Date.now(), channel, isSent, text })
}

export function wireClear(): void {
  kept = []
  characters = 0
  wireEntries.value = []
}
