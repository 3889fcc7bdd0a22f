// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The server's clock, to wind forward: what is due until then happens on the way.

import { useSignal } from '@preact/signals'
import { language, texts } from '../i18n'
import { now } from '../model/clock'
import { clockWind, simState } from '../model/simulator'

const S = 1000
const steps = { s10: 10 * S, m1: 60 * S, m10: 600 * S, h1: 3600 * S } as const

function timeText(ms: number): string {
  return new Intl.DateTimeFormat(language.value, { timeStyle: 'medium' }).format(ms)
}

export function ClockPanel() {
  const t = texts.value.simulator
  const isBusy = useSignal(false)
  async function wind(ms: number): Promise<void> {
    isBusy.value = true
    await clockWind(ms)
    isBusy.value = false
  }
  return (
    <section class="sim-clock" aria-label={t.clock} >
      <span class="faint">{t.clock}</span>
      <time class="timer">{timeText(now.value)}</time>
      {simState.value?.clock.kind === 'manual' && <span class="badge">{t.clockStands}</span>}
      <span class="fill" />
      <div class="sim-keys" role="group" aria-label={t.windForward}>
        {(Object.keys(steps) as (keyof typeof steps)[]).map((name) => (
          <button key={name} type="button" disabled={isBusy.value} onClick={() => void wind(steps[name])}>
            {t.winds[name]}
          </button>
        ))}
      </div>
    </section>
  )
}
