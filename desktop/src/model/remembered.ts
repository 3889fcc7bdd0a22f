// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this browser remembers of how its user likes the page. Nothing of calls or users.

import { effect, signal, type Signal } from '@preact/signals'

const PREFIX = 'cordboard.'

export function remembered<T extends string | boolean>(name: string, initial: T): Signal<T> {
  const found = signal(initial)
  try {
    const kept = localStorage.getItem(PREFIX + name)
    if (kept !== null) found.value = JSON.parse(kept) as T
  } catch {
    // Not kept, or not allowed: the initial one then.
  }
  effect(() => {
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(found.value))
    } catch {
      // Then it is not remembered.
    }
  })
  return found
}
