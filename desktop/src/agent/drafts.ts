// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What is being typed into the user data of calls, until it is saved, given up, or the call is gone.

import { effect, signal } from '@preact/signals'
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

export function draftsStart(): void {
  effect(() => {
    const living = calls.value
    const kept = <T>(all: ReadonlyMap<string, T>) => new Map([...all].filter(([id]) => living.has(id)))
    drafts.value = kept(drafts.peek())
    newPairs.value = kept(newPairs.peek())
  })
}
