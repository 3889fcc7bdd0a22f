// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// How a call turned out: one of the site's dispositions, for a call that goes on as for one that is
// over. Few of them are buttons, many a list.

import { texts } from '../i18n'
import { setDisposition } from '../model/acts'
import { historyChanged } from '../model/history'
import { dispositions } from '../model/site'
import { ActButton } from '../ui/act-button'
import { SetList } from './set-list'

const MOST_BUTTONS = 5

interface DispositionProps {
  id: string // of the call
  current: string | undefined
  who: string
}

async function choose(id: string, name: string): Promise<boolean> {
  const isDone = await setDisposition(id, name)
  if (isDone) historyChanged()
  return isDone
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
  return (
    <SetList
      label={t.dispositionOf(who)}
      none={t.choose}
      options={dispositions.value.map(({ name, displayName }) => ({ value: name, text: displayName }))}
      current={current}
      set={(name) => choose(id, name)}
    />
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
