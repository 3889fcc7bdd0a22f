// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// How a call turned out: one of the site's dispositions, for a call that goes on as for one that is
// over. Few of them are buttons, many a list.

import { useSignal } from '@preact/signals'
import { texts } from '../i18n'
import { setDisposition } from '../model/acts'
import { historyChanged } from '../model/history'
import { dispositions } from '../model/site'
import { ActButton } from '../ui/act-button'

const MOST_BUTTONS = 5

interface DispositionProps {
  id: string // of the call
  current: string | undefined
  who: string
}

async function choose(id: string, name: string): Promise<void> {
  if (await setDisposition(id, name)) historyChanged()
}

function Buttons({ id, current }: DispositionProps) {
  return (
    <>
      {dispositions.value.map(({ name, displayName }) => (
        <ActButton key={name} pressed={name === current} act={() => choose(id, name)}>
          {displayName}
        </ActButton>
      ))}
    </>
  )
}

function List({ id, current, who }: DispositionProps) {
  const t = texts.value.agent
  const chosen = useSignal('')
  const value = chosen.value || (current ?? '')
  return (
    <>
      <select
        aria-label={t.dispositionOf(who)}
        value={value}
        onChange={(event) => (chosen.value = event.currentTarget.value)}
      >
        <option value="" disabled>{t.choose}</option>
        {dispositions.value.map(({ name, displayName }) => (
          <option key={name} value={name}>{displayName}</option>
        ))}
      </select>
      {value !== (current ?? '') && <ActButton act={() => choose(id, value)}>{t.set}</ActButton>}
    </>
  )
}

export function DispositionChoice(props: DispositionProps) {
  const all = dispositions.value
  if (all.length === 0) return null
  const { current, who } = props
  const isOther = current !== undefined && !all.some(({ name }) => name === current)
  return (
    <div class="dispositions" role="group" aria-label={texts.value.agent.dispositionOf(who)}>
      {all.length > MOST_BUTTONS ? <List {...props} /> : <Buttons {...props} />}
      {isOther && <span class="faint">{current}</span>}
    </div>
  )
}
