// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What is rarer: how a telephone behaves, its plug, and trouble to try.

import type { SimMode } from '../api/objects'
import { texts } from '../i18n'
import { telephoneAct, type Telephone } from '../model/simulator'
import { ActButton } from '../ui/act-button'

const modes: SimMode[] = ['talk', 'no-talk', 'refuse', 'busy']

export function More({ telephone }: { telephone: Telephone }) {
  const t = texts.value.simulator
  const { number, shown } = telephone
  const names: ('register' | 'unplug' | 'unregister' | 'sound' | 'silence' | 'failRecording')[] = shown.registered
    ? ['unplug', 'unregister']
    : ['register']
  if (shown.legs.some(({ state }) => state === 'ringing')) names.push('sound', 'silence')
  if (shown.legs.some(({ recording }) => recording === 'on')) names.push('failRecording')
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
        {names.map((name) => (
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
