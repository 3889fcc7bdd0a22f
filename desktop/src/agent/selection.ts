// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which of several calls is meant: the one shown with all its details, on which shortcuts act first.
// It is the one chosen by hand; it goes with the voice to a call that is newly Established, and when
// it ends, to the most urgent of the others.

import { computed, effect, signal } from '@preact/signals'
import { calls } from '../model/desk'
import { lettersOf } from './call-acts'
import { byUrgency } from './families'

export const selectedId = signal('')

let wasEstablished = new Set<string>()

export function selectionStart(): void {
  effect(() => {
    const living = calls.value
    const established = [...living.values()].filter(({ call }) => call.state === 'Established')
    const newly = established.find(({ call }) => !wasEstablished.has(call.id))
    wasEstablished = new Set(established.map(({ call }) => call.id))
    if (newly) selectedId.value = newly.call.id
    else if (!living.has(selectedId.peek())) selectedId.value = byUrgency(living.values())[0]?.call.id ?? ''
  })
}

// Which call a shortcut's letter acts on: the selected one, else the most urgent that offers it.
const owners = computed(() => {
  const chosen = calls.value.get(selectedId.value)
  const all = [...(chosen ? [chosen] : []), ...byUrgency(calls.value.values())]
  const found = new Map<string, string>()
  for (const { call } of all)
    for (const letter of lettersOf(call.capabilities)) if (!found.has(letter)) found.set(letter, call.id)
  return found
})

// The letter, if it acts on that call.
export function letterOn(id: string, letter: string | undefined): string | undefined {
  return letter && owners.value.get(letter) === id ? letter : undefined
}

// The form that is open below a call bar: of a capability that needs a number or digits.
export const openForm = signal<{ id: string; name: string } | undefined>(undefined)

export function toggleForm(id: string, name: string): void {
  const open = openForm.peek()
  openForm.value = open?.id === id && open.name === name ? undefined : { id, name }
}
