// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// JSON as it came. User data may hold numbers that JavaScript's own can't: 64-bit ids, 1.0, 1e3. Such
// a number is kept as its text and written as the same text again, by JSON.stringify too.

declare global {
  interface JSON {
    rawJSON?(text: string): unknown
  }
}

export class ExactNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }

  toJSON(): unknown {
    return JSON.rawJSON ? JSON.rawJSON(this.text) : Number(this.text)
  }
}

// Only a text with such numbers is read the slow way.
const MAY_LOSE = /(?:^|[[:,])\s*(?:-?\d{16}|-?\d+[.eE]|-0)/

function keepExact(_key: string, value: unknown, context?: { source?: string }): unknown {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || source === String(value)) return value
  return new ExactNumber(source)
}

export function jsonParse(text: string): unknown {
  return MAY_LOSE.test(text) ? JSON.parse(text, keepExact) : JSON.parse(text)
}

const TOKEN = /\s*(?:("[^"\\]*(?:\\.[^"\\]*)*")|(-?\d[\d.eE+-]*)|(true|false|null)|([[\]{},:]))/y

export type TokenKind = 'text' | 'number' | 'word' | 'mark'

export interface Token {
  kind: TokenKind
  text: string
  at: number
}

const KINDS: readonly TokenKind[] = ['text', 'number', 'word', 'mark']

// Of what is none, what came before it.
export function jsonTokens(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let found = TOKEN.exec(text); found; found = TOKEN.exec(text)) {
    const index = KINDS.findIndex((_, i) => found![i + 1] !== undefined)
    const part = found[index + 1]!
    tokens.push({ kind: KINDS[index]!, text: part, at: TOKEN.lastIndex - part.length })
  }
  return tokens
}

// The items of an array or the members of an object, each as its text, in order; the name of a
// member is the name that was sent.
export function jsonParts(text: string): { name: string; text: string }[] {
  const tokens = jsonTokens(text)
  const parts: { name: string; text: string }[] = []
  let depth = 0
  let from = 0
  let name = ''
  tokens.forEach(({ kind, text: token, at }, i) => {
    if (kind !== 'mark') return
    const ends = depth === 1 && (token === ',' || token === ']' || token === '}')
    const part = ends ? text.slice(from, at).trim() : ''
    if (part) parts.push({ name, text: part })
    if (token === '[' || token === '{') depth++
    if (token === ']' || token === '}') depth--
    if (depth === 1 && token === ':') name = JSON.parse(tokens[i - 1]!.text) as string
    if (depth === 1 && (ends || token === ':' || from === 0)) from = at + 1
  })
  return parts
}
