// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// JSON as it came. User data may hold what JavaScript's own values can't: numbers like 64-bit ids, 1.0
// and 1e3; objects with several members of one name; and names that look like numbers, which it would
// put in front. Such a number is kept as its text; the members of such an object, as they came, beside
// it; and jsonText writes the same text again.

export class ExactNumber {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text
  }
}

export type Member = [name: string, value: unknown]

// Of the objects that can't hold their members as they came.
const exactMembers = new WeakMap<object, Member[]>()

// Of an object, in their order. An object that was changed since it came is another one.
export function jsonMembers(object: object): Member[] {
  return exactMembers.get(object) ?? Object.entries(object)
}

// Only a text with such numbers, or with user data, is read the slow way.
const MAY_LOSE = /"userData|(?:^|[[:,])\s*(?:-?\d{16}|-?\d+[.eE]|-0)/

export function jsonParse(text: string): unknown {
  return MAY_LOSE.test(text) ? jsonParseExactly(text) : JSON.parse(text)
}

// Whatever is in it.
export function jsonParseExactly(text: string): unknown {
  JSON.parse(text) // else it is none
  let at = 0
  const tokens = jsonTokens(text)
  const next = (): Token => tokens[at++]!
  const isNext = (mark: string) => tokens[at]!.kind === 'mark' && tokens[at]!.text === mark
  function read(): unknown {
    const token = next()
    if (token.text === '{') return objectOf(readAll('}', () => [readName(), read()]))
    if (token.text === '[') return readAll(']', read)
    return token.kind === 'number' ? numberOf(token.text) : JSON.parse(token.text)
  }
  function readName(): string {
    const name = JSON.parse(next().text) as string
    at++ // the colon
    return name
  }
  function readAll<T>(end: string, one: () => T): T[] {
    const all: T[] = []
    while (!isNext(end)) {
      all.push(one())
      if (isNext(',')) at++
    }
    at++
    return all
  }
  return read()
}

function numberOf(text: string): unknown {
  const value = Number(text)
  return String(value) === text ? value : new ExactNumber(text)
}

function objectOf(members: Member[]): object {
  const object = Object.fromEntries(members)
  const held = Object.keys(object)
  const isHeld = held.length === members.length && held.every((name, i) => name === members[i]![0])
  if (!isHeld) exactMembers.set(object, members)
  return object
}

// The text of a value: in one line, or with each item in a line of its own, indented by so many blanks.
export function jsonText(value: unknown, indent = 0, margin = '\n'): string {
  if (value instanceof ExactNumber) return value.text
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = margin + ' '.repeat(indent)
  const items = Array.isArray(value)
    ? value.map((one: unknown) => jsonText(one ?? null, indent, inner))
    : jsonMembers(value)
        .filter(([, one]) => one !== undefined)
        .map(([name, one]) => JSON.stringify(name) + (indent ? ': ' : ':') + jsonText(one, indent, inner))
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (indent === 0 || items.length === 0) return open + items.join(',') + close
  return open + inner + items.join(',' + inner) + margin + close
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
