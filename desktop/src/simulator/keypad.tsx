// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The keys of a telephone. In a call they are heard at the other end; else they write the number.

import { useSignal } from '@preact/signals'
import { texts } from '../i18n'
import { telephoneAct, type Telephone } from '../model/simulator'
import { ActButton } from '../ui/act-button'
import { TelephoneKeys } from '../ui/telephone-keys'

type Act = 'dial' | 'transfer' | 'redirect'

// What can be done with the number.
function actsOf({ shown: { legs } }: Telephone): Act[] {
  const acts: Act[] = ['dial']
  if (legs.some(({ state }) => state === 'up' || state === 'held')) acts.push('transfer')
  if (legs.some(({ state }) => state === 'ringing')) acts.push('redirect')
  return acts
}

// Of a telephone with one call in use or held and another one held: it can bring them together.
function canConnect({ shown: { legs } }: Telephone): boolean {
  const talked = legs.filter(({ state }) => state === 'up' || state === 'held')
  return talked.length > 1 && talked.some(({ state }) => state === 'held')
}

export function Keypad({ telephone }: { telephone: Telephone }) {
  const t = texts.value.simulator
  const digits = useSignal('')
  const { number, shown } = telephone
  const isUp = shown.legs.some(({ state }) => state === 'up')
  const to = digits.value.trim()

  async function act(name: Act): Promise<void> {
    if (to && (await telephoneAct(telephone, { do: name, number: to }))) digits.value = ''
  }
  const press = (key: string) => {
    if (isUp) void telephoneAct(telephone, { do: 'press', digits: key })
    else digits.value += key
  }
  return (
    <form class="sim-keypad" onSubmit={(event) => (event.preventDefault(), void act('dial'))}>
      <input
        inputMode="tel"
        autocomplete="off"
        aria-label={`${t.number}: ${number}`}
        placeholder={t.number}
        value={digits.value}
        onInput={(event) => (digits.value = event.currentTarget.value)}
      />
      <div class="dial-keys" role="group" aria-label={`${isUp ? t.press : t.keypad}: ${number}`}>
        <TelephoneKeys press={press} />
      </div>
      <div class="sim-keys">
        {actsOf(telephone).map((name) => (
          <button
            key={name}
            type={name === 'dial' ? 'submit' : 'button'}
            class={name === 'dial' ? 'good' : undefined}
            disabled={!to}
            aria-label={`${t.acts[name]}: ${number}`}
            onClick={name === 'dial' ? undefined : () => void act(name)}
          >
            {t.acts[name]}
          </button>
        ))}
        {canConnect(telephone) && (
          <ActButton
            label={`${t.acts.connect}: ${number}`}
            act={() => telephoneAct(telephone, { do: 'transfer' })}
          >
            {t.acts.connect}
          </ActButton>
        )}
      </div>
    </form>
  )
}
