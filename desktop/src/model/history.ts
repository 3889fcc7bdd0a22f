// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The last calls of this agent: the server's history, so that every tab and a reload show the same,
// and before it what this tab has just seen end.

import { computed, effect, signal } from '@preact/signals'
import type { HistoryCall } from '../api/objects'
import { ApiError, get } from '../api/rest'
import { calls, me, pastCalls } from './desk'
import { mergePast, PAST_SHOWN } from './past'

const history = signal<readonly HistoryCall[]>([])

export const past = computed(() => mergePast(history.value, pastCalls.value, calls.value, me.value?.id ?? ''))

// Under which key the site keeps dispositions, as far as a call has told it.
export const dispositionKey = computed(
  () => history.value.find(({ disposition }) => disposition)?.disposition?.key ?? 'DispositionCode',
)

// With whom a call was is in the history once the other one's part in it is over, which nothing tells.
const AGAIN_MS = 10_000

let isReading = false
let isWanted = false
let again: ReturnType<typeof setTimeout> | undefined

async function historyRead(): Promise<void> {
  isWanted = true
  if (isReading) return
  isReading = true
  try {
    while (isWanted && me.peek()) {
      isWanted = false
      const whose = me.peek()?.id
      const read = await get<{ calls: HistoryCall[] }>(`/api/v2/me/history/calls?limit=${PAST_SHOWN}`)
      if (me.peek()?.id === whose) history.value = read.calls
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error // else as it was; the next call reads it again
  } finally {
    isReading = false
  }
  if (past.peek().some(({ number }) => !number)) again ??= setTimeout(readAgain, AGAIN_MS)
}

function readAgain(): void {
  again = undefined
  void historyRead()
}

// Dispositions of past calls are told by no event: tabs tell each other.
const otherTabs = new BroadcastChannel('cordboard.history')

export function historyChanged(): void {
  void historyRead()
  otherTabs.postMessage('')
}

export function historyStart(): void {
  effect(() => {
    const user = me.value
    void pastCalls.value
    if (user) void historyRead()
    else history.value = []
  })
  otherTabs.onmessage = () => void historyRead()
  window.addEventListener('focus', () => void historyRead())
}
