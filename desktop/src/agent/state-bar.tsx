// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The agent: state and since when, the states to choose from, do not disturb, forwarding.

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import type { AgentState } from '../api/objects'
import { texts } from '../i18n'
import { agentAct, deviceAct } from '../model/acts'
import { clockText, now } from '../model/clock'
import { agentStateSince, channel, device, isOnDuty } from '../model/desk'
import { nameOf } from '../model/directory'
import { isQuiet } from '../model/ringer'
import { startDuty } from '../model/session'
import { agentStates } from '../model/site'
import { attempt } from '../model/told'
import { ActButton } from '../ui/act-button'
import { useFocusKept } from '../ui/focus'
import { NumberForm } from './number-form'
import { SetList } from './set-list'
import { wrapUp } from './wrap-up'

function stateKind(): string {
  const state = channel.value?.userState
  if (!state || state.state === 'LoggedOut') return 'out'
  return state.state === 'Ready' ? 'ready' : state.workMode === 'AfterCallWork' ? 'work' : 'away'
}

export function CurrentState() {
  const t = texts.value.agent
  const seconds = wrapUp.value?.secondsLeft
  return (
    <div class={'agent-now is-' + stateKind()}>
      <span role="status" aria-label={t.state}>{channel.value?.userState.displayName}</span>
      <span class="timer" title={t.inState}>{clockText(now.value - agentStateSince.value)}</span>
      {seconds !== undefined && <span class="timer countdown">{t.left(clockText(seconds * 1000))}</span>}
    </div>
  )
}

// As many as stand in one line or two; of more the site's own are a list.
const MOST_BUTTONS = 9
const OF_THE_SYSTEM = 4 // they come first

interface OtherStatesProps {
  states: readonly AgentState[]
  current: string | undefined // an id, perhaps of none of these
}

function OtherStates({ states, current }: OtherStatesProps) {
  const t = texts.value.agent
  const named = (wanted: string | undefined) => states.find(({ id }) => id === wanted)
  return (
    <SetList
      label={t.otherStates}
      none={t.otherStates}
      options={states.map(({ id, displayName }) => ({ value: id, text: displayName }))}
      current={named(current)?.id}
      set={(id) => agentAct(named(id)?.operationName ?? id)}
    />
  )
}

function StateChoice() {
  const current = channel.value?.userState.id
  const all = agentStates.value
  const buttons = all.length > MOST_BUTTONS ? all.slice(0, OF_THE_SYSTEM) : all
  const others = all.slice(buttons.length)
  return (
    <div class="states" role="group" aria-label={texts.value.agent.stateChoice}>
      {buttons.map(({ id, operationName, displayName }) => (
        <ActButton key={id} pressed={id === current} act={() => agentAct(operationName)}>
          {displayName}
        </ActButton>
      ))}
      {others.length > 0 && <OtherStates states={others} current={current} />}
    </div>
  )
}

function DoNotDisturb() {
  const may = device.value?.capabilities ?? []
  if (!may.includes('DoNotDisturbOn') && !may.includes('DoNotDisturbOff')) return null
  const isOn = may.includes('DoNotDisturbOff')
  return (
    <ActButton pressed={isOn} act={() => deviceAct(isOn ? 'DoNotDisturbOff' : 'DoNotDisturbOn')}>
      {texts.value.agent.doNotDisturb}
    </ActButton>
  )
}

function ForwardForm({ close }: { close: () => void }) {
  const t = texts.value.agent
  const act = (destination: string) => deviceAct('ForwardCallsOn', { destination })
  return (
    <NumberForm
      kind="forward-form"
      title={t.forward}
      label={t.whom}
      button={t.forward}
      act={act}
      close={close}
    />
  )
}

function Forward({ isOpen, toggle }: { isOpen: boolean; toggle: () => void }) {
  const t = texts.value.agent
  const may = device.value?.capabilities ?? []
  const to = device.value?.forwardTo
  if (may.includes('ForwardCallsOff'))
    return (
      <ActButton pressed label={t.forwardedStop(nameOf(to ?? ''))} act={() => deviceAct('ForwardCallsOff')}>
        {t.forwardedTo(nameOf(to ?? ''))}
      </ActButton>
    )
  if (!may.includes('ForwardCallsOn')) return null
  return <ActButton expanded={isOpen} act={toggle}>{t.forward}…</ActButton>
}

function Quiet() {
  const t = texts.value.agent
  const toggle = () => (isQuiet.value = !isQuiet.peek())
  return (
    <button type="button" aria-pressed={isQuiet.value} onClick={toggle}>{t.quiet}</button>
  )
}

function NotWorking() {
  const t = texts.value.agent
  if (!device.value) return <p class="faint">{t.nothingToWorkWith}</p>
  return (
    <div class="states">
      <ActButton kind="primary" act={() => attempt(startDuty())}>{t.startWork}</ActButton>
      <span class="faint">{t.notWorking}</span>
    </div>
  )
}

export function StateBar() {
  const t = texts.value.agent
  const isForwarding = useSignal(false)
  const bar = useRef<HTMLElement>(null)
  useFocusKept(bar)
  return (
    <section class="state-bar" aria-label={t.stateBar} ref={bar} tabIndex={-1}>
      {isOnDuty.value ? <StateChoice /> : <NotWorking />}
      <div class="device-acts" role="group" aria-label={t.telephone}>
        <DoNotDisturb />
        <Forward isOpen={isForwarding.value} toggle={() => (isForwarding.value = !isForwarding.peek())} />
        <Quiet />
      </div>
      {isForwarding.value && <ForwardForm close={() => (isForwarding.value = false)} />}
    </section>
  )
}
