// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Waiting for what is going to be so: a check is made again and again until it throws no more.

import { setTimeout as pause } from 'node:timers/promises'

export const DEADLINE_MS = 1000 * Number(process.env.CORDBOARD_DEADLINE_S ?? 30)

const AGAIN_MS = 40

// What the check returns. When time is over it fails as the check failed last.
export async function eventually(check, withinMs = DEADLINE_MS) {
  const deadline = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
    }
    await pause(AGAIN_MS)
  }
}
