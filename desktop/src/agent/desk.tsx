// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The agent's desk: state, dial field, living calls, past ones.

import { useSignal } from '@preact/signals'
import { texts } from '../i18n'
import { dial } from '../model/acts'
import { calls, device } from '../model/desk'
import { DIAL_LETTER } from './call-acts'
import { CallCard } from './call-card'
import { familiesOf } from './families'
import { NumberField } from './number-field'
import { PastCalls } from './past-calls'
import { CurrentState, StateBar } from './state-bar'
import '../style/agent.css'

function DialForm() {
  const t = texts.value.agent
  const number = useSignal('')
  const isBusy = useSignal(false)
  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const wanted = number.peek().trim()
    if (!wanted || isBusy.peek()) return
    isBusy.value = true
    if (await dial(wanted)) number.value = ''
    isBusy.value = false
  }
  return (
    <form class="dial" role="search" aria-label={t.dial} onSubmit={(event) => void submit(event)}>
      <NumberField label={t.nameOrNumber} value={number} shortcut={DIAL_LETTER} />
      <button type="submit" class="primary" aria-busy={isBusy.value}>{t.call}</button>
    </form>
  )
}

function Calls() {
  const t = texts.value.agent
  const families = familiesOf(calls.value)
  return (
    <section class="calls" aria-label={t.livingCalls}>
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
        <span class="number">{device.value?.phoneNumber ?? t.agent.noTelephone}</span>
        <span class="hint shortcuts"><kbd>Alt</kbd> + <kbd>{t.agent.letter}</kbd></span>
        <DialForm />
        <StateBar />
      </div>
      <Calls />
      <PastCalls />
    </div>
  )
}
