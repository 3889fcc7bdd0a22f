// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// From nobody to a working desk and back: log-in, the event stream, log-out, and what comes in
// between when the server or the network is away.

import { signal } from '@preact/signals'
import { Events } from '../api/events'
import { ApiError, basic, get, post } from '../api/rest'
import { deskClear, deskEvents, deskRead, isLoggedIn } from './desk'
import { siteRead } from './site'
import { attempt, tell } from './told'

export type Phase = 'starting' | 'loggedOut' | 'loggedIn'

export const phase = signal<Phase>('starting')
// Whether events arrive. False also while the first connection is made.
export const isConnected = signal(false)
// Connected once, and not any more.
export const isLost = signal(false)
export const isDemo = signal(false)
export const version = signal('')

const RETRY_MS = 1000

let events: Events | undefined
// Who logs in by hand wants to work: begun when the events are there, so that none is missed.
let wantsDuty = false

function ended(): void {
  events?.stop()
  events = undefined
  isConnected.value = false
  isLost.value = false
  deskClear()
  phase.value = 'loggedOut'
}

export async function startDuty(): Promise<void> {
  await post('/api/v2/me', { operationName: 'StartContactCenterSession', channels: ['voice'] })
}

async function readAgain(): Promise<void> {
  try {
    await deskRead()
    if (wantsDuty && !isLoggedIn.peek()) void attempt(startDuty())
    wantsDuty = false
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.isLoggedOut) ended()
    // Else the events' connection is broken as well, and begins again by itself.
    else if (events) setTimeout(() => void readAgain(), RETRY_MS)
  }
}

function listen(): void {
  events = new Events({
    began: () => void readAgain(),
    arrived: deskEvents,
    connection: (isUp) => {
      isLost.value = !isUp
      isConnected.value = isUp
    },
    denied: ended,
  })
  events.start()
}

function begin(): void {
  phase.value = 'loggedIn'
  void siteRead()
  listen()
}

// Throws ApiError.
export async function logIn(user: string, password: string): Promise<void> {
  await deskRead({ headers: basic(user, password) })
  wantsDuty = true
  begin()
}

// Whoever is still logged in to voice is logged out there too.
export async function logOut(): Promise<void> {
  await post('/api/v2/me', { operationName: 'EndContactCenterSession' })
  ended()
}

async function resume(): Promise<void> {
  try {
    await deskRead()
    begin()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (!error.isUnreachable) {
      phase.value = 'loggedOut'
      if (!error.isLoggedOut) tell('error', error.message)
      return
    }
    isLost.value = true
    setTimeout(() => void resume(), RETRY_MS)
  }
}

async function readVersion(): Promise<void> {
  try {
    const answer = await get<{ version: string; demo?: boolean }>('/api/v2/diagnostics/version', {
      isQuiet: true,
    })
    version.value = answer.version
    isDemo.value = answer.demo === true
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

export function sessionStart(): void {
  void readVersion()
  void resume()
}
