// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// User data as rows of a table, and what is typed there as values.

import type { Call } from '../api/objects'
import { ExactNumber, jsonMembers, jsonParseExactly, jsonText } from '../api/json'

export interface DataRow {
  key: string
  value: unknown
  times: number // pairs of this key
  nth: number // which of them, from 0
}

export function dataRows({ userData, userDataPairs }: Pick<Call, 'userData' | 'userDataPairs'>): DataRow[] {
  const pairs = userDataPairs ?? jsonMembers(userData ?? {}).map(([key, value]) => ({ key, value }))
  const times = new Map<string, number>()
  for (const { key } of pairs) times.set(key, (times.get(key) ?? 0) + 1)
  const seen = new Map<string, number>()
  return pairs.map(({ key, value }) => {
    const nth = seen.get(key) ?? 0
    seen.set(key, nth + 1)
    return { key, value, times: times.get(key) ?? 1, nth }
  })
}

// What is being typed. A text is taken as it is, JSON must be some.
export interface Draft {
  text: string
  isJson: boolean
}

export function draftOf(value: unknown): Draft {
  if (typeof value === 'string') return { text: value, isJson: false }
  const isWide = typeof value === 'object' && value !== null && !(value instanceof ExactNumber)
  return { text: jsonText(value, isWide ? 2 : 0), isJson: true }
}

// Undefined: it is not JSON.
export function draftValue({ text, isJson }: Draft): { value: unknown } | undefined {
  if (!isJson) return { value: text }
  try {
    return { value: jsonParseExactly(text) }
  } catch {
    return undefined
  }
}
