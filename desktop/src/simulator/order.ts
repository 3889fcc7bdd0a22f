// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which telephones are shown, and in which order: one's own, those that ring or talk, those outside,
// the others. What has begun to ring comes behind what rings already, and stays for a while when it is
// over, so that a button does not run away from under the hand.

import { computed, signal } from '@preact/signals'
import { now } from '../model/clock'
import { devices } from '../model/desk'
import { lines, names, outsides, wanted, type Telephone } from '../model/simulator'

const STAYS_MS = 6000
export const SHOWN = 12

export const searched = signal('')
export const isAllShown = signal(false)

interface Busy {
  since: number
  until: number
}
const busy = new Map<string, Busy>()

function busySince({ number, shown }: Telephone): number {
  const time = Date.now()
  const known = busy.get(number)
  if (shown.legs.length > 0) {
    const next = known ?? { since: time, until: 0 }
    busy.set(number, { ...next, until: time + STAYS_MS })
    return next.since
  }
  if (known && known.until > time) return known.since
  busy.delete(number)
  return Infinity
}

export const ownNumbers = computed(() => new Set(devices.value.map((one) => one.phoneNumber)))

function isFound({ number }: Telephone, text: string): boolean {
  return number.includes(text) || (names.value.get(number) ?? '').toLocaleLowerCase().includes(text)
}

export function search(text: string): void {
  searched.value = text
  const number = text.trim()
  wanted.value = /^[0-9*#]{2,}$/.test(number) ? number : '' // perhaps on none of the pages at hand
}

interface Ranked {
  one: Telephone
  at: number
  rank: number
}

const found = computed(() => {
  now.value // what stays for a while goes by itself
  const text = searched.value.trim().toLocaleLowerCase()
  const rank = (one: Telephone) => (ownNumbers.value.has(one.number) ? -1 : busySince(one))
  return lines.value
    .filter((one) => text === '' || isFound(one, text))
    .map((one, at): Ranked => ({ one, at, rank: rank(one) }))
    .sort((a, b) => (a.rank === b.rank ? a.at - b.at : a.rank - b.rank))
})

export const hiddenCount = computed(() => (isAllShown.value ? 0 : Math.max(0, found.value.length - SHOWN)))
export const shownTelephones = computed(() => {
  const ranked = isAllShown.value ? found.value : found.value.slice(0, SHOWN)
  const idleFrom = ranked.filter(({ rank }) => rank < Infinity).length
  const all = ranked.map(({ one }) => one)
  return [...all.slice(0, idleFrom), ...outsides.value, ...all.slice(idleFrom)]
})
