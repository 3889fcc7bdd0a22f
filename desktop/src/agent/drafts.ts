// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What is being typed into the user data of calls, until it is saved, given up, or the call is gone.

import { effect, signal, type Signal } from '@preact/signals'
import { calls } from '../model/desk'
import type { Draft } from './data-rows'

// A pair that is being changed: one at a time of each call.
export interface PairDraft extends Draft {
  key: string
  nth: number
  before: unknown // its value when the typing began
}

const drafts = signal<ReadonlyMap<string, PairDraft>>(new Map())

export function draftIn(id: string): PairDraft | undefined {
  return drafts.value.get(id)
}

export function draftSet(id: string, draft: PairDraft | undefined): void {
  const next = new Map(drafts.peek())
  if (draft) next.set(id, draft)
  else next.delete(id)
  drafts.value = next
}

// A pair that is to be attached.
export interface NewPair extends Draft {
  key: string
}

const NOTHING: NewPair = { key: '', text: '', isJson: false }
const newPairs = signal<ReadonlyMap<string, NewPair>>(new Map())

export function newPairIn(id: string): NewPair {
  return newPairs.value.get(id) ?? NOTHING
}

export function newPairSet(id: string, pair: NewPair = NOTHING): void {
  newPairs.value = new Map(newPairs.peek()).set(id, pair)
}

// What does not change stays the same object, so that nothing is drawn again.
function keepOf<T>(all: Signal<ReadonlyMap<string, T>>, living: ReadonlyMap<string, unknown>): void {
  const kept = [...all.peek()].filter(([id]) => living.has(id))
  if (kept.length < all.peek().size) all.value = new Map(kept)
}

export function draftsStart(): void {
  effect(() => {
    keepOf(drafts, calls.value)
    keepOf(newPairs, calls.value)
  })
}
