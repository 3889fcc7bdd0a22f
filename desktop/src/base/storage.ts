// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this browser keeps for all its tabs. It may not be allowed to, and what is found may be of another
// version of the page: so whoever reads it looks at it first.

const PREFIX = 'cordboard.'

export function keptValue(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? 'null')
  } catch {
    return null
  }
}

export function keepValue(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value))
  } catch {
    // Then a reload forgets it.
  }
}

// Calls back when another tab keeps another one.
export function onKept(name: string, then: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === PREFIX + name) then()
  })
}
