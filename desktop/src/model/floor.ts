// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The floor: all agents and queues as a supervisor sees them. One request is always waiting at the
// server while somebody looks; its answer brings what changed since the version known here.
//
// Hundreds of agents may change ten times a second. So what arrives is only noted, and brought to
// the tiles once a frame, a few of them: those on the screen first, and of the others so many that
// each gets its turn. Each tile has a signal of its own, and nothing else moves when it changes.

import { batch, effect, signal, type Signal } from '@preact/signals'
import type { Floor, FloorAgent, FloorQueue } from '../api/objects'
import { ApiError, get } from '../api/rest'
import { pause } from '../base/pause'
import { me } from './desk'
import { fullName } from './directory'

// As with events: a network that was cut without a word is given up after the second at most.
const WAIT_S = 8
const TIMEOUT_MS = 12_000
const PACE_MS = 100 // between two requests
const RETRY_MS = 500
const RETRY_MAX_MS = 2000
const SEEN_A_FRAME = 20
const UNSEEN_A_FRAME = 20
const UNSEEN_PACE_MS = 100

export interface Tile {
  agent: Signal<FloorAgent>
  isSeen: Signal<boolean> // on the screen, or nearly
}

export const floorQueues = signal<readonly FloorQueue[]>([])
export const isFloorKnown = signal(false)
export const floorTrouble = signal('') // why nothing arrives; empty: it does
export const roster = signal(0) // moves when agents come and go or change their names
export const changes = signal(0) // moves once a frame in which anything changed

const agents = new Map<string, FloorAgent>()
const tiles = new Map<string, Tile>()
const due = new Set<string>() // whose tiles are to be brought forward, who waits longest first
let version = ''
let isAsked = false // the wire view has seen one such exchange
let frame = 0
let later: ReturnType<typeof setTimeout> | undefined

export function floorAgents(): ReadonlyMap<string, FloorAgent> {
  return agents
}

// Of an agent on the floor.
export function tileOf(id: string): Tile {
  let tile = tiles.get(id)
  if (!tile) {
    tile = { agent: signal(agents.get(id)!), isSeen: signal(false) }
    tiles.set(id, tile)
  }
  return tile
}

export function tileSeen(id: string, isSeen: boolean): void {
  const tile = tiles.get(id)
  if (!tile) return
  tile.isSeen.value = isSeen
  if (isSeen && due.has(id)) bringForwardSoon()
}

function bringForward(): void {
  frame = 0
  let seen = SEEN_A_FRAME
  let unseen = UNSEEN_A_FRAME
  batch(() => {
    for (const id of due) {
      const tile = tiles.get(id)
      const agent = agents.get(id)
      if (tile && agent && (tile.isSeen.peek() ? seen-- <= 0 : unseen-- <= 0)) continue
      due.delete(id)
      if (tile && agent) tile.agent.value = agent
    }
    changes.value = changes.peek() + 1
  })
  if (seen < 0) bringForwardSoon()
  else if (unseen < 0) later ??= setTimeout(bringUnseenForward, UNSEEN_PACE_MS)
}

// One timer at a time, else each answer of the server would start a chain of frames of its own.
function bringUnseenForward(): void {
  later = undefined
  bringForwardSoon()
}

function bringForwardSoon(): void {
  if (frame === 0) frame = requestAnimationFrame(bringForward)
}

function takeAgent(agent: FloorAgent): void {
  const before = agents.get(agent.id)
  agents.set(agent.id, agent)
  if (tiles.has(agent.id)) due.add(agent.id)
  const isSame = before && fullName(before) === fullName(agent) && before.phoneNumber === agent.phoneNumber
  if (!isSame) roster.value = roster.peek() + 1
}

function takeQueues(changed: FloorQueue[], whole: boolean): void {
  if (changed.length === 0 && !whole) return
  const all = new Map(whole ? [] : floorQueues.peek().map((queue) => [queue.id, queue]))
  for (const queue of changed) all.set(queue.id, queue)
  const byNumber = new Intl.Collator('en', { numeric: true }).compare
  floorQueues.value = [...all.values()].sort((a, b) => byNumber(a.phoneNumber, b.phoneNumber))
}

function take(floor: Floor): void {
  batch(() => {
    if (floor.whole) {
      const there = new Set(floor.agents.map(({ id }) => id))
      for (const id of agents.keys()) if (!there.has(id)) forget(id)
    }
    floor.agents.forEach(takeAgent)
    takeQueues(floor.queues, floor.whole)
    version = floor.version
    isFloorKnown.value = true
    floorTrouble.value = ''
  })
  if (floor.agents.length > 0 || floor.whole) bringForwardSoon()
}

function forget(id: string): void {
  agents.delete(id)
  tiles.delete(id)
  due.delete(id)
  roster.value = roster.peek() + 1
}

// Nothing is asked while nobody can see it.
function untilVisible(stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (!document.hidden) return done()
    const look = () => {
      if (document.hidden && !stop.aborted) return
      document.removeEventListener('visibilitychange', look)
      stop.removeEventListener('abort', look)
      done()
    }
    document.addEventListener('visibilitychange', look)
    stop.addEventListener('abort', look)
  })
}

// waitS: how long the server may wait for a change.
async function ask(stop: AbortSignal, waitS: number): Promise<void> {
  const query = version === '' ? '' : `?since=${version}&wait=${waitS}`
  const floor = await get<Floor>('/api/v2/floor' + query, {
    signal: stop,
    timeoutMs: TIMEOUT_MS,
    isQuiet: isAsked,
  })
  isAsked = true
  if (!stop.aborted) take(floor)
}

async function follow(stop: AbortSignal): Promise<void> {
  let retryMs = RETRY_MS
  let waitS = 0 // after trouble, so that its end shows at once
  while (!stop.aborted) {
    try {
      await ask(stop, waitS)
      retryMs = RETRY_MS
      waitS = WAIT_S
      await pause(PACE_MS, stop)
    } catch (error) {
      if (stop.aborted) return
      if (!(error instanceof ApiError)) throw error
      floorTrouble.value = error.isUnreachable ? '' : error.message // a lost server is told elsewhere
      waitS = 0
      await pause(retryMs, stop)
      retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
    }
    await untilVisible(stop)
  }
}

// Follows the floor until the function that it returns is called.
export function floorFollow(): () => void {
  const stop = new AbortController()
  void follow(stop.signal)
  return () => stop.abort()
}

// Another user may not see it.
effect(() => {
  if (me.value) return
  batch(() => {
    for (const id of [...agents.keys()]) forget(id)
    floorQueues.value = []
    isFloorKnown.value = false
    floorTrouble.value = ''
    version = ''
    isAsked = false
  })
})
