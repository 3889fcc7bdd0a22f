// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The work after a queue's call: how long it may still take, and after which call it is.

import { computed } from '@preact/signals'
import { noteOf } from '../model/call-notes'
import { now } from '../model/clock'
import { agentStateSince, channel } from '../model/desk'
import { past } from '../model/history'
import type { PastCall } from '../model/past'

// It begins when the call ends, or when the agent asks for that state by hand: then it has no end.
const NEAR_MS = 3000

interface WrapUp {
  id: string // of the call
  secondsLeft?: number
}

export const wrapUp = computed((): WrapUp | undefined => {
  if (channel.value?.userState.workMode !== 'AfterCallWork') return undefined
  const since = agentStateSince.value
  const isNear = (call: PastCall) => Math.abs(call.startedAt + call.durationMs - since) < NEAR_MS
  const last = past.value.find((call) => isNear(call) && (call.queue || noteOf(call.id)?.wrapUpS))
  const seconds = last && noteOf(last.id)?.wrapUpS
  if (!last || !seconds) return last && { id: last.id }
  const left = Math.ceil(since / 1000 + seconds - now.value / 1000)
  return { id: last.id, secondsLeft: Math.min(seconds, Math.max(0, left)) }
})
