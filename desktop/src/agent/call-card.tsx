// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A living call: who, what it is, how long it lasts, and what can be done about it.

import { useRef } from 'preact/hooks'
import type { Call } from '../api/objects'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { clockText, now } from '../model/clock'
import type { DeskCall } from '../model/desk'
import { entryOf, nameOf, WITHHELD } from '../model/directory'
import { dispositionKey } from '../model/history'
import { dispositions } from '../model/site'
import { ActButton } from '../ui/act-button'
import { useFocusKept } from '../ui/focus'
import { REMOVE_LETTER } from './call-acts'
import { CallBar } from './call-bar'
import { DispositionChoice } from './disposition'
import { letterOn, selectedId } from './selection'
import { UserDataTable } from './user-data'

export function whoIsOn(call: Call): string {
  const names = call.participants.map(({ phoneNumber }) => nameOf(phoneNumber))
  return names.join(', ') || nameOf(call.dnis)
}

function Timers({ deskCall }: { deskCall: DeskCall }) {
  const t = texts.value.agent
  const { call, startedAt, stateSince } = deskCall
  return (
    <span class="timers timer">
      <span class={'state is-' + call.state.toLowerCase()}>
        {t.states[call.state]}
        {stateSince !== undefined && (
          <span title={t.inState}>
            <span class="visually-hidden">, {t.inState}</span> {clockText(now.value - stateSince)}
          </span>
        )}
      </span>
      <span class="total" title={t.inAll}>
        <span class="visually-hidden">{t.inAll} </span>{clockText(now.value - startedAt)}
      </span>
    </span>
  )
}

// What the call is, in short words; each only where it is so.
function Flags({ call }: { call: Call }) {
  const t = texts.value.agent
  const dialled = entryOf(call.dnis)
  const isQueue = dialled?.type === 'Queue'
  const isByHand = call.state === 'Ringing' && !call.capabilities.includes('Answer')
  return (
    <ul class="flags" aria-label={t.about}>
      <li>{t.types[call.callType]}</li>
      {isQueue && <li>{t.queue} {dialled.name} <span class="number">{call.dnis}</span></li>}
      {!isQueue && <li>{t.dialled} <span class="number">{call.dnis}</span></li>}
      {isByHand && <li class="is-warm">{t.byHand}</li>}
      {call.mute === 'On' && <li class="is-warm">{t.muted}</li>}
      {call.recordingState === 'Recording' && <li class="is-bad">● {t.recording}</li>}
      {call.recordingState === 'Paused' && <li class="is-warm">❚❚ {t.recordingPaused}</li>}
      {call.supervisorListeningIn && <li class="is-warm">{t.supervisorListens}</li>}
      {call.monitoring && <li class="is-warm">{t.monitoring}</li>}
      {call.monitoredUserMuted && <li class="is-warm">{t.monitoredMuted}</li>}
    </ul>
  )
}

// Beside which its number is worth showing.
function hasName(number: string): boolean {
  return number !== WITHHELD && nameOf(number) !== number
}

// Of a single one the heading has the name.
function Participants({ call }: { call: Call }) {
  const t = texts.value.agent
  const mayRemove = call.capabilities.includes('RemoveParticipantFromConference')
  const remove = (participant: string) => callAct(call, 'RemoveParticipantFromConference', { participant })
  const isOne = call.participants.length === 1 && !mayRemove
  return (
    <ul class={isOne ? 'participants is-one' : 'participants'} aria-label={t.participants}>
      {call.participants.map(({ phoneNumber, formattedPhoneNumber }, at) => (
        <li key={`${at} ${phoneNumber}`}>
          <span class={isOne ? 'visually-hidden' : undefined}>{nameOf(phoneNumber)}</span>
          {hasName(phoneNumber) && <span class="number">{formattedPhoneNumber}</span>}
          {mayRemove && (
            <ActButton
              kind="quiet"
              shortcut={at === 0 ? letterOn(call.id, REMOVE_LETTER) : undefined}
              act={() => remove(phoneNumber)}
            >
              {texts.value.common.remove}
              <span class="visually-hidden"> {nameOf(phoneNumber)}</span>
            </ActButton>
          )}
        </li>
      ))}
    </ul>
  )
}

// Not among the capabilities: a supervisor may always do it in a call that is monitored.
function MonitoredUser({ call }: { call: Call }) {
  const t = texts.value.agent
  if (!call.monitoring || call.state !== 'Established') return null
  const name = call.monitoredUserMuted ? 'UnmuteMonitoredUser' : 'MuteMonitoredUser'
  return <ActButton act={() => callAct(call, name)}>{t.acts[name]}</ActButton>
}

function dispositionIn(call: Call): string | undefined {
  const value = call.userData?.[dispositionKey.value]
  return typeof value === 'string' ? value : undefined
}

function Details({ call }: { call: Call }) {
  const t = texts.value.agent
  return (
    <div class="details">
      {dispositions.value.length > 0 && (
        <section class="call-disposition" aria-label={t.disposition}>
          <h4>{t.disposition}</h4>
          <DispositionChoice id={call.id} current={dispositionIn(call)} who={whoIsOn(call)} />
        </section>
      )}
      <UserDataTable key={call.id} call={call} />
    </div>
  )
}

interface CallCardProps {
  deskCall: DeskCall
  isConsult?: boolean
}

export function CallCard({ deskCall, isConsult }: CallCardProps) {
  const t = texts.value.agent
  const { call } = deskCall
  const card = useRef<HTMLElement>(null)
  useFocusKept(card)
  const isSelected = selectedId.value === call.id
  const who = whoIsOn(call)
  const isConference = call.participants.length > 1 && !call.monitoring
  const select = () => (selectedId.value = call.id)
  const state = 'is-' + call.state.toLowerCase()
  const kinds = ['call', state, isSelected && 'is-selected', isConsult && 'is-consult']
  return (
    <article
      ref={card}
      tabIndex={-1}
      class={kinds.filter(Boolean).join(' ')}
      aria-label={t.callWith(who)}
    >
      <header class="call-head">
        <h3>
          <button type="button" class="quiet" aria-expanded={isSelected} onClick={select}>
            {isConference ? t.conference : who}
          </button>
        </h3>
        <Participants call={call} />
        <Flags call={call} />
        <MonitoredUser call={call} />
        <Timers deskCall={deskCall} />
      </header>
      <CallBar deskCall={deskCall} />
      {isSelected && <Details call={call} />}
    </article>
  )
}
