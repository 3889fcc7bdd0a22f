// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The last calls, and the work after one: how it turned out, and calling back.

import { language, texts } from '../i18n'
import { dial } from '../model/acts'
import { clockText } from '../model/clock'
import { nameOf, WITHHELD } from '../model/directory'
import { past } from '../model/history'
import type { PastCall } from '../model/past'
import { ActButton } from '../ui/act-button'
import { DispositionChoice } from './disposition'
import { wrapUp } from './wrap-up'

function PastRow({ call }: { call: PastCall }) {
  const t = texts.value.agent
  const who = call.number ? nameOf(call.number) : t.somebody
  const isNumber = call.number !== '' && call.number !== WITHHELD
  const time = new Date(call.startedAt).toLocaleTimeString(language.value, { timeStyle: 'short' })
  return (
    <li class={wrapUp.value?.id === call.id ? 'past is-now' : 'past'} aria-label={t.callWith(who)}>
      <span class="past-who">
        <strong>{who}</strong>
        {isNumber && who !== call.number && <span class="number">{call.number}</span>}
      </span>
      <span class="past-what">
        {call.isCaller ? t.outgoing : t.incoming}
        {call.queue && `, ${nameOf(call.queue)}`}
        {' · '}
        {call.isTalk ? clockText(call.durationMs) : t.reasons[call.releaseReason ?? 'no-answer']}
        {call.isRecorded && (
          <> · <a href={`/api/v2/me/recordings/${call.id}/audio`} target="_blank">{t.recorded}</a></>
        )}
        {' · '}
        <span class="timer">{time}</span>
      </span>
      <DispositionChoice id={call.id} current={call.disposition} who={who} />
      {isNumber && (
        <ActButton label={t.callBackTo(who)} act={() => dial(call.number)}>{t.callBack}</ActButton>
      )}
    </li>
  )
}

export function PastCalls() {
  const t = texts.value.agent
  if (past.value.length === 0) return null
  return (
    <section class="past-calls panel" aria-label={t.pastCalls}>
      <h3>{t.pastCalls}</h3>
      <ul>
        {past.value.map((call) => <PastRow key={call.id} call={call} />)}
      </ul>
    </section>
  )
}
