// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Whether the server is there: asked only when there is reason to doubt it, and then again and
// again until it answers.

import { signal } from '@preact/signals'
import { pause } from '../base/pause'
import { ApiError, get } from './rest'

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
async function pauseOrNews(): Promise<void> {
  const news = new AbortController()
  const { signal: isOver } = news
  const end = () => news.abort()
  addEventListener('online', end, { signal: isOver })
  document.addEventListener('visibilitychange', end, { signal: isOver })
  await pause(AGAIN_MS, isOver)
  end()
}

export async function serverReturns(isOver: () => boolean): Promise<void> {
  while (!isOver() && !(await serverAnswers())) await pauseOrNews()
}
