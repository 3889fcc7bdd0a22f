// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What opens below a call bar: whom to transfer to or to add, and the keypad.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { Call } from '../api/objects'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { ActButton } from '../ui/act-button'
import { NumberField } from './number-field'
import { openForm } from './selection'

function close(): void {
  const open = openForm.peek()
  openForm.value = undefined
  // Back to where it was opened.
  document.querySelector<HTMLElement>(`[data-opens="${open?.id} ${open?.name}"] button`)?.focus()
}

function closeByEscape(event: KeyboardEvent): void {
  if (event.key !== 'Escape') return
  event.stopPropagation()
  close()
}

export function TargetForm({ call, name, title }: { call: Call; name: string; title: string }) {
  const t = texts.value
  const number = useSignal('')
  const isBusy = useSignal(false)

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const phoneNumber = number.peek().trim()
    if (!phoneNumber || isBusy.peek()) return
    isBusy.value = true
    const isDone = await callAct(call, name, { destination: { phoneNumber } })
    isBusy.value = false
    if (isDone) openForm.value = undefined
  }

  return (
    <form
      class="call-form"
      aria-label={title}
      onSubmit={(event) => void submit(event)}
      onKeyDown={closeByEscape}
    >
      <span class="form-title" aria-hidden="true">{title}</span>
      <NumberField key={name} label={t.agent.whom} value={number} isFocused />
      <button type="submit" class="primary" aria-busy={isBusy.value}>{title}</button>
      <button type="button" class="quiet" onClick={close}>{t.common.cancel}</button>
    </form>
  )
}

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

// Digits go one after the other, in their order, each when the one before it was accepted.
function useDigits(call: Call) {
  const sent = useSignal('')
  const last = useRef(Promise.resolve(true))
  function send(digits: string): void {
    last.current = last.current.then(async () => {
      const isDone = await callAct(call, 'SendDtmf', { digits })
      if (isDone) sent.value += digits
      return isDone
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
    closeByEscape(event)
    if (event.altKey || event.ctrlKey || event.metaKey || !/^[0-9*#a-d]$/i.test(event.key)) return
    event.preventDefault()
    send(event.key.toUpperCase())
  }

  return (
    <div class="call-form keypad" role="group" aria-label={t.keypad} ref={pad} onKeyDown={keyDown}>
      <div class="keys">
        {KEYS.map((key) => (
          <button key={key} type="button" onClick={() => send(key)}>{key}</button>
        ))}
      </div>
      <p class="sent">
        <span class="faint">{t.sent}</span> <output aria-label={t.sent}>{sent.value}</output>
      </p>
      <ActButton kind="quiet" act={close}>{texts.value.common.close}</ActButton>
    </div>
  )
}
