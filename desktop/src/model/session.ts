// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// From nobody to a working desk and back: log-in, the event stream, log-out, and what comes in
// between when the server or the network is away, or another tab of the browser logs in or out.

import { computed, effect, signal } from '@preact/signals'
import { Events } from '../api/events'
import { serverAnswers, serverReturns, serverVersion } from '../api/reach'
import { ApiError, basic, post, watch } from '../api/rest'
import { wireClear } from '../api/wire'
import { pause } from '../base/pause'
import { notesClear, notesStart } from './call-notes'
import { clockSet } from './clock'
import { deskClear, deskEvent, deskOnLost, deskRead, device, isOnDuty, me } from './desk'
import { siteRead } from './site'
import { attempt, tell } from './told'

export type Phase = 'starting' | 'loggedOut' | 'loggedIn'

export const phase = signal<Phase>('starting')
// Whether events arrive. False also while the first connection is made.
export const isConnected = signal(false)
// The server can't be reached.
export const isLost = signal(false)
export const isDemo = computed(() => serverVersion.value?.demo === true)
const version = computed(() => serverVersion.value?.version ?? '')
// The server is another one than the page came from.
export const isOutdated = signal(false)
// The log-in ended without being asked to here.
export const isEnded = signal(false)

const AGAIN_MS = 2000

let events: Events | undefined
// Who logs in by hand wants to work: begun when the events are there, so that none is missed.
let wantsDuty = false

const otherTabs = new BroadcastChannel('cordboard.session')

function end(): void {
  events?.stop()
  events = undefined
  isConnected.value = false
  isLost.value = false
  wantsDuty = false
  deskClear()
  notesClear()
  wireClear() // what one user's work put there is not for the next one
  phase.value = 'loggedOut'
}

// The server knows nobody by this page's cookie any more.
function ended(): void {
  if (phase.peek() !== 'loggedIn') return
  end()
  isEnded.value = true
}

export async function startDuty(): Promise<void> {
  await post('/api/v2/me', { operationName: 'StartContactCenterSession', channels: ['voice'] })
}

function listen(): void {
  events?.stop()
  isConnected.value = false
  events = new Events({
    began: () => void refresh(),
    arrived: deskEvent,
    connection: (isUp) => {
      // The site may have changed while the server was away.
      if (isUp && !isConnected.peek()) void siteRead()
      isLost.value = !isUp
      isConnected.value = isUp
    },
    failed: () => void beginAgain(),
  })
  events.start()
}

function begin(): void {
  phase.value = 'loggedIn'
  isEnded.value = false
  listen()
}

let isRefreshing = false
let isRefreshWanted = false

// Reads the picture, as often as it takes; what is wanted while it is on its way comes after it.
async function refresh(): Promise<void> {
  isRefreshWanted = true
  if (isRefreshing) return
  isRefreshing = true
  try {
    while (isRefreshWanted && phase.peek() === 'loggedIn') {
      isRefreshWanted = false
      await readAgain()
    }
  } finally {
    isRefreshing = false
  }
}

async function readAgain(): Promise<void> {
  const before = me.peek()?.id
  try {
    if (!(await deskRead())) return
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.isLoggedOut) return ended()
    isRefreshWanted = true
    if (error.isUnreachable) return serverReturns(() => phase.peek() !== 'loggedIn')
    tell('error', error.message)
    return pause(AGAIN_MS)
  }
  if (me.peek()?.id !== before) {
    wireClear()
    begin()
  }
  if (wantsDuty && !isOnDuty.peek() && device.peek()) void attempt(startDuty())
  wantsDuty = false
}

// Finds out who is logged in now; if it is the same one, it is tried anew.
async function beginAgain(): Promise<void> {
  const whose = events
  await refresh()
  await pause(AGAIN_MS)
  if (events === whose && phase.peek() === 'loggedIn' && !isConnected.peek()) listen()
}

// Throws ApiError.
export async function logIn(user: string, password: string): Promise<void> {
  await deskRead({ headers: basic(user, password) })
  wantsDuty = true
  begin()
  otherTabs.postMessage('changed')
}

// Whoever is still logged in to voice is logged out there too.
export async function logOut(): Promise<void> {
  await post('/api/v2/me', { operationName: 'EndContactCenterSession' })
  end()
  otherTabs.postMessage('changed')
}

// Who is logged in already goes on.
async function resume(): Promise<void> {
  try {
    if ((await deskRead()) && phase.peek() !== 'loggedIn') begin()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (!error.isUnreachable) {
      if (!error.isLoggedOut) tell('error', error.message)
      phase.value = 'loggedOut'
      return
    }
    isLost.value = true
    await serverReturns(() => false)
    isLost.value = false
    await resume()
  }
}

function doubt(): void {
  void events?.doubt()
}

function watchServer(): void {
  let first = ''
  effect(() => {
    first ||= version.value
    if (first && version.value !== first) isOutdated.value = true
  })
  watch.time = clockSet
  watch.doubt = doubt
  watch.loggedOut = ended
  addEventListener('offline', doubt)
  document.addEventListener('visibilitychange', () => document.hidden || doubt())
}

export function sessionStart(): void {
  notesStart()
  watchServer()
  deskOnLost(() => void refresh())
  otherTabs.addEventListener('message', () => {
    if (phase.peek() === 'loggedIn') void refresh()
    else if (phase.peek() === 'loggedOut') void resume()
  })
  void serverAnswers()
  void resume()
}
