// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// One of a few values, chosen from a list.

import type { Signal } from '@preact/signals'

interface ChoiceProps<T extends string> {
  label: string
  value: Signal<T>
  values: readonly T[]
  text: (one: T) => string
  kind?: string // a class
}

export function Choice<T extends string>({ label, value, values, text, kind }: ChoiceProps<T>) {
  return (
    <select
      class={kind}
      aria-label={label}
      value={value.value}
      onChange={(event) => (value.value = values[event.currentTarget.selectedIndex] ?? value.peek())}
    >
      {values.map((one) => <option key={one} value={one}>{text(one)}</option>)}
    </select>
  )
}
