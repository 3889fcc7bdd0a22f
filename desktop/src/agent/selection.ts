// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which of several calls is meant: the one shown with all its details, on which shortcuts act first.
// It is the one chosen by hand; it goes with the voice to a call that is newly begun or Established,
// and when it ends, to the most urgent of the others.

import { computed, effect, signal } from '@preact/signals'
import { calls } from '../model/desk'
import { lettersOf } from './call-acts'
import { byUrgency } from './families'

export const selectedId = signal('')

// The calls with the voice on them, each with its state.
let had = new Set<string>()

export function selectionStart(): void {
  effect(() => {
    const living = calls.value
    const all = [...living.values()].map(({ call }) => call)
    const spoken = all.filter(({ state }) => state === 'Established' || state === 'Dialing')
    const newly = spoken.find(({ id, state }) => !had.has(id + state))
    had = new Set(spoken.map(({ id, state }) => id + state))
    const wasSelected = selectedId.peek()
    const isGone = !living.has(wasSelected)
    if (newly) selectedId.value = newly.id
    else if (isGone) selectedId.value = byUrgency(living.values())[0]?.call.id ?? ''
    if (isGone && wasSelected && living.size > 0) waitAMoment()
  })
}

// Somebody who was about to end the call that just ended by itself must not end another one.
const MOMENT_MS = 800
let timer: ReturnType<typeof setTimeout> | undefined

export const isAnotherJustGone = signal(false)

function waitAMoment(): void {
  isAnotherJustGone.value = true
  clearTimeout(timer)
  timer = setTimeout(() => (isAnotherJustGone.value = false), MOMENT_MS)
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

function isOpen(id: string, name: string): boolean {
  const open = openForm.peek()
  return open?.id === id && open.name === name
}

export function toggleForm(id: string, name: string): void {
  openForm.value = isOpen(id, name) ? undefined : { id, name }
}

// Another one that was opened meanwhile stays open. True: it was this one.
export function closeForm(id: string, name: string): boolean {
  const wasOpen = isOpen(id, name)
  if (wasOpen) openForm.value = undefined
  return wasOpen
}
