// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the page tells its user in passing: refusals with the server's reason, failures of a
// telephone, what was copied.

import { signal } from '@preact/signals'
import { ApiError } from '../api/rest'
import { texts } from '../i18n'

export interface Told {
  id: number
  kind: 'error' | 'done'
  text: string
}

const KEPT = 4
const DONE_MS = 4000
const ERROR_MS = 15000

let count = 0
export const told = signal<readonly Told[]>([])

export function untell(id: number): void {
  told.value = told.peek().filter((one) => one.id !== id)
}

export function tell(kind: Told['kind'], text: string): void {
  const id = ++count
  const others = told.peek().filter((one) => one.kind !== kind || one.text !== text)
  told.value = [...others.slice(-(KEPT - 1)), { id, kind, text }]
  setTimeout(() => untell(id), kind === 'error' ? ERROR_MS : DONE_MS)
}

// Does it, and tells a refusal's reason. True: it was accepted.
export async function attempt(act: Promise<unknown>): Promise<boolean> {
  try {
    await act
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    tell('error', error.isUnreachable ? texts.peek().common.noAnswer : error.message)
    return false
  }
}
