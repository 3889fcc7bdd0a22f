// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What this agent's desk knows: the user, telephones, voice channel, and calls. It is the picture
// read from the server, brought forward by events; nothing is known of what only was asked for.
//
// A picture says which event was the last that it includes, and each event has its number. So events
// are applied when they come; those that came while a picture was on its way are applied to it once
// more, as far as it does not include them; and those that it includes already and that come later
// are only asked for what no picture has, such as the reason of an end.

import { batch, computed, signal } from '@preact/signals'
import type { Notification } from '../api/events'
import type {
  Call, CallMessage, Channel, ChannelMessage, Device, DeviceMessage, ErrorMessage, ReleaseReason, User,
} from '../api/objects'
import { request } from '../api/rest'
import { remembered } from '../base/remembered'
import { noteOf, noteSet } from './call-notes'
import { serverNow } from './clock'
import { tell } from './told'

// A call as this desk sees it.
export interface DeskCall {
  call: Call
  startedAt: number // the server's time, when it began for this desk
  stateSince?: number // when it came into this state, where this desk has seen it do so
  releaseReason?: ReleaseReason
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

// The telephone that this desk acts with: of several, the chosen one.
export const chosenDevice = remembered<string>('device', '')
export const device = computed(() => {
  const all = devices.value
  return all.find(({ id }) => id === chosenDevice.value) ?? all[0]
})
export const isSupervisor = computed(() =>
  Boolean(me.value?.roles.some((role) => role === 'ROLE_SUPERVISOR' || role === 'ROLE_ADMIN')),
)
// Queues may offer calls; being logged in to the page is another thing.
export const isOnDuty = computed(() => device.value?.deviceState === 'Active')

// Since when it is in its state: as it was known, or an event just told it (isNow), or this tab noted
// before a reload.
function stateSinceOf(call: Call, before: DeskCall | undefined, startedAt: number, isNow: boolean) {
  const { id, state } = call
  if (before?.call.state === state) return before.stateSince
  if (isNow) {
    noteSet(id, { state, stateSince: serverNow() })
    return serverNow()
  }
  const note = noteOf(id)
  if (note?.state === state) return note.stateSince
  return state === 'Ringing' || state === 'Dialing' ? startedAt : undefined
}

function deskCall(call: Call, before: DeskCall | undefined, isNow: boolean): DeskCall {
  const startedAt = before?.startedAt ?? serverNow() - Number(call.duration) * 1000
  return { ...before, call, startedAt, stateSince: stateSinceOf(call, before, startedAt, isNow) }
}

function over(ended: DeskCall): void {
  const others = pastCalls.peek().filter(({ call }) => call.id !== ended.call.id)
  pastCalls.value = [{ ...ended, endedAt: serverNow() }, ...others].slice(0, PAST_CALLS)
}

// What a picture does not have.
function withNotes(known: DeskCall, { extensions }: CallMessage): DeskCall {
  const noted = { ...known }
  if (extensions?.WrapUpTime) noteSet(known.call.id, { wrapUpS: extensions.WrapUpTime })
  if (extensions?.ReleaseReason !== undefined) noted.releaseReason = extensions.ReleaseReason
  return noted
}

function applyCall(message: CallMessage): void {
  const { call } = message
  const before = calls.peek().get(call.id)
  const next = withNotes(deskCall(call, before, true), message)
  const isOver = call.state === 'Released'
  if (isOver && !before && pastCalls.peek().some((past) => past.call.id === call.id)) {
    noteCall(message)
    return
  }
  const known = new Map(calls.peek())
  if (isOver) known.delete(call.id)
  else known.set(call.id, next)
  calls.value = known
  if (isOver) over(next)
}

function noteCall(message: CallMessage): void {
  const { id } = message.call
  const living = calls.peek().get(id)
  if (living) calls.value = new Map(calls.peek()).set(id, withNotes(living, message))
  pastCalls.value = pastCalls.peek().map((one) => (one.call.id === id ? withNotes(one, message) : one))
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
  const living = new Map(user.calls.map((call) => [call.id, deskCall(call, before.get(call.id), false)]))
  for (const [id, gone] of before)
    if (!living.has(id)) over({ ...gone, call: { ...gone.call, state: 'Released', capabilities: [] } })
  me.value = user
  devices.value = user.devices
  calls.value = living
  const voice = user.channels.find((one) => one.channel === 'voice')
  if (voice) applyState(voice)
}

type Message = CallMessage | DeviceMessage | ChannelMessage | ErrorMessage | { messageType: string }

// Whether it is as it was said in `message`.
function isOf<T extends Message>(message: Message, type: string): message is T {
  return message.messageType === type
}

function apply(message: Message): void {
  if (isOf<CallMessage>(message, 'CallStateChangeMessage')) applyCall(message)
  else if (isOf<DeviceMessage>(message, 'DeviceStateChangeMessage')) applyDevices(message.devices)
  else if (isOf<ChannelMessage>(message, 'ChannelStateChangeMessageV2')) message.channels.forEach(applyState)
}

// What is said once, whatever the picture knows of it.
function hear(message: Message): void {
  if (isOf<ErrorMessage>(message, 'ErrorMessage')) tell('error', message.errorMessage ?? '')
  else if (isOf<CallMessage>(message, 'CallStateChangeMessage') && message.notificationType === 'Error')
    tell('error', message.errorMessage ?? message.call.state)
  else if (message.messageType === 'ResyncMessage') lost?.()
}

let included = 0 // number of the last event that the picture includes
let reading = 0
let clears = 0
let sinceAsked: Notification[] = []
let lost: (() => void) | undefined

// To be called when the server says that it does not have all events any more.
export function deskOnLost(then: () => void): void {
  lost = then
}

export function deskEvent(event: Notification): void {
  const message = event.data as Message
  const isIncluded = event.number > 0 && event.number <= included
  batch(() => {
    if (!isIncluded) apply(message)
    else if (isOf<CallMessage>(message, 'CallStateChangeMessage')) noteCall(message)
    if (reading > 0) sinceAsked.push(event)
    hear(message)
  })
}

// Reads the picture; options as of a request, such as the headers of a log-in. Throws ApiError. False:
// what was known was cleared meanwhile, so the picture is nobody's any more. Not to be called again
// before it has ended.
export async function deskRead(options: { headers?: Record<string, string> } = {}): Promise<boolean> {
  const clearsBefore = clears
  reading++
  sinceAsked = []
  try {
    const { body, sequence } = await request<{ user: MeUser }>('/api/v2/me?subresources=*', options)
    if (clears !== clearsBefore) return false
    const later = sinceAsked.filter(({ number }) => number === 0 || number > sequence)
    batch(() => {
      const known = me.peek()
      if (known && known.id !== body.user.id) deskClear()
      applyPicture(body.user)
      included = sequence
      later.forEach(({ data }) => apply(data as Message))
    })
    return true
  } finally {
    reading--
    sinceAsked = []
  }
}

export function deskClear(): void {
  clears++
  batch(() => {
    me.value = undefined
    channel.value = undefined
    devices.value = []
    calls.value = new Map()
    pastCalls.value = []
    agentStateSince.value = 0
    included = 0
    sinceAsked = []
  })
}
