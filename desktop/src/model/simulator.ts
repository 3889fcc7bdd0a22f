// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The simulated telephones, where the server has them: what they show, asked for again and again
// while somebody looks, and the acts of a hand on them (docs/simulator.md).

import { batch, computed, signal } from '@preact/signals'
import type {
  Contact, Queue, SimLeg, SimLine, SimLines, SimOutside, SimOutsideAnswer, SimState,
} from '../api/objects'
import { ApiError, get, post } from '../api/rest'
import { pause } from '../base/pause'
import { texts } from '../i18n'
import { clockGoes, clockStands } from './clock'
import { devices, me } from './desk'
import { fullName } from './directory'
import { attempt } from './told'

// A telephone of a device, or outside; what both of them show, and where it is asked.
export interface Telephone {
  number: string
  isOutside: boolean
  path: string
  shown: SimLine | SimOutside
}

const POLL_MS = 400
const CLOCK_POLLS = 5 // the clock is asked with each so many
const RETRY_MS = 2000
export const PAGE = 100
const DEMO_QUEUE = '9000'

export const simState = signal<SimState | undefined>(undefined)
export const hasSimulator = computed(() => simState.value !== undefined)
export const simTrouble = signal('') // why nothing is known; empty: all is
export const lines = signal<readonly Telephone[]>([])
export const lineCount = signal(0)
export const outsides = signal<readonly Telephone[]>([])
export const offset = signal(0) // of the page of lines that is shown
export const wanted = signal('') // a line beside it, by its number
export const names = signal<ReadonlyMap<string, string>>(new Map()) // whose number it is, as far as known
export const queueNumbers = signal<readonly string[]>([DEMO_QUEUE])

export async function simulatorStart(): Promise<void> {
  while (!hasSimulator.peek()) {
    try {
      await readState()
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (!error.isUnreachable) return // this server has none
      await pause(RETRY_MS)
    }
  }
}

async function readState(): Promise<void> {
  const state = await get<SimState>('/sim/v1', { isQuiet: true })
  if (state.clock.kind === 'manual') clockStands(state.clock.nowMs)
  else clockGoes(state.clock.nowMs)
  simState.value = state
}

const paths = { line: '/sim/v1/lines', outside: '/sim/v1/outside' }

function ofLine(shown: SimLine): Telephone {
  return { number: shown.dn, isOutside: false, path: `${paths.line}/${encodeURIComponent(shown.dn)}`, shown }
}

function ofOutside(shown: SimOutside): Telephone {
  const path = `${paths.outside}/${encodeURIComponent(shown.number)}`
  return { number: shown.number, isOutside: true, path, shown }
}

// A telephone that shows the same stays the same object, so that its picture rests.
function kept(before: readonly Telephone[], after: Telephone[]): readonly Telephone[] {
  const known = new Map(before.map((one) => [one.number, one]))
  const all = after.map((one) => {
    const same = known.get(one.number)
    return same && JSON.stringify(same.shown) === JSON.stringify(one.shown) ? same : one
  })
  return all.length === before.length && all.every((one, at) => one === before[at]) ? before : all
}

// One that may not be there.
async function readLine(number: string): Promise<SimLine | undefined> {
  try {
    return await get<SimLine>(`${paths.line}/${encodeURIComponent(number)}`, { isQuiet: true })
  } catch (error) {
    if (error instanceof ApiError && !error.isUnreachable) return undefined
    throw error
  }
}

// What is not on the page, but wanted.
async function readBeside(page: SimLine[]): Promise<SimLine[]> {
  const there = new Set(page.map(({ dn }) => dn))
  const numbers = new Set([...devices.peek().map((one) => one.phoneNumber), wanted.peek()])
  const missing = [...numbers].filter((one) => one !== '' && !there.has(one))
  return (await Promise.all(missing.map(readLine))).filter((one) => one !== undefined)
}

let reads = 0
let newest = 0 // the read that is shown; one that began earlier and comes later is old

async function readTelephones(stop?: AbortSignal): Promise<void> {
  const read = ++reads
  const quiet = { isQuiet: true, signal: stop }
  const [page, outside] = await Promise.all([
    get<SimLines>(`${paths.line}?offset=${offset.peek()}&limit=${PAGE}`, quiet),
    get<SimOutsideAnswer>(paths.outside, quiet),
  ])
  const beside = page.totalCount > page.lines.length ? await readBeside(page.lines) : []
  const all = [...beside, ...page.lines]
  if (read < newest) return
  newest = read
  batch(() => {
    lines.value = kept(lines.peek(), all.map(ofLine))
    outsides.value = kept(outsides.peek(), outside.telephones.map(ofOutside))
    lineCount.value = page.totalCount
    simTrouble.value = ''
  })
}

// Whose telephones they are, for who is logged in.
export async function simulatorNames(): Promise<void> {
  const user = me.peek()
  if (!user) return
  const quiet = { isQuiet: true }
  const [users, queues] = await Promise.all([
    get<{ contacts: Contact[] }>('/api/v2/contacts?type=User&limit=1000', quiet),
    get<{ queues: Queue[] }>('/api/v2/queues?fields=*', quiet),
  ])
  const known = new Map<string, string>()
  for (const { name, phoneNumbers } of users.contacts)
    for (const { phoneNumber } of phoneNumbers) known.set(phoneNumber, name)
  for (const { name, phoneNumber } of queues.queues) known.set(phoneNumber, name)
  for (const { phoneNumber } of devices.peek()) known.set(phoneNumber, fullName(user))
  names.value = known
  if (queues.queues.length > 0) queueNumbers.value = queues.queues.map((one) => one.phoneNumber)
}

async function poll(withClock: boolean, stop: AbortSignal): Promise<void> {
  try {
    if (withClock) await readState()
    await readTelephones(stop)
  } catch (error) {
    if (stop.aborted) return
    if (!(error instanceof ApiError)) throw error
    simTrouble.value = error.isUnreachable ? texts.peek().logIn.unreachable : error.message
  }
}

async function follow(stop: AbortSignal): Promise<void> {
  for (let polls = 0; !stop.aborted; polls++) {
    if (!document.hidden) await poll(polls % CLOCK_POLLS === 0, stop)
    await pause(simTrouble.peek() ? RETRY_MS : POLL_MS, stop)
  }
}

// Follows the telephones until the function that it returns is called.
export function simulatorFollow(): () => void {
  const stop = new AbortController()
  void follow(stop.signal)
  return () => stop.abort()
}

async function readSoon(): Promise<void> {
  try {
    await readTelephones()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error // else the next poll tells it
  }
}

// How an act names one of several calls: by its number where that is enough, else by its place.
export function legName(legs: readonly SimLeg[], leg: SimLeg): string | number {
  const isAlone = legs.filter(({ other }) => other === leg.other).length === 1
  return leg.other !== '' && isAlone ? leg.other : legs.indexOf(leg)
}

// One of docs/simulator.md. A refusal is told with its reason.
export async function telephoneAct(
  telephone: Pick<Telephone, 'path'>,
  act: { do: string } & Record<string, unknown>,
): Promise<boolean> {
  const isDone = await attempt(post(telephone.path, act))
  await readSoon()
  return isDone
}

// Somebody outside whom nobody knows calls that number.
export function customerCalls(number: string): Promise<boolean> {
  const digits = String(crypto.getRandomValues(new Uint32Array(1))[0]! % 1e8).padStart(8, '0')
  return telephoneAct({ path: `${paths.outside}/+49151${digits}` }, { do: 'dial', number })
}

// What is due until then happens on the way; its events come by themselves.
export async function clockWind(ms: number): Promise<void> {
  if (await attempt(post('/sim/v1/clock', { advanceMs: ms }))) await attempt(readState())
  await readSoon()
}
