// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A value of user data as it is: a text plainly, anything else as JSON; what is nested as a tree.

import { ExactNumber, jsonMembers, jsonText, type Member } from '../api/json'

function entriesOf(value: unknown): Member[] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber) return undefined
  return jsonMembers(value)
}

function Branch({ value }: { value: unknown }) {
  const entries = entriesOf(value)
  if (!entries?.length) return <code>{jsonText(value)}</code>
  return (
    <ul class={Array.isArray(value) ? 'tree is-list' : 'tree'}>
      {entries.map(([key, inner], at) => (
        <li key={at}>
          <span class="tree-key">{key}</span> <Branch value={inner} />
        </li>
      ))}
    </ul>
  )
}

const SHORT = 400
const SUMMARY = 100
const FEW_LINES = 15

function linesOf(value: unknown): number {
  const inner = entriesOf(value)?.map(([, one]) => linesOf(one)) ?? []
  return inner.reduce((sum, lines) => sum + lines, 1)
}

function Whole({ value }: { value: unknown }) {
  if (typeof value === 'string') return <span class="text-value">{value}</span>
  return <Branch value={value} />
}

// What is long is folded, so that the rest of the call stays in sight.
export function ValueTree({ value }: { value: unknown }) {
  const text = typeof value === 'string' ? value : jsonText(value)
  if (text.length <= SHORT && linesOf(value) <= FEW_LINES) return <Whole value={value} />
  return (
    <details>
      <summary>{text.slice(0, SUMMARY)}{text.length > SUMMARY && '…'}</summary>
      <Whole value={value} />
    </details>
  )
}
