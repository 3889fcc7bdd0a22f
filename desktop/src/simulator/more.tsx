// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What is rarer: how a telephone behaves, its plug, and trouble to try.

import type { SimMode } from '../api/objects'
import { texts } from '../i18n'
import { telephoneAct, type Telephone } from '../model/simulator'
import { ActButton } from '../ui/act-button'

const modes: SimMode[] = ['talk', 'no-talk', 'refuse', 'busy']

type Act = 'register' | 'unplug' | 'unregister' | 'sound' | 'silence' | 'failRecording'

function actsOf({ shown: { registered, legs } }: Telephone): Act[] {
  const acts: Act[] = registered ? ['unplug', 'unregister'] : ['register']
  if (legs.some(({ state }) => state === 'ringing')) acts.push('sound', 'silence')
  if (legs.some(({ recording }) => recording === 'on')) acts.push('failRecording')
  return acts
}

export function More({ telephone }: { telephone: Telephone }) {
  const t = texts.value.simulator
  const { number, shown } = telephone
  return (
    <div class="sim-more">
      <label>
        {t.mode}
        <select
          aria-label={`${t.mode}: ${number}`}
          value={shown.mode}
          onChange={(event) => void telephoneAct(telephone, { do: 'mode', mode: event.currentTarget.value })}
        >
          {modes.map((mode) => <option key={mode} value={mode}>{t.modes[mode]}</option>)}
        </select>
      </label>
      <div class="sim-keys">
        {actsOf(telephone).map((name) => (
          <ActButton
            key={name}
            label={`${t.acts[name]}: ${number}`}
            act={() => telephoneAct(telephone, { do: name })}
          >
            {t.acts[name]}
          </ActButton>
        ))}
      </div>
    </div>
  )
}
