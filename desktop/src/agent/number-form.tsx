// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A form of one number: whom to call, to transfer a call to, to forward calls to.

import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { texts } from '../i18n'
import { NumberField } from './number-field'

interface NumberFormProps {
  kind: string // a class
  title: string
  label: string // of the field
  button: string
  act: (number: string) => Promise<boolean>
  close?: () => void // where it is opened for one number; without, it stays for the next
  shortcut?: string // to the field, a letter with Alt
  children?: ComponentChildren // before the field
}

export function NumberForm({ kind, title, label, button, act, close, shortcut, children }: NumberFormProps) {
  const number = useSignal('')
  const isBusy = useSignal(false)

  async function send(): Promise<void> {
    const wanted = number.peek().trim()
    if (!wanted || isBusy.peek()) return
    isBusy.value = true
    try {
      if (!(await act(wanted))) return
    } finally {
      isBusy.value = false
    }
    if (number.peek().trim() === wanted) number.value = '' // else the next one is being typed
    close?.()
  }

  function keyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || !close) return
    event.stopPropagation()
    close()
  }

  return (
    <form
      class={kind}
      role={close ? undefined : 'search'}
      aria-label={title}
      onSubmit={(event) => (event.preventDefault(), void send())}
      onKeyDown={keyDown}
    >
      {children}
      <NumberField label={label} value={number} shortcut={shortcut} isFocused={close !== undefined} />
      <button type="submit" class="primary" aria-busy={isBusy.value}>{button}</button>
      {close && <button type="button" class="quiet" onClick={close}>{texts.value.common.cancel}</button>}
    </form>
  )
}
