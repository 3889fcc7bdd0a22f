// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/rest'
import { texts } from '../i18n'
import { isDemo, isEnded, logIn } from '../model/session'

const DEMO_USERS = ['agent0', 'agent1', 'super0']
const DEMO_PASSWORD = 'demo'

function DemoUsers({ isBusy, enter }: { isBusy: boolean; enter: (user: string) => void }) {
  const t = texts.value.logIn
  return (
    <>
      <div class="row demo-users" role="group" aria-label={t.demoAs}>
        <p class="hint" aria-hidden="true">{t.demoAs}</p>
        {DEMO_USERS.map((user) => (
          <button key={user} type="button" class="small" disabled={isBusy} onClick={() => enter(user)}>
            {user}
          </button>
        ))}
      </div>
      <p class="hint">{t.demo}</p>
    </>
  )
}

export function LogIn() {
  const t = texts.value.logIn
  const trouble = useSignal('')
  const isBusy = useSignal(false)
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])

  async function enter(user: string, password: string): Promise<void> {
    isBusy.value = true
    trouble.value = ''
    try {
      await logIn(user, password)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.isUnreachable) trouble.value = t.unreachable
      else trouble.value = error.isLoggedOut ? `${t.failed} (${error.message})` : error.message
    } finally {
      isBusy.value = false
    }
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    void enter(String(form.get('user')).trim(), String(form.get('password')))
  }

  return (
    <form class="log-in" onSubmit={submit}>
      <h2>{t.title}</h2>
      {isEnded.value && <p role="status">{t.ended}</p>}
      <label>{t.user}<input name="user" autocomplete="username" ref={first} required /></label>
      <label>
        {t.password}
        <input name="password" type="password" autocomplete="current-password" required />
      </label>
      <p class="trouble" role="alert">{trouble.value}</p>
      <button type="submit" class="primary" disabled={isBusy.value}>{t.submit}</button>
      {isDemo.value && <DemoUsers isBusy={isBusy.value} enter={(user) => void enter(user, DEMO_PASSWORD)} />}
    </form>
  )
}
