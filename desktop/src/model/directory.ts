// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Who has which number: search as somebody types, and the names of the numbers that calls show.

import { signal } from '@preact/signals'
import type { Call, Contact, ContactChannel, ContactType, User } from '../api/objects'
import { ApiError, get } from '../api/rest'
import { texts } from '../i18n'

export interface Entry {
  id: string // of the contact and its number
  name: string
  number: string
  description: string
  type: ContactType
  channel?: ContactChannel // of users: whether they can be had
}

type Named = Pick<User, 'userName' | 'firstName' | 'lastName'>

const SHOWN = 12
const ASKED_AT_ONCE = 16 // as many as a list in a parameter may have
const NAMES_KEPT = 2000

// The number of whoever does not say it.
export const WITHHELD = 'anonymous'

function entriesOf(contact: Contact): Entry[] {
  const { id, name, type, availability } = contact
  return contact.phoneNumbers.map(({ phoneNumber, description }) => ({
    id: `${id} ${phoneNumber}`,
    name,
    number: phoneNumber,
    description,
    type,
    channel: availability?.channels[0],
  }))
}

// Commas would part the text into several; stars are the search's own.
function pattern(text: string): string {
  return `*${text.trim().replace(/[,*]+/g, ' ')}*`
}

// Whose name or number has the text in it. Throws ApiError, and the signal's reason when aborted.
export async function directorySearch(text: string, abort: AbortSignal): Promise<Entry[]> {
  const query = `filterName=NamesOrPhoneNumberMatches&filterParameters=${encodeURIComponent(pattern(text))}`
  const path = `/api/v2/contacts?${query}&sortBy=name&limit=${SHOWN}`
  const { contacts } = await get<{ contacts: Contact[] }>(path, { signal: abort })
  return contacts.flatMap(entriesOf).slice(0, SHOWN)
}

const names = signal<ReadonlyMap<string, Entry | undefined>>(new Map())
let wanted: string[] = []
const asked = new Set<string>() // wanted, or on their way

const digitsOf = (number: string) => number.replace(/\D/g, '')

async function ask(numbers: string[]): Promise<void> {
  const path = `/api/v2/contacts?phoneNumber=${numbers.join(',')}&limit=${ASKED_AT_ONCE * 2}`
  const { contacts } = await get<{ contacts: Contact[] }>(path)
  const found = contacts.flatMap(entriesOf)
  const known = names.peek().size < NAMES_KEPT ? new Map(names.peek()) : new Map<string, Entry | undefined>()
  for (const number of numbers) known.set(number, found.find((one) => digitsOf(one.number) === number))
  names.value = known
}

async function askWanted(): Promise<void> {
  const numbers = wanted
  wanted = []
  for (let at = 0; at < numbers.length; at += ASKED_AT_ONCE) {
    try {
      await ask(numbers.slice(at, at + ASKED_AT_ONCE))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error // else the numbers stand for themselves
    }
  }
  for (const number of numbers) asked.delete(number)
}

// What the directory has of the number; undefined also until it has been asked.
export function entryOf(number: string): Entry | undefined {
  const digits = digitsOf(number)
  const known = names.value
  if (digits && !known.has(digits) && !asked.has(digits)) {
    asked.add(digits)
    if (wanted.push(digits) === 1) queueMicrotask(() => void askWanted())
  }
  return known.get(digits)
}

export function fullName({ userName, firstName, lastName }: Named): string {
  return [firstName, lastName].filter(Boolean).join(' ') || userName
}

// Of somebody on a call or in a queue, as it is written.
export function writtenNumber(one: { phoneNumber: string; formattedPhoneNumber?: string }): string {
  if (one.phoneNumber === WITHHELD) return texts.value.agent.withheld
  return one.formattedPhoneNumber || one.phoneNumber || texts.value.agent.withheld
}

// Of those on a call.
export function numbersOn({ participants }: Pick<Call, 'participants'>): string {
  return participants.map(writtenNumber).join(', ')
}

export function nameOf(number: string): string {
  if (number === WITHHELD) return texts.value.agent.withheld
  return entryOf(number)?.name ?? number
}
