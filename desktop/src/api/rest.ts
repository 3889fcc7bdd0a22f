// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Requests to the server. The log-in is the server's cookie, so all tabs of a browser are the same
// agent and a reload asks for nothing; the password is sent once and not kept.

import { jsonParse, jsonText } from './json'
import { wireExchange } from './wire'

// A refusal, with the server's reason; or no answer at all.
export class ApiError extends Error {
  constructor(
    readonly status: number, // HTTP; 0: no answer
    readonly statusCode: number, // the API's; -1: the answer was none of the API's
    message: string,
  ) {
    super(message)
  }

  // No answer in time, or one of a proxy that has none either.
  get isUnreachable(): boolean {
    return this.status === 0 || (this.statusCode === -1 && this.status >= 502)
  }

  get isLoggedOut(): boolean {
    return this.status === 403 && this.statusCode === 20
  }
}

interface Reply<T> {
  body: T
  sequence: number // of the user's last event that the answer includes
}

export interface RequestOptions {
  method?: 'GET' | 'POST'
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  timeoutMs?: number // then it counts as no answer
  isQuiet?: boolean // not in the wire view: what the page asks again and again
  isProbe?: boolean // asks whether there is an answer at all
}

const TIMEOUT_MS = 10_000
const SLOW_MS = 3000

// What whoever is in charge wants to know of all answers.
export const watch = {
  time: (_serverMs: number): void => undefined, // NaN where the answer does not say
  doubt: (): void => undefined, // no answer, or not yet for long
  loggedOut: (): void => undefined,
}

let csrf: [name: string, token: string] | undefined

interface Answer {
  status: number
  headers: Headers
  text: string
}

async function send(path: string, options: RequestOptions, json?: string): Promise<Answer> {
  const { method, headers, signal, timeoutMs = TIMEOUT_MS } = options
  const all: Record<string, string> = { ...headers }
  if (json !== undefined) all['Content-Type'] = 'application/json; charset=UTF-8'
  if (method === 'POST' && csrf) all[csrf[0]] = csrf[1]
  const inTime = AbortSignal.timeout(timeoutMs)
  const response = await fetch(path, {
    method,
    headers: all,
    body: json,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: signal ? AbortSignal.any([signal, inTime]) : inTime,
  })
  const text = await response.text()
  const name = response.headers.get('X-CSRF-HEADER')
  const token = name && response.headers.get(name)
  if (name && token) csrf = [name, token]
  return { status: response.status, headers: response.headers, text }
}

type Body = { statusCode?: number; statusMessage?: string }

function parsed(text: string): Body | undefined {
  try {
    return jsonParse(text) as Body
  } catch {
    return undefined
  }
}

// The error that it is, where the answer is no success. 7: a part of it was done, which clients take
// for success.
function refusal(path: string, { status, text }: Answer, body: Body | undefined): ApiError | undefined {
  const isSimulator = path.startsWith('/sim/') && status === 200 && body !== undefined
  const code = body?.statusCode ?? (isSimulator ? 0 : -1)
  if (code === 0 || code === 7) return undefined
  return new ApiError(status, code, body?.statusMessage ?? `HTTP ${status} ${text.slice(0, 200)}`)
}

export async function request<T>(path: string, options: RequestOptions = {}): Promise<Reply<T>> {
  const { method = 'GET', body, isQuiet, isProbe, signal, headers } = options
  const json = body === undefined ? undefined : jsonText(body)
  const slow = options.timeoutMs === undefined ? setTimeout(() => watch.doubt(), SLOW_MS) : undefined
  const log = isQuiet ? () => undefined : wireExchange({ method, path, request: json })
  let answer: Answer
  try {
    answer = await send(path, { ...options, method }, json)
  } catch (error) {
    log({ status: 0, text: String(error) })
    if (signal?.aborted) throw error
    if (!isProbe) watch.doubt()
    throw new ApiError(0, -1, String(error))
  } finally {
    clearTimeout(slow)
  }
  const reply = parsed(answer.text)
  log({ status: answer.status, statusCode: reply?.statusCode, text: answer.text })
  watch.time(Number(answer.headers.get('X-Cordboard-Time') ?? NaN))
  const error = refusal(path, answer, reply)
  if (error?.isLoggedOut && !headers?.Authorization) watch.loggedOut()
  if (error) throw error
  const sequence = Number(answer.headers.get('X-Cordboard-Sequence') ?? 0)
  return { body: reply as T, sequence }
}

export async function get<T>(path: string, options: RequestOptions = {}): Promise<T> {
  return (await request<T>(path, options)).body
}

export async function post(path: string, body: unknown): Promise<void> {
  await request(path, { method: 'POST', body })
}

// For the request by which a user logs in. UTF-8, as RFC 7617 has it.
export function basic(user: string, password: string): Record<string, string> {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return { Authorization: 'Basic ' + btoa(String.fromCharCode(...bytes)) }
}
