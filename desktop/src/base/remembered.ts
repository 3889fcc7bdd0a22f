// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this browser remembers of how its user likes the page, once it is another than the initial.
// Nothing of calls or users.

import { effect, signal, type Signal } from '@preact/signals'

const PREFIX = 'cordboard.'

function kept(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null')
  } catch {
    return null // Not allowed, or none of ours.
  }
}

function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Then it is not remembered.
  }
}

// values: what it can be, where that is not any text. Another version of the page may have kept others.
export function remembered<T extends string | boolean>(
  name: string,
  initial: T,
  values?: readonly T[],
): Signal<T> {
  const before = kept(name) as T
  const isGood = values ? values.includes(before) : typeof before === typeof initial
  const found = signal(isGood ? before : initial)
  let isChange = false
  effect(() => {
    const value = found.value
    if (isChange) keep(name, value)
    isChange = true
  })
  return found
}
