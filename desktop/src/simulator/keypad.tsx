// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The keys of a telephone. In a call they are heard at the other end; else they write the number.

import { useSignal } from '@preact/signals'
import { texts } from '../i18n'
import { telephoneAct, type Telephone } from '../model/simulator'

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']

export function Keypad({ telephone }: { telephone: Telephone }) {
  const t = texts.value.simulator
  const digits = useSignal('')
  const { number, shown } = telephone
  const has = (state: string) => shown.legs.some((leg) => leg.state === state)
  const count = shown.legs.filter(({ state }) => state === 'up' || state === 'held').length
  const to = digits.value.trim()

  async function act(name: 'dial' | 'transfer' | 'redirect'): Promise<void> {
    if (await telephoneAct(telephone, { do: name, number: to })) digits.value = ''
  }
  const press = (key: string) => {
    if (has('up')) void telephoneAct(telephone, { do: 'press', digits: key })
    else digits.value += key
  }
  return (
    <form class="sim-keypad" onSubmit={(event) => (event.preventDefault(), to && void act('dial'))}>
      <input
        inputMode="tel"
        autocomplete="off"
        aria-label={`${t.number}: ${number}`}
        placeholder={t.number}
        value={digits.value}
        onInput={(event) => (digits.value = event.currentTarget.value)}
      />
      <div class="dial-keys" role="group" aria-label={`${has('up') ? t.press : t.keypad}: ${number}`}>
        {keys.map((key) => <button key={key} type="button" onClick={() => press(key)}>{key}</button>)}
      </div>
      <div class="sim-keys">
        <button type="submit" class="good" disabled={!to} aria-label={`${t.acts.dial}: ${number}`}>{t.acts.dial}</button>
        {count > 0 && (
          <button type="button" disabled={!to} aria-label={`${t.acts.transfer}: ${number}`} onClick={() => void act('transfer')}>
            {t.acts.transfer}
          </button>
        )}
        {has('ringing') && (
          <button type="button" disabled={!to} aria-label={`${t.acts.redirect}: ${number}`} onClick={() => void act('redirect')}>
            {t.acts.redirect}
          </button>
        )}
        {count > 1 && has('held') && (
          <button
            type="button"
            aria-label={`${t.acts.connect}: ${number}`}
            onClick={() => void telephoneAct(telephone, { do: 'transfer' })}
          >
            {t.acts.connect}
          </button>
        )}
      </div>
    </form>
  )
}
