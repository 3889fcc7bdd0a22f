// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// How many seconds of work after a call its queue gives: told by an event when the call is
// Established, and by nothing later. So this tab keeps it, over a reload too.

const NAME = 'cordboard.wrapUp'
const KEPT = 10

function read(): [id: string, seconds: number][] {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) ?? '[]') as [string, number][]
  } catch {
    return []
  }
}

export function wrapUpSet(id: string, seconds: number): void {
  const others = read().filter(([one]) => one !== id)
  try {
    sessionStorage.setItem(NAME, JSON.stringify([...others, [id, seconds]].slice(-KEPT)))
  } catch {
    // Then a reload forgets it.
  }
}

export function wrapUpOf(id: string): number | undefined {
  return read().find(([one]) => one === id)?.[1]
}
