// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this browser remembers of how its user likes the page, once it is another than the initial.
// Nothing of calls or users.

import { effect, signal, type Signal } from '@preact/signals'
import { keepValue, keptValue } from './storage'

// values: what it can be, where that is not any text. Another version of the page may have kept others.
export function remembered<T extends string | boolean>(
  name: string,
  initial: T,
  values?: readonly T[],
): Signal<T> {
  const before = keptValue(name) as T
  const isGood = values ? values.includes(before) : typeof before === typeof initial
  const found = signal(isGood ? before : initial)
  let isChange = false
  effect(() => {
    const value = found.value
    if (isChange) keepValue(name, value)
    isChange = true
  })
  return found
}
