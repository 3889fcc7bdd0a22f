// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Everything that goes between this tab and the server, as it happens: the newest at the end. It stays
// with the newest as long as its reader does.

import { useComputed, useSignal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks'
import { hasWireMeta, isWirePaused, wireClear, wireEntries, type WireEntry } from '../api/wire'
import { remembered } from '../base/remembered'
import { texts } from '../i18n'
import '../style/wire.css'
import { jsonLine } from './copies'
import { copyTold, Row } from './row'
import { hasText } from './words'

const kinds = ['all', 'rest', 'events'] as const
type Kind = (typeof kinds)[number]
const kind = remembered<Kind>('wire.kind', 'all', kinds)
const NEAR_END_PX = 24

interface ToolbarProps {
  sought: Signal<string>
  shown: ReadonlySignal<readonly WireEntry[]>
}

function Toolbar({ sought, shown }: ToolbarProps) {
  const t = texts.value.wire
  const copyAll = () => void copyTold(shown.peek().map((entry) => jsonLine(entry) + '\n').join(''))
  return (
    <div class="wire-tools">
      <div class="row" role="group" aria-label={t.show}>
        {kinds.map((one) => (
          <button
            key={one}
            type="button"
            class="small"
            aria-pressed={kind.value === one}
            onClick={() => (kind.value = one)}
          >
            {t[one]}
          </button>
        ))}
        <label class="wire-meta" title={t.metaHint}>
          <input
            type="checkbox"
            checked={hasWireMeta.value}
            onChange={(event) => (hasWireMeta.value = event.currentTarget.checked)}
          />
          {t.meta}
        </label>
      </div>
      <div class="row">
        <input
          type="search"
          class="fill small"
          aria-label={t.find}
          placeholder={t.find}
          value={sought.value}
          onInput={(event) => (sought.value = event.currentTarget.value)}
        />
        <button
          type="button"
          class="small"
          aria-pressed={isWirePaused.value}
          onClick={() => (isWirePaused.value = !isWirePaused.peek())}
        >
          {t.pause}
        </button>
        <button type="button" class="small" onClick={wireClear}>{t.clear}</button>
        <button type="button" class="small" onClick={copyAll}>{t.copyAll}</button>
      </div>
      {isWirePaused.value && <p class="wire-paused" role="status">{t.paused}</p>}
    </div>
  )
}

function isWanted(entry: WireEntry, wanted: Kind, text: string): boolean {
  if (wanted === 'rest' && entry.kind !== 'rest') return false
  if (wanted === 'events' && entry.kind === 'rest') return false
  return !text || hasText(entry, text)
}

// Up and down from line to line, so that the keyboard need not go through all of them.
function moved(event: KeyboardEvent, list: HTMLElement): void {
  const lines = [...list.querySelectorAll<HTMLElement>('.wire-line')]
  const at = lines.findIndex((line) => line === event.target)
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: lines.length - 1 }[event.key]
  if (at < 0 || to === undefined) return
  event.preventDefault()
  lines[to]?.focus()
}

export function Wire() {
  const t = texts.value.wire
  const sought = useSignal('')
  const follows = useSignal(true)
  const list = useRef<HTMLOListElement>(null)
  const visited = useSignal(0)
  const shown = useComputed(() => {
    const text = sought.value.trim().toLowerCase()
    return wireEntries.value.filter((entry) => isWanted(entry, kind.value, text))
  })
  const visit = useCallback((entry: WireEntry) => (visited.value = entry.number), [])
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight })
  useLayoutEffect(() => {
    if (follows.peek()) toEnd()
  }, [shown.value])
  const scrolled = () => {
    const { scrollTop, scrollHeight, clientHeight } = list.current!
    follows.value = scrollHeight - scrollTop - clientHeight < NEAR_END_PX
  }
  const isEmpty = shown.value.length === 0
  const isThere = shown.value.some(({ number }) => number === visited.value)
  const tabStop = isThere ? visited.value : shown.value.at(-1)?.number
  return (
    <section class="wire">
      <h2 class="visually-hidden">{texts.value.views.wire}</h2>
      <Toolbar sought={sought} shown={shown} />
      {isEmpty && <p class="faint wire-empty">{wireEntries.value.length > 0 ? t.noMatch : t.empty}</p>}
      <ol
        ref={list}
        class="wire-list"
        aria-label={t.list}
        onScroll={scrolled}
        onKeyDown={(event) => moved(event, event.currentTarget)}
      >
        {shown.value.map((entry) => (
          <Row key={entry.number} entry={entry} isTabStop={entry.number === tabStop} visit={visit} />
        ))}
      </ol>
      {!follows.value && !isEmpty && (
        <button type="button" class="wire-newest small" onClick={toEnd}>↓ {t.newest}</button>
      )}
    </section>
  )
}
