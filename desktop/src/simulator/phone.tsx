// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A simulated telephone: what it shows, and its keys.

import { useSignal, type Signal } from '@preact/signals'
import { useId, useRef } from 'preact/hooks'
import type { SimLeg } from '../api/objects'
import { texts } from '../i18n'
import { legName, names, telephoneAct, type Telephone } from '../model/simulator'
import { ActButton } from '../ui/act-button'
import { useFocusKept } from '../ui/focus'
import { Keypad } from './keypad'
import { More } from './more'
import { ownNumbers } from './order'

export function numberAndName(number: string): string {
  const name = names.value.get(number)
  return name ? `${number} ${name}` : number
}

function legNotes(leg: SimLeg): string[] {
  const t = texts.value.simulator
  const notes: string[] = []
  if (leg.tone !== 'none') notes.push(t.tones[leg.tone])
  if (leg.hears.length > 0) notes.push(t.hears(leg.hears.join(', ')))
  else if (leg.state === 'up' && leg.tone === 'none') notes.push(t.hearsNobody)
  if (leg.dtmf) notes.push(t.digits(leg.dtmf))
  if (leg.recording === 'on' || leg.recording === 'paused') notes.push(t.recordings[leg.recording])
  if (leg.transferRefused) notes.push(t.transferRefused(leg.transferRefused))
  return notes
}

const actsOf = {
  ringing: ['answer', 'hangup'],
  dialled: ['hangup'],
  up: ['hold', 'hangup'],
  held: ['retrieve', 'hangup'],
} as const
const looks: Record<string, string> = { answer: 'good', hangup: 'bad' }

function Leg({ telephone, leg }: { telephone: Telephone; leg: SimLeg }) {
  const t = texts.value.simulator
  const { legs } = telephone.shown
  const other = leg.other ? numberAndName(leg.other) : t.withheld
  const which = legs.length > 1 ? `${telephone.number}, ${other}` : telephone.number
  return (
    <li class={'leg is-' + leg.state}>
      <div class="leg-says">
        <p class="leg-line"><b>{t.legStates[leg.state]}</b> {other}</p>
        <p class="leg-notes">{legNotes(leg).join(' · ')}</p>
      </div>
      <div class="sim-keys">
        {actsOf[leg.state].map((act) => {
          const text = act === 'hangup' && leg.state === 'ringing' ? t.acts.reject : t.acts[act]
          return (
            <ActButton
              key={act}
              kind={looks[act]}
              label={`${text}: ${which}`}
              act={() => telephoneAct(telephone, { do: act, leg: legName(legs, leg) })}
            >
              {text}
            </ActButton>
          )
        })}
      </div>
    </li>
  )
}

function Display({ telephone }: { telephone: Telephone }) {
  const t = texts.value.simulator
  const { legs, registered } = telephone.shown
  if (legs.length === 0)
    return <p class="display is-idle">{registered ? t.idle : t.unregistered}</p>
  return (
    <ol class="display">
      {legs.map((leg, at) => <Leg key={at} telephone={telephone} leg={leg} />)}
    </ol>
  )
}

type Opened = '' | 'keypad' | 'more'

function Toggle(props: { name: 'keypad' | 'more'; opened: Signal<Opened>; id: string; number: string }) {
  const { name, opened, id, number } = props
  const text = texts.value.simulator[name]
  const isOpen = opened.value === name
  return (
    <button
      type="button"
      class={'toggle is-' + name}
      title={text}
      aria-label={`${text}: ${number}`}
      aria-expanded={isOpen}
      aria-controls={id}
      onClick={() => (opened.value = isOpen ? '' : name)}
    />
  )
}

function Badges({ telephone: { number, shown } }: { telephone: Telephone }) {
  const t = texts.value.simulator
  return (
    <>
      {ownNumbers.value.has(number) && <span class="badge">{t.yours}</span>}
      {!shown.registered && shown.legs.length > 0 && <span class="badge is-bad">{t.unregistered}</span>}
      {shown.mode !== 'talk' && <span class="badge">{t.modeBadges[shown.mode]}</span>}
    </>
  )
}

function looksOf({ number, isOutside, shown }: Telephone): string {
  const looks = ['phone']
  if (shown.legs.length > 0) looks.push('is-busy')
  if (shown.legs.some((leg) => leg.state === 'ringing')) looks.push('is-ringing')
  if (!shown.registered) looks.push('is-off')
  if (isOutside || ownNumbers.value.has(number)) looks.push('is-wide')
  return looks.join(' ')
}

export function Phone({ telephone }: { telephone: Telephone }) {
  const id = useId()
  const opened = useSignal<Opened>('')
  const card = useRef<HTMLLIElement>(null)
  const { number } = telephone
  useFocusKept(card)
  return (
    <li ref={card} class={looksOf(telephone)} tabIndex={-1} aria-label={number} data-number={number}>
      <div class="whose">
        <p><b>{number}</b> <span class="faint">{names.value.get(number)}</span></p>
        <Badges telephone={telephone} />
        <span class="fill" />
        <Toggle name="keypad" opened={opened} id={id} number={number} />
        <Toggle name="more" opened={opened} id={id} number={number} />
      </div>
      <Display telephone={telephone} />
      <div id={id} class="opened">
        {opened.value === 'keypad' && <Keypad telephone={telephone} />}
        {opened.value === 'more' && <More telephone={telephone} />}
      </div>
    </li>
  )
}
