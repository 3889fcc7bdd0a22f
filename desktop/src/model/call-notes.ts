// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What events tell of a call and no picture has: since when it is in its state, and how many seconds
// of work its queue gives after it. The browser keeps that over a reload, and for its other tabs, until
// the log-out.

import type { CallState } from '../api/objects'
import { keepValue, keptValue, onKept } from '../base/storage'

interface Note {
  id: string
  state?: CallState
  stateSince?: number
  wrapUpS?: number
}

const NAME = 'calls'
const KEPT = 10

let notes = read()

function read(): readonly Note[] {
  const kept = keptValue(NAME)
  return Array.isArray(kept) ? (kept as Note[]) : []
}

export function noteOf(id: string): Note | undefined {
  return notes.find((note) => note.id === id)
}

export function noteSet(id: string, what: Omit<Note, 'id'>): void {
  const others = notes.filter((note) => note.id !== id)
  notes = [...others, { ...noteOf(id), ...what, id }].slice(-KEPT)
  keepValue(NAME, notes)
}

// What other tabs note is known here too.
export function notesStart(): void {
  onKept(NAME, () => (notes = read()))
}

export function notesClear(): void {
  notes = []
  keepValue(NAME, notes)
}
