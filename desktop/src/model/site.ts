// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the configuration of the site gives a desktop: agent states, dispositions. Read at log-in.

import { signal } from '@preact/signals'
import type { AgentState, Disposition } from '../api/objects'
import { get } from '../api/rest'
import { attempt } from './told'

export const agentStates = signal<readonly AgentState[]>([])
export const dispositions = signal<readonly Disposition[]>([])

async function readSettings<T>(group: string): Promise<T[]> {
  return (await get<{ settings: T[] }>(`/api/v2/settings/${group}`)).settings
}

export async function siteRead(): Promise<void> {
  await attempt(
    Promise.all([
      readSettings<AgentState>('agent-states').then((all) => (agentStates.value = all)),
      readSettings<Disposition>('dispositions').then((all) => (dispositions.value = all)),
    ]),
  )
}
