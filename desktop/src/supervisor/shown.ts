// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which agents of the floor are shown, and in which order. The order is that of names or numbers,
// which don't change, so that no tile runs away from the hand.

import { computed, signal } from '@preact/signals'
import type { FloorAgent } from '../api/objects'
import { language } from '../i18n'
import { fullName } from '../model/directory'
import { changes, floorAgents, roster } from '../model/floor'

// What an agent does, each at one of these.
export const activities = ['ringing', 'talking', 'ready', 'afterCall', 'notReady', 'loggedOut'] as const
export type Activity = (typeof activities)[number]

export const search = signal('')
export const activity = signal<Activity | ''>('')
export const queue = signal('')
export const orders = ['name', 'number'] as const
export const sortBy = signal<(typeof orders)[number]>('name')

export function activityOf({ calls, userState }: FloorAgent): Activity {
  if (calls.some(({ state }) => state !== 'Ringing')) return 'talking'
  if (calls.length > 0) return 'ringing'
  if (!userState || userState.state === 'LoggedOut') return 'loggedOut'
  if (userState.state === 'Ready') return 'ready'
  return userState.workMode === 'AfterCallWork' ? 'afterCall' : 'notReady'
}

const sorted = computed(() => {
  roster.value
  const { compare } = new Intl.Collator(language.value, { numeric: true, sensitivity: 'base' })
  const key = sortBy.value === 'name' ? fullName : (agent: FloorAgent) => agent.phoneNumber ?? '~'
  return [...floorAgents().values()]
    .map((agent) => ({ id: agent.id, key: key(agent) }))
    .sort((a, b) => compare(a.key, b.key) || compare(a.id, b.id))
    .map(({ id }) => id)
})

export const totals = computed(() => {
  changes.value
  roster.value
  const count = Object.fromEntries(activities.map((one) => [one, 0])) as Record<Activity, number>
  for (const agent of floorAgents().values()) count[activityOf(agent)]++
  return { ...count, all: floorAgents().size }
})

function isFound(agent: FloorAgent, text: string): boolean {
  const numbers = agent.calls.flatMap(({ participants }) => participants.map((one) => one.phoneNumber))
  const all = [fullName(agent), agent.userName, agent.phoneNumber ?? '', ...numbers]
  return all.some((one) => one.toLocaleLowerCase().includes(text))
}

function isShown(agent: FloorAgent | undefined, text: string): boolean {
  if (!agent) return false
  if (activity.value && activityOf(agent) !== activity.value) return false
  if (queue.value && !agent.queues.includes(queue.value)) return false
  return text === '' || isFound(agent, text)
}

let lastShown: readonly string[] = []

// The same list as long as it is the same, so that the view of it rests.
export const shownIds = computed<readonly string[]>(() => {
  const text = search.value.trim().toLocaleLowerCase()
  const isAll = !text && !activity.value && !queue.value
  if (!isAll) changes.value
  const next = isAll ? sorted.value : sorted.value.filter((id) => isShown(floorAgents().get(id), text))
  const isSame = next.length === lastShown.length && next.every((id, at) => id === lastShown[at])
  if (!isSame) lastShown = next
  return lastShown
})

// The tile that Tab comes to: the one used last, as long as it is shown.
export const chosen = signal('')
export const current = computed(() => {
  const ids = shownIds.value
  return ids.includes(chosen.value) ? chosen.value : (ids[0] ?? '')
})
