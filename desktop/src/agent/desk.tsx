// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The agent's desk: state, dial field, living calls, past ones.

import { useRef } from 'preact/hooks'
import { texts } from '../i18n'
import { dial } from '../model/acts'
import { calls, chosenDevice, device, devices } from '../model/desk'
import { useFocusKept } from '../ui/focus'
import { DIAL_LETTER } from './call-acts'
import { CallCard, whoIsOn } from './call-card'
import { familiesOf } from './families'
import { NumberForm } from './number-form'
import { PastCalls } from './past-calls'
import { selectedId } from './selection'
import { CurrentState, StateBar } from './state-bar'
import '../style/agent.css'

function DialForm() {
  const t = texts.value.agent
  return (
    <NumberForm
      kind="dial"
      title={t.dial}
      label={t.nameOrNumber}
      button={t.call}
      shortcut={DIAL_LETTER}
      act={dial}
    />
  )
}

function OwnNumber() {
  const t = texts.value.agent
  const number = device.value?.phoneNumber ?? t.noTelephone
  if (devices.value.length < 2) return <span class="number">{number}</span>
  return (
    <select
      aria-label={t.telephone}
      value={device.value?.id}
      onChange={(event) => (chosenDevice.value = event.currentTarget.value)}
    >
      {devices.value.map(({ id, phoneNumber }) => <option key={id} value={id}>{phoneNumber}</option>)}
    </select>
  )
}

// Says to a screen reader what becomes of the call.
function SaidOfCall() {
  const selected = calls.value.get(selectedId.value)?.call
  const text = selected && `${whoIsOn(selected)}: ${texts.value.agent.states[selected.state]}`
  return <p class="visually-hidden" role="status">{text}</p>
}

function Calls() {
  const t = texts.value.agent
  const families = familiesOf(calls.value)
  const section = useRef<HTMLElement>(null)
  useFocusKept(section)
  return (
    <section class="calls" aria-label={t.livingCalls} ref={section} tabIndex={-1}>
      <SaidOfCall />
      {families.length === 0 && <p class="no-calls">{t.noCalls}</p>}
      {families.map(({ parent, consults }) => (
        <div class="family" key={parent.call.id}>
          <CallCard deskCall={parent} />
          {consults.map((one) => <CallCard key={one.call.id} deskCall={one} isConsult />)}
        </div>
      ))}
    </section>
  )
}

export function AgentDesk() {
  const t = texts.value
  return (
    <div class="desk">
      <h2 class="visually-hidden">{t.views.desk}</h2>
      <div class="panel desk-top">
        <CurrentState />
        <OwnNumber />
        <span class="hint shortcuts"><kbd>Alt</kbd> + <kbd>{t.agent.letter}</kbd></span>
        {device.value && <DialForm />}
        <StateBar />
      </div>
      <Calls />
      <PastCalls />
    </div>
  )
}
