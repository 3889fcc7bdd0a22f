// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A time that is counted. All of them share one tick, and each writes only its own text.

import { useComputed, useSignal } from '@preact/signals'
import { clockText, now } from '../model/clock'

// since: the server's time. A resting one shows the time at which it was last drawn.
export function Elapsed({ since, isResting = false }: { since: number; isResting?: boolean }) {
  const from = useSignal(since)
  const rests = useSignal(isResting)
  from.value = since
  rests.value = isResting
  const text = useComputed(() => clockText((rests.value ? now.peek() : now.value) - from.value))
  return <span class="timer">{text}</span>
}
