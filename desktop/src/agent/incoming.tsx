// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Says to a screen reader who calls, shows it where the desk is not in sight, and flashes the title.

import { effect } from '@preact/signals'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { now } from '../model/clock'
import { ringing, ringingName } from '../model/ringer'
import { ActButton } from '../ui/act-button'
import { titleNotice, view } from '../ui/views'
import { selectedId } from './selection'

// In turn with the usual title, each for a second; at first who calls, since a browser lets a tab that
// is not in sight wait for its next second.
export function titleFlashStart(): void {
  let began = 0
  effect(() => {
    const name = ringingName.value
    if (name === undefined) began = 0
    else began ||= now.value
    const isShown = name !== undefined && Math.round((now.value - began) / 1000) % 2 === 0
    titleNotice.value = isShown ? `☎ ${name} – Cordboard` : ''
  })
}

export function Incoming({ isDeskShown }: { isDeskShown: boolean }) {
  const t = texts.value.agent
  const call = ringing.value
  const id = call?.id
  function show(): void {
    view.value = 'desk'
    if (id) selectedId.value = id
  }
  return (
    <div role="alert" class={isDeskShown ? 'visually-hidden' : undefined}>
      {call && (
        <p class="banner is-ringing">
          ☎ {t.calls(ringingName.value ?? '')}
          {!isDeskShown && call.capabilities.includes('Answer') && (
            <ActButton kind="good" shortcut="A" act={() => callAct(call, 'Answer')}>
              {t.acts.Answer}
            </ActButton>
          )}
          {!isDeskShown && <button type="button" onClick={show}>{texts.value.views.desk}</button>}
        </p>
      )}
    </div>
  )
}
