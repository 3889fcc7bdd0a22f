// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this agent's desk knows: the user, telephones, voice channel, and calls. It is the picture
// read from the server, brought forward by events; nothing is known of what only was asked for.
//
// A picture says which event was the last that it includes. Events that arrive while it is on its
// way wait, and of these only later ones count.

import { batch, computed, signal } from '@preact/signals'
import type { Notification } from '../api/events'
import type {
  Call, CallMessage, Channel, ChannelMessage, Device, DeviceMessage, ErrorMessage, User,
} from '../api/objects'
import { request } from '../api/rest'
import { clockSet, serverNow } from './clock'
import { tell } from './told'

// A call as this desk sees it.
export interface DeskCall {
  call: Call
  startedAt: number // the server's time, when it began for this desk
  stateSince: number // about when it came into this state; no later than the first sight of it
  wrapUpS?: number // seconds of work after it, of the queue that brought it
  releaseReason?: string
  endedAt?: number
}

export type MeUser = User & { devices: Device[]; channels: Channel[]; calls: Call[] }

const PAST_CALLS = 5

export const me = signal<MeUser | undefined>(undefined)
export const devices = signal<readonly Device[]>([])
export const channel = signal<Channel | undefined>(undefined)
export const calls = signal<ReadonlyMap<string, DeskCall>>(new Map()) // living ones, oldest first
export const pastCalls = signal<readonly DeskCall[]>([]) // newest first
export const agentStateSince = signal(0)

// The telephone that this desk acts with.
export const device = computed(() => devices.value[0])
export const isSupervisor = computed(() =>
  Boolean(me.value?.roles.some((role) => role === 'ROLE_SUPERVISOR' || role === 'ROLE_ADMIN')),
)
export const isLoggedIn = computed(() => device.value?.deviceState === 'Active')

function deskCall(call: Call, before: DeskCall | undefined): DeskCall {
  const startedAt = before?.startedAt ?? serverNow() - Number(call.duration) * 1000
  const stateSince = before?.call.state === call.state ? before.stateSince : serverNow()
  return { ...before, call, startedAt, stateSince }
}

function over(ended: DeskCall): void {
  const others = pastCalls.peek().filter((past) => past.call.id !== ended.call.id)
  pastCalls.value = [{ ...ended, endedAt: serverNow() }, ...others].slice(0, PAST_CALLS)
}

export function dismiss(id: string): void {
  pastCalls.value = pastCalls.peek().filter((past) => past.call.id !== id)
}

function applyCall(message: CallMessage): void {
  const { call, extensions } = message
  const known = new Map(calls.peek())
  const next = deskCall(call, known.get(call.id))
  if (extensions?.WrapUpTime !== undefined) next.wrapUpS = extensions.WrapUpTime
  if (extensions?.ReleaseReason !== undefined) next.releaseReason = extensions.ReleaseReason
  if (call.state === 'Released') {
    known.delete(call.id)
    over(next)
  } else {
    known.set(call.id, next)
  }
  calls.value = known
  if (message.notificationType === 'Error') tell('error', message.errorMessage ?? call.state)
}

function applyState(state: Channel): void {
  const same = channel.peek()?.userState?.id === state.userState?.id
  if (state.userStateSince !== undefined) agentStateSince.value = state.userStateSince
  else if (!same) agentStateSince.value = serverNow()
  channel.value = state
}

function applyDevices(changed: Device[]): void {
  const known = [...devices.peek()]
  for (const one of changed) {
    const at = known.findIndex(({ id }) => id === one.id)
    if (at >= 0) known[at] = one
    else known.push(one)
  }
  devices.value = known
}

function applyPicture(user: MeUser): void {
  const before = calls.peek()
  const living = new Map(user.calls.map((call) => [call.id, deskCall(call, before.get(call.id))]))
  for (const [id, gone] of before)
    if (!living.has(id)) over({ ...gone, call: { ...gone.call, state: 'Released', capabilities: [] } })
  me.value = user
  devices.value = user.devices
  calls.value = living
  const voice = user.channels.find((one) => one.channel === 'voice')
  if (voice) applyState(voice)
}

type Message = CallMessage | DeviceMessage | ChannelMessage | ErrorMessage | { messageType: string }

function apply({ data }: Notification): void {
  const message = data as Message
  if (message.messageType === 'CallStateChangeMessage') applyCall(message as CallMessage)
  else if (message.messageType === 'DeviceStateChangeMessage')
    applyDevices((message as DeviceMessage).devices)
  else if (message.messageType === 'ChannelStateChangeMessageV2')
    (message as ChannelMessage).channels.forEach(applyState)
  else if (message.messageType === 'ErrorMessage')
    tell('error', (message as ErrorMessage).errorMessage ?? '')
  else if (message.messageType === 'ResyncMessage') void deskRead()
}

let reading = 0
let held: { events: Notification[]; number: number }[] = []

export function deskEvents(events: Notification[], number: number): void {
  if (reading > 0) held.push({ events, number })
  else batch(() => events.forEach(apply))
}

// Reads the picture; options as of a request, such as the headers of a log-in. Throws ApiError.
export async function deskRead(options: { headers?: Record<string, string> } = {}): Promise<void> {
  reading++
  try {
    const reply = await request<{ user: MeUser }>('/api/v2/me?subresources=*', options)
    clockSet(reply.time)
    batch(() => {
      applyPicture(reply.body.user)
      held = held.filter(({ number }) => number === 0 || number > reply.sequence)
    })
  } finally {
    reading--
    const events = reading > 0 ? [] : held.splice(0)
    batch(() => events.forEach((one) => one.events.forEach(apply)))
  }
}

export function deskClear(): void {
  batch(() => {
    me.value = undefined
    channel.value = undefined
    devices.value = []
    calls.value = new Map()
    pastCalls.value = []
    agentStateSince.value = 0
    held = []
  })
}
