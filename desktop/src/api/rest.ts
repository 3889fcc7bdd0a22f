// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Requests to the server. The log-in is the server's cookie, so all tabs of a browser are the same
// agent and a reload asks for nothing; the password is sent once and not kept.

import { wireLog } from './wire'

// A refusal, with the server's reason; or no answer at all.
export class ApiError extends Error {
  constructor(
    readonly status: number, // HTTP; 0: the server could not be reached
    readonly statusCode: number, // the API's; -1: the answer was none of the API's
    message: string,
  ) {
    super(message)
  }

  get isUnreachable(): boolean {
    return this.status === 0
  }

  get isLoggedOut(): boolean {
    return this.status === 403 && this.statusCode === 20
  }
}

export interface Reply<T> {
  body: T
  sequence: number // of the user's last event that the answer includes
  time: number // the server's, at which it is true; NaN where it does not say
}

interface Request {
  method?: 'GET' | 'POST'
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal
  isQuiet?: boolean // not in the wire view: what the page asks again and again
}

let csrf: [name: string, token: string] | undefined

async function send(path: string, { method, body, headers, signal }: Request): Promise<Response> {
  const all: Record<string, string> = { ...headers }
  if (body !== undefined) all['Content-Type'] = 'application/json; charset=UTF-8'
  if (method === 'POST' && csrf) all[csrf[0]] = csrf[1]
  const response = await fetch(path, {
    method,
    headers: all,
    body: body === undefined ? undefined : JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
    signal,
  })
  const name = response.headers.get('X-CSRF-HEADER')
  const token = name && response.headers.get(name)
  if (name && token) csrf = [name, token]
  return response
}

function parsed(text: string): { statusCode?: number; statusMessage?: string } | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export async function request<T>(path: string, options: Request = {}): Promise<Reply<T>> {
  const asked = { method: 'GET' as const, ...options }
  const time = Date.now()
  const log = (status: number, response?: unknown) => {
    if (asked.isQuiet) return
    const needsUser = !path.startsWith('/sim/')
    const tookMs = Date.now() - time
    const { method, body } = asked
    wireLog({ kind: 'rest', time, method, path, request: body, needsUser, status, response, tookMs })
  }
  let response: Response
  let text: string
  try {
    response = await send(path, asked)
    text = await response.text()
  } catch (error) {
    if (asked.signal?.aborted) throw error
    log(0)
    throw new ApiError(0, -1, String(error))
  }
  const body = parsed(text)
  log(response.status, body ?? text)
  const isSimulator = path.startsWith('/sim/') && response.ok && body !== undefined
  const code = body?.statusCode ?? (isSimulator ? 0 : -1)
  // 7: a part of it was done, which clients take for success.
  if (code !== 0 && code !== 7)
    throw new ApiError(response.status, code, body?.statusMessage ?? `HTTP ${response.status}`)
  return {
    body: body as T,
    sequence: Number(response.headers.get('X-Cordboard-Sequence') ?? 0),
    time: Number(response.headers.get('X-Cordboard-Time') ?? NaN),
  }
}

export async function get<T>(path: string, options: Request = {}): Promise<T> {
  return (await request<T>(path, options)).body
}

export async function post(path: string, body: unknown, options: Request = {}): Promise<void> {
  await request(path, { ...options, method: 'POST', body })
}

// For the request by which a user logs in. UTF-8, as RFC 7617 has it.
export function basic(user: string, password: string): Record<string, string> {
  const bytes = new TextEncoder().encode(`${user}:${password}`)
  return { Authorization: 'Basic ' + btoa(String.fromCharCode(...bytes)) }
}
