// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/rest'
import { texts } from '../i18n'
import { isDemo, isEnded, logIn } from '../model/session'

export function LogIn() {
  const t = texts.value.logIn
  const trouble = useSignal('')
  const isBusy = useSignal(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    isBusy.value = true
    trouble.value = ''
    try {
      await logIn(String(form.get('user')).trim(), String(form.get('password')))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.isUnreachable) trouble.value = t.unreachable
      else trouble.value = error.isLoggedOut ? `${t.failed} (${error.message})` : error.message
    } finally {
      isBusy.value = false
    }
  }

  return (
    <form class="log-in" onSubmit={(event) => void submit(event)}>
      <h2>{t.title}</h2>
      {isEnded.value && <p role="status">{t.ended}</p>}
      <label>{t.user}<input name="user" autocomplete="username" ref={first} required /></label>
      <label>
        {t.password}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <p class="trouble" role="alert">{trouble.value}</p>
      <button type="submit" class="primary" disabled={isBusy.value}>{t.submit}</button>
      {isDemo.value && <p class="hint">{t.demo}</p>}
    </form>
  )
}
