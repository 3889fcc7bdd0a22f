// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Whether the server is there: asked only when there is reason to doubt it, and then again and
// again until it answers.

import { signal } from '@preact/signals'
import { get, ApiError } from './rest'

export interface Version {
  version: string
  demo?: boolean
}

const ANSWER_MS = 2500
const AGAIN_MS = 500

export const serverVersion = signal<Version | undefined>(undefined)

export async function serverAnswers(): Promise<boolean> {
  try {
    const options = { isQuiet: true, isProbe: true, timeoutMs: ANSWER_MS }
    serverVersion.value = await get<Version>('/api/v2/diagnostics/version', options)
    return true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return false
  }
}

// For a moment, or until something makes it likely that the network has come back.
function pause(): Promise<void> {
  return new Promise((done) => {
    const stop = new AbortController()
    const end = () => {
      stop.abort()
      clearTimeout(timer)
      done()
    }
    const timer = setTimeout(end, AGAIN_MS)
    addEventListener('online', end, { signal: stop.signal })
    document.addEventListener('visibilitychange', end, { signal: stop.signal })
  })
}

export async function serverReturns(isOver: () => boolean): Promise<void> {
  while (!isOver() && !(await serverAnswers())) await pause()
}
