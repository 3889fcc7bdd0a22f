// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// One exchange or notification: a line to open, and what is in it. An entry never changes but for an
// answer that comes, which is a signal, so a row is drawn again for nothing else.

import { useSignal } from '@preact/signals'
import { useLayoutEffect, useRef } from 'preact/hooks'
import type { WireEntry, WireExchange, WireMeta, WireNotification } from '../api/wire'
import { texts } from '../i18n'
import { tell } from '../model/told'
import { copyText } from '../ui/copy'
import { curlLine } from './copies'
import { JsonView } from './json-view'
import { clockTime, operationOf, stateOf, typeOf } from './words'

export async function copyTold(text: string): Promise<void> {
  const t = texts.peek()
  if (await copyText(text)) tell('done', t.common.copied)
  else tell('error', t.wire.notCopied)
}

function Copy({ label, text }: { label: string; text: () => string }) {
  return <button type="button" class="small" onClick={() => void copyTold(text())}>{label}</button>
}

function Outcome({ entry }: { entry: WireExchange }) {
  const t = texts.value.wire
  const answer = entry.answer.value
  if (!answer) return <span class="wire-outcome">{t.pending}</span>
  const { status, statusCode, tookMs } = answer
  const isGood = status >= 200 && status < 300 && (statusCode === undefined || statusCode === 0)
  const ms = tookMs < 10 ? tookMs.toFixed(1) : tookMs.toFixed(0)
  return (
    <span class="wire-outcome">
      <strong class={isGood ? 'is-good' : 'is-bad'}>
        {isGood ? '✓ ' : '✗ '}
        {status === 0 ? t.noAnswer : `${status}${statusCode === undefined ? '' : ` · ${statusCode}`}`}
      </strong>
      {' '}
      <span class="timer">{t.ms(ms)}</span>
    </span>
  )
}

function ExchangeLine({ entry }: { entry: WireExchange }) {
  const operation = operationOf(entry)
  return (
    <>
      <span class={`wire-badge is-${entry.method.toLowerCase()}`}>{entry.method}</span>
      <span class="wire-what">
        {operation && <strong>{operation} </strong>}
        <code>{entry.path}</code>
      </span>
      <Outcome entry={entry} />
    </>
  )
}

function NotificationLine({ entry }: { entry: WireNotification }) {
  const t = texts.value.wire
  return (
    <>
      <span class="wire-badge is-event">{t.event}</span>
      <span class="wire-what">
        <strong>{typeOf(entry)}</strong> {stateOf(entry)} <code>{entry.channel}</code>
      </span>
      {entry.sequence > 0 && <span class="wire-outcome">{t.sequence(String(entry.sequence))}</span>}
    </>
  )
}

function MetaLine({ entry }: { entry: WireMeta }) {
  const t = texts.value.wire
  return (
    <>
      <span class="wire-badge is-meta">META</span>
      <span class="wire-what"><code>{entry.channel}</code></span>
      <span class="wire-outcome">{entry.isSent ? `↑ ${t.sent}` : `↓ ${t.received}`}</span>
    </>
  )
}

function Body({ label, text }: { label: string; text: string }) {
  const t = texts.value.wire
  return (
    <>
      <div class="row">
        <h3 class="fill">{label}</h3>
        <Copy label={t.copyJson} text={() => text} />
      </div>
      {text ? <JsonView label={label} text={text} /> : <p class="faint">{t.nothing}</p>}
    </>
  )
}

function ExchangeBodies({ entry }: { entry: WireExchange }) {
  const t = texts.value.wire
  const { request } = entry
  const answer = entry.answer.value
  return (
    <div class="wire-bodies">
      <div class="row">
        <h3 class="fill">{t.request}</h3>
        <Copy label={t.copyCurl} text={() => curlLine(entry)} />
      </div>
      <p class="wire-target"><code>{entry.method} {entry.path}</code></p>
      {request !== undefined && <JsonView label={t.request} text={request} />}
      {answer && <Body label={t.response} text={answer.text} />}
    </div>
  )
}

function Bodies({ entry }: { entry: WireEntry }) {
  if (entry.kind === 'rest') return <ExchangeBodies entry={entry} />
  return <div class="wire-bodies"><Body label={texts.value.wire.message} text={entry.text} /></div>
}

interface RowProps {
  entry: WireEntry
  isTabStop: boolean
  visit: (entry: WireEntry) => void
}

export function Row({ entry, isTabStop, visit }: RowProps) {
  const isOpen = useSignal(false)
  const row = useRef<HTMLLIElement>(null)
  useLayoutEffect(() => {
    if (isOpen.value) row.current?.scrollIntoView({ block: 'nearest' })
  }, [isOpen.value])
  return (
    <li class="wire-row" ref={row}>
      <button
        type="button"
        class="wire-line"
        tabIndex={isTabStop ? 0 : -1}
        aria-expanded={isOpen.value}
        onFocus={() => visit(entry)}
        onClick={() => (isOpen.value = !isOpen.peek())}
      >
        <time class="timer" dateTime={new Date(entry.time).toISOString()}>{clockTime(entry.time)}</time>
        {entry.kind === 'rest' && <ExchangeLine entry={entry} />}
        {entry.kind === 'event' && <NotificationLine entry={entry} />}
        {entry.kind === 'meta' && <MetaLine entry={entry} />}
      </button>
      {isOpen.value && <Bodies entry={entry} />}
    </li>
  )
}
