// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The simulated telephones, where the server has them: what they show, asked for again and again
// while somebody looks, and the acts of a hand on them (docs/simulator.md).

import { signal } from '@preact/signals'
import type { SimState } from '../api/objects'
import { ApiError, get } from '../api/rest'

export const simState = signal<SimState | undefined>(undefined)
export const hasSimulator = signal(false)

export async function simulatorStart(): Promise<void> {
  try {
    simState.value = await get<SimState>('/sim/v1', { isQuiet: true })
    hasSimulator.value = true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}
