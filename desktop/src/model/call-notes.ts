// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What events tell of a call and no picture has: since when it is in its state, and how many seconds
// of work its queue gives after it. The browser keeps that over a reload, and for its other tabs, until
// the log-out.

import type { CallState } from '../api/objects'

interface Note {
  id: string
  state?: CallState
  stateSince?: number
  wrapUpS?: number
}

const NAME = 'cordboard.calls'
const KEPT = 10

let notes = read()

function read(): readonly Note[] {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? '[]') as Note[]
  } catch {
    return []
  }
}

export function noteOf(id: string): Note | undefined {
  return notes.find((note) => note.id === id)
}

export function noteSet(id: string, what: Omit<Note, 'id'>): void {
  const others = notes.filter((note) => note.id !== id)
  notes = [...others, { ...noteOf(id), ...what, id }].slice(-KEPT)
  try {
    localStorage.setItem(NAME, JSON.stringify(notes))
  } catch {
    // Then a reload forgets it.
  }
}

// What other tabs note is known here too.
export function notesStart(): void {
  addEventListener('storage', ({ key }) => {
    if (key === NAME) notes = read()
  })
}

export function notesClear(): void {
  notes = []
  try {
    localStorage.removeItem(NAME)
  } catch {
    // Then there are none.
  }
}
