// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What opens below a call bar: whom to transfer to or to add, and the keypad.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Call } from '../api/objects'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { ActButton } from '../ui/act-button'
import { TelephoneKeys } from '../ui/telephone-keys'
import { NumberForm } from './number-form'
import { closeForm } from './selection'

// Whose focus is in it goes back to where it was opened.
function close({ id }: Call, name: string): void {
  const isHere = document.activeElement?.closest('.call-form')
  if (!closeForm(id, name) || !isHere) return
  document.querySelector<HTMLElement>(`[data-opens="${CSS.escape(`${id} ${name}`)}"] button`)?.focus()
}

export function TargetForm({ call, name, title }: { call: Call; name: string; title: string }) {
  const act = (phoneNumber: string) => callAct(call, name, { destination: { phoneNumber } })
  return (
    <NumberForm
      kind="call-form"
      title={title}
      label={texts.value.agent.whom}
      button={title}
      act={act}
      close={() => close(call, name)}
    >
      <span class="form-title" aria-hidden="true">{title}</span>
    </NumberForm>
  )
}

// Digits go one after the other, in their order, each when the one before it was answered.
function useDigits(call: Call) {
  const sent = useSignal('')
  const last = useRef(Promise.resolve())
  function send(digits: string): void {
    last.current = last.current.then(async () => {
      if (await callAct(call, 'SendDtmf', { digits })) sent.value += digits
    })
  }
  return { sent, send }
}

export function Keypad({ call }: { call: Call }) {
  const t = texts.value.agent
  const pad = useRef<HTMLDivElement>(null)
  const { sent, send } = useDigits(call)
  useLayoutEffect(() => pad.current?.querySelector('button')?.focus(), [])

  function keyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation()
      return close(call, 'SendDtmf')
    }
    if (event.altKey || event.ctrlKey || event.metaKey || !/^[0-9*#a-d]$/i.test(event.key)) return
    event.preventDefault()
    send(event.key.toUpperCase())
  }

  return (
    <div class="call-form" role="group" aria-label={t.keypad} ref={pad} onKeyDown={keyDown}>
      <div class="keys"><TelephoneKeys press={send} /></div>
      <p class="sent">
        <span class="faint">{t.sent}</span> <output aria-label={t.sent}>{sent.value}</output>
      </p>
      <ActButton kind="quiet" act={() => close(call, 'SendDtmf')}>{texts.value.common.close}</ActButton>
    </div>
  )
}
