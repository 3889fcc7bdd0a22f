// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// JSON laid out to be read, with each number and text exactly as it came: it goes from token to token
// and never through JavaScript's own values.

import { jsonTokens, type Token } from '../api/json'

export type PieceKind = 'key' | 'text' | 'number' | 'word' | 'mark' | 'space'

export interface Piece {
  kind: PieceKind
  text: string
}

const LINE = 64
const OPENING = '[{'
const CLOSING = ']}'

const isOpening = (token: Token) => token.kind === 'mark' && OPENING.includes(token.text)
const isClosing = (token: Token) => token.kind === 'mark' && CLOSING.includes(token.text)

// Behind the end of a list without lists in it that fits a line; 0: it is none.
function shortEnd(tokens: readonly Token[], from: number): number {
  let length = 0
  for (let i = from + 1; i < tokens.length; i++) {
    const token = tokens[i]!
    if (isClosing(token)) return i + 1
    length += token.text.length + 1
    if (isOpening(token) || length > LINE) return 0
  }
  return 0
}

function kindOf(tokens: readonly Token[], at: number): PieceKind {
  const { kind } = tokens[at]!
  return kind === 'text' && tokens[at + 1]?.text === ':' ? 'key' : kind
}

// What is no JSON is one piece.
export function prettyJson(text: string): Piece[] {
  const tokens = jsonTokens(text)
  const last = tokens.at(-1)
  if (!last || text.slice(last.at + last.text.length).trim()) return [{ kind: 'word', text }]
  const pieces: Piece[] = []
  let depth = 0
  let inlineUntil = 0
  const line = () => pieces.push({ kind: 'space', text: '\n' + '  '.repeat(depth) })
  tokens.forEach((token, i) => {
    const isInline = i < inlineUntil
    if (isClosing(token) && !isInline) {
      depth--
      line()
    }
    pieces.push({ kind: kindOf(tokens, i), text: token.text })
    if (isOpening(token)) {
      inlineUntil = Math.max(inlineUntil, shortEnd(tokens, i))
      if (i >= inlineUntil) {
        depth++
        line()
      }
    } else if (token.text === ':' && token.kind === 'mark') {
      pieces.push({ kind: 'space', text: ' ' })
    } else if (token.text === ',' && token.kind === 'mark') {
      if (isInline) pieces.push({ kind: 'space', text: ' ' })
      else line()
    }
  })
  return pieces
}
