// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Time as the server tells it, so that all durations on the page agree with it whatever the clock of
// this machine says. Ticks once a second for whatever is counted.

import { signal } from '@preact/signals'

// An answer that took long says too little, so of two the one that says more is believed; but if one
// says this much less, the server's clock was turned back.
const TURNED_BACK_MS = 2000

// Before a server told its own: this machine's.
let isTold = false
let beginMs = Date.now() - performance.now()
let standsAt: number | undefined

export const now = signal(Date.now())

export function serverNow(): number {
  return standsAt ?? beginMs + performance.now()
}

// The server's time, as one of its answers just told it.
export function clockSet(serverMs: number): void {
  if (!Number.isFinite(serverMs)) return
  if (standsAt !== undefined) return clockStands(serverMs)
  const begin = serverMs - performance.now()
  const isNews = begin > beginMs || begin < beginMs - TURNED_BACK_MS
  if (isTold && !isNews) return
  const jumpMs = Math.abs(begin - beginMs)
  isTold = true
  beginMs = begin
  if (jumpMs >= 1000) now.value = serverNow()
}

// Of a server whose clock only goes on when it is wound.
export function clockStands(serverMs: number): void {
  standsAt = serverMs
  if (now.peek() !== serverMs) now.value = serverMs
}

// Of a server whose clock goes by itself, which may come in the place of one whose clock stands.
export function clockGoes(serverMs: number): void {
  standsAt = undefined
  clockSet(serverMs)
}

export function clockStart(): void {
  const tick = () => {
    now.value = serverNow()
    setTimeout(tick, 1000 - (now.peek() % 1000))
  }
  tick()
}

// 65 s is "1:05", 3,700 s is "1:01:40".
export function clockText(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(s / 60)
  if (minutes < 60) return `${minutes}:${two(s % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(s % 60)}`
}
