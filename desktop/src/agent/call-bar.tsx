// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The call bar: exactly what the server offers for this call at the moment.

import type { ComponentChildren } from 'preact'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { calls, type DeskCall } from '../model/desk'
import { ActButton } from '../ui/act-button'
import { barActs, swapPartner, type CallAct } from './call-acts'
import { Keypad, TargetForm } from './call-forms'
import { isAnotherJustGone, letterOn, openForm, toggleForm } from './selection'

function actLabel(name: string): string {
  const labels: Record<string, string> = texts.value.agent.acts
  return labels[name] ?? name
}

function run({ call }: DeskCall, act: CallAct): Promise<unknown> | void {
  if (act.needs === 'number' || act.needs === 'digits') return toggleForm(call.id, act.name)
  if (act.needs !== 'call') return callAct(call, act.name)
  const other = swapPartner(call, [...calls.peek().values()].map((one) => one.call))
  return callAct(call, act.name, { otherCallUri: other?.uri })
}

function Acts({ deskCall, acts, open }: { deskCall: DeskCall; acts: CallAct[]; open: CallAct | undefined }) {
  const { id } = deskCall.call
  const hints: Record<string, string> = texts.value.agent.hints
  const opens = ({ needs }: CallAct) => needs === 'number' || needs === 'digits'
  return acts.map((act): ComponentChildren => (
    // Of two that share a letter one takes the other's place, and keeps the focus.
    <span key={act.letter ?? act.name} data-opens={opens(act) ? `${id} ${act.name}` : undefined}>
      <ActButton
        kind={act.kind}
        isWaiting={act.isLast && isAnotherJustGone.value}
        shortcut={letterOn(id, act.letter)}
        expanded={opens(act) ? act === open : undefined}
        hint={hints[act.name]}
        act={() => run(deskCall, act)}
      >
        {actLabel(act.name)}
      </ActButton>
    </span>
  ))
}

// What ends the call stands apart, always at the same place.
export function CallBar({ deskCall }: { deskCall: DeskCall }) {
  const { call } = deskCall
  const acts = barActs(call.capabilities)
  const wanted = openForm.value?.id === call.id ? openForm.value.name : undefined
  const open = acts.find(({ name }) => name === wanted)
  return (
    <>
      <div class="call-bar" role="group" aria-label={texts.value.agent.callBar}>
        <div><Acts deskCall={deskCall} acts={acts.filter(({ isLast }) => !isLast)} open={open} /></div>
        <div><Acts deskCall={deskCall} acts={acts.filter(({ isLast }) => isLast)} open={open} /></div>
      </div>
      {open?.needs === 'digits' && <Keypad call={call} />}
      {open?.needs === 'number' && (
        <TargetForm key={open.name} call={call} name={open.name} title={actLabel(open.name)} />
      )}
    </>
  )
}
