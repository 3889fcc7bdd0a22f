// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the line of an entry says of it, and what it is found by.

import type { WireEntry, WireExchange, WireNotification } from '../api/wire'

// 09:41:07.123
export function clockTime(ms: number): string {
  const date = new Date(ms)
  const two = (n: number) => String(n).padStart(2, '0')
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`
}

function wordIn(value: unknown, name: string): string {
  if (typeof value !== 'object' || value === null || !(name in value)) return ''
  const word = (value as Record<string, unknown>)[name]
  return typeof word === 'string' ? word : ''
}

export function operationOf({ request }: WireExchange): string {
  if (request === undefined) return ''
  const body: unknown = JSON.parse(request)
  return wordIn(body, 'operationName') || wordIn(body, 'do')
}

export function typeOf({ data }: WireNotification): string {
  return wordIn(data, 'notificationType') || wordIn(data, 'messageType')
}

// The state that a call is in now.
export function stateOf({ data }: WireNotification): string {
  const call = (data as { call?: unknown } | null)?.call
  return wordIn(call, 'state')
}

export function hasText(entry: WireEntry, wanted: string): boolean {
  const answer = entry.kind === 'rest' ? entry.answer.peek() : undefined
  const parts =
    entry.kind === 'rest'
      ? [`${entry.method} ${entry.path}`, entry.request, answer?.text, `${answer?.status}`]
      : [entry.channel, entry.text]
  return parts.some((part) => part?.toLowerCase().includes(wanted))
}
