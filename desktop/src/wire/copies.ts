// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What is copied from the wire view: lines for a shell, and lines of JSON.

import type { WireEntry, WireExchange } from '../api/wire'
import { me } from '../model/desk'

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

// Without a password: curl asks for it. Whose requests they are is who is logged in, since the wire is
// cleared with the log-out.
export function curlLine({ method, path, request, needsUser }: WireExchange): string {
  const parts = ['curl']
  if (needsUser) parts.push('-u', quoted(me.peek()?.userName ?? 'USER'))
  if (method !== 'GET' && (method !== 'POST' || request === undefined)) parts.push('-X', method)
  if (request !== undefined)
    parts.push('-H', quoted('Content-Type: application/json'), '--data-raw', quoted(request))
  parts.push(quoted(new URL(path, location.href).href))
  return parts.join(' ')
}

// A body as it came, where it is JSON; else as a text. A line break between its parts is none of the
// line's.
function embedded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    JSON.parse(text)
    return text.replaceAll(/[\r\n]+/g, ' ')
  } catch {
    return JSON.stringify(text)
  }
}

function line(members: [name: string, json: string | undefined][]): string {
  const known = members.filter(([, json]) => json !== undefined)
  return `{${known.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`
}

export function jsonLine(entry: WireEntry): string {
  const { kind, number, time } = entry
  const head: [string, string | undefined][] = [
    ['number', String(number)],
    ['time', JSON.stringify(new Date(time).toISOString())],
    ['kind', JSON.stringify(kind)],
  ]
  if (kind === 'event') {
    const event = entry.sequence ? String(entry.sequence) : undefined
    const channel = JSON.stringify(entry.channel)
    return line([...head, ['channel', channel], ['event', event], ['data', embedded(entry.text)]])
  }
  if (kind === 'meta')
    return line([...head, ['isSent', String(entry.isSent)], ['message', embedded(entry.text)]])
  const answer = entry.answer.peek()
  return line([
    ...head,
    ['method', JSON.stringify(entry.method)],
    ['url', JSON.stringify(new URL(entry.path, location.href).href)],
    ['request', embedded(entry.request)],
    ['status', answer && String(answer.status)],
    ['tookMs', answer && String(Math.round(answer.tookMs))],
    ['response', embedded(answer?.text)],
  ])
}
