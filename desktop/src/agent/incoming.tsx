// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Says to a screen reader who calls, shows it where the desk is not in sight, and flashes the title.

import { effect } from '@preact/signals'
import { texts } from '../i18n'
import { now } from '../model/clock'
import { ringing, ringingName } from '../model/ringer'
import { titleNotice, view } from '../ui/views'
import { selectedId } from './selection'

// In turn with the usual title, each for a second.
export function titleFlashStart(): void {
  effect(() => {
    const name = ringingName.value
    const isShown = name !== undefined && Math.floor(now.value / 1000) % 2 === 0
    titleNotice.value = isShown ? `☎ ${name} – Cordboard` : ''
  })
}

export function Incoming({ isDeskShown }: { isDeskShown: boolean }) {
  const t = texts.value.agent
  const id = ringing.value?.id
  function show(): void {
    view.value = 'desk'
    if (id) selectedId.value = id
  }
  return (
    <div role="alert" class={isDeskShown ? 'visually-hidden' : undefined}>
      {id && (
        <p class="banner is-ringing">
          ☎ {t.calls(ringingName.value ?? '')}
          {!isDeskShown && <button type="button" onClick={show}>{texts.value.views.desk}</button>}
        </p>
      )}
    </div>
  )
}
