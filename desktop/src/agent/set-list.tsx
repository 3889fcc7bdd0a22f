// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A list of what something can be set to; a look through it sets nothing, the button behind it does.

import { useSignal } from '@preact/signals'
import { texts } from '../i18n'
import { ActButton } from '../ui/act-button'

interface SetListProps {
  label: string
  none: string // shown as long as it is none of them
  options: readonly { value: string; text: string }[]
  current: string | undefined
  set: (value: string) => Promise<boolean>
}

export function SetList({ label, none, options, current = '', set }: SetListProps) {
  const chosen = useSignal('')
  const value = chosen.value || current
  const act = async () => {
    if (await set(value)) chosen.value = ''
  }
  return (
    <>
      <select
        aria-label={label}
        value={value}
        onChange={(event) => (chosen.value = event.currentTarget.value)}
      >
        <option value="" disabled>{none}</option>
        {options.map((one) => <option key={one.value} value={one.value}>{one.text}</option>)}
      </select>
      {value !== current && <ActButton act={act}>{texts.value.agent.set}</ActButton>}
    </>
  )
}
