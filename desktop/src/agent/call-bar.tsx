// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The call bar: exactly what the server offers for this call at the moment.

import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { calls, type DeskCall } from '../model/desk'
import { ActButton } from '../ui/act-button'
import { barActs, swapPartner, type CallAct } from './call-acts'
import { Keypad, TargetForm } from './call-forms'
import { letterOn, openForm, toggleForm } from './selection'

export function actLabel(name: string): string {
  const labels: Record<string, string> = texts.value.agent.acts
  return labels[name] ?? name
}

function run({ call }: DeskCall, act: CallAct): Promise<unknown> | void {
  if (act.needs === 'number' || act.needs === 'digits') return toggleForm(call.id, act.name)
  if (act.needs !== 'call') return callAct(call, act.name)
  const other = swapPartner(call, [...calls.peek().values()].map((one) => one.call))
  return callAct(call, act.name, { otherCallUri: other?.uri })
}

export function CallBar({ deskCall }: { deskCall: DeskCall }) {
  const { call } = deskCall
  const acts = barActs(call.capabilities)
  const wanted = openForm.value?.id === call.id ? openForm.value.name : undefined
  const open = acts.find(({ name }) => name === wanted)
  return (
    <>
      <div class="call-bar" role="group" aria-label={texts.value.agent.callBar}>
        {acts.map((act, at) => (
          // Of two that share a letter one takes the other's place, and keeps the focus.
          <span
            key={act.letter ?? act.name}
            class={act.isLast && !acts[at - 1]?.isLast ? 'is-apart' : undefined}
            data-opens={act.needs && act.name}
          >
            <ActButton
              kind={act.kind}
              shortcut={letterOn(call.id, act.letter)}
              expanded={act.needs === 'number' || act.needs === 'digits' ? act === open : undefined}
              act={() => run(deskCall, act)}
            >
              {actLabel(act.name)}
            </ActButton>
          </span>
        ))}
      </div>
      {open?.needs === 'digits' && <Keypad call={call} />}
      {open?.needs === 'number' && (
        <TargetForm key={open.name} call={call} name={open.name} title={actLabel(open.name)} />
      )}
    </>
  )
}
