// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The simulated telephones, a customer at a button, and the clock: the product can be tried with
// nothing but this page.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { remembered } from '../base/remembered'
import { texts } from '../i18n'
import { me } from '../model/desk'
import { isDemo } from '../model/session'
import {
  customerCalls, lineCount, lines, offset, PAGE, queueNumbers, simTrouble, simulatorFollow, simulatorNames,
} from '../model/simulator'
import { attempt } from '../model/told'
import '../style/simulator.css'
import { useFocusKept } from '../ui/focus'
import { ClockPanel } from './clock'
import { hiddenCount, isAllShown, ownNumbers, search, searched, SHOWN, shownTelephones } from './order'
import { numberAndName, Phone } from './phone'

const isHintOpen = remembered<boolean>('simulatorHint', true)

function TryThis() {
  const t = texts.value.simulator
  return (
    <details
      class="try"
      open={isHintOpen.value}
      onToggle={(event) => (isHintOpen.value = event.currentTarget.open)}
    >
      <summary>{t.tryThis}</summary>
      <ol>{Object.values(t.steps).map((step) => <li key={step}>{step}</li>)}</ol>
    </details>
  )
}

function Customer() {
  const t = texts.value.simulator
  const chosen = useSignal('')
  const numbers = [...queueNumbers.value, ...ownNumbers.value]
  const number = numbers.includes(chosen.value) ? chosen.value : numbers[0]!
  return (
    <div class="customer row">
      <button type="button" class="primary" onClick={() => void customerCalls(number)}>{t.customer}</button>
      <select
        aria-label={t.customerNumber}
        value={number}
        onChange={(event) => (chosen.value = event.currentTarget.value)}
      >
        {numbers.map((one) => (
          <option key={one} value={one}>
            {ownNumbers.value.has(one) ? `${one} ${t.yours}` : numberAndName(one)}
          </option>
        ))}
      </select>
    </div>
  )
}

function Pages() {
  const t = texts.value.simulator
  const from = offset.value
  const to = Math.min(from + PAGE, lineCount.value)
  const go = (by: number) => (offset.value = Math.max(0, from + by))
  if (lineCount.value <= PAGE) return null
  return (
    <div class="row">
      <button type="button" disabled={from === 0} onClick={() => go(-PAGE)}>{t.before}</button>
      <span class="faint">{t.page(from + 1, to, lineCount.value)}</span>
      <button type="button" disabled={to >= lineCount.value} onClick={() => go(PAGE)}>{t.next}</button>
    </div>
  )
}

function Telephones() {
  const t = texts.value.simulator
  const list = useRef<HTMLUListElement>(null)
  useFocusKept(list)
  return (
    <section class="lines" aria-label={texts.value.views.telephones}>
      {lineCount.value > SHOWN && (
        <input
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          value={searched.value}
          onInput={(event) => search(event.currentTarget.value)}
        />
      )}
      <ul ref={list} class="phones" tabIndex={-1}>
        {shownTelephones.value.map((one) => <Phone key={one.path} telephone={one} />)}
      </ul>
      {hiddenCount.value > 0 && (
        <button type="button" onClick={() => (isAllShown.value = true)}>
          {t.moreLines(hiddenCount.value)}
        </button>
      )}
      <Pages />
    </section>
  )
}

export function Simulator() {
  const t = texts.value.simulator
  const userId = me.value?.id
  useEffect(simulatorFollow, [])
  useEffect(() => void attempt(simulatorNames()), [userId])
  return (
    <div class="simulator">
      <h2 class="visually-hidden">{texts.value.views.telephones}</h2>
      <ClockPanel />
      {isDemo.value && <TryThis />}
      <div role="status">{simTrouble.value && <p class="trouble">{t.trouble(simTrouble.value)}</p>}</div>
      <Customer />
      {lines.value.length > 0 && <Telephones />}
    </div>
  )
}
