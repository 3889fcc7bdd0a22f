// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The two forms of user data: change a value, attach a pair. A value is a text, or JSON where that is
// chosen; what is not JSON then is refused here, before it is sent.

import { useSignal } from '@preact/signals'
import { useId, useLayoutEffect, useRef } from 'preact/hooks'
import { jsonText } from '../api/json'
import type { Call } from '../api/objects'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { draftValue, type DataRow, type Draft } from './data-rows'
import { draftSet, newPairIn, newPairSet, type NewPair, type PairDraft } from './drafts'
import { letterOn } from './selection'
import { ATTACH_LETTER } from './call-acts'

interface ValueFieldProps {
  label: string
  draft: Draft
  change: (draft: Draft) => void
  trouble: string
  isFocused?: boolean
}

function ValueField({ label, draft, change, trouble, isFocused }: ValueFieldProps) {
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const t = texts.value.agent
  useLayoutEffect(() => {
    if (isFocused) field.current?.select()
  }, [])
  // Enter saves; a new line of a text, or of JSON, with Shift.
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey) return
    event.preventDefault()
    field.current?.form?.requestSubmit()
  }
  return (
    <>
      <textarea
        ref={field}
        rows={Math.min(8, draft.text.split('\n').length)}
        aria-label={label}
        aria-invalid={trouble !== ''}
        aria-describedby={trouble && `${id}-trouble`}
        placeholder={label}
        spellcheck={false}
        class={draft.isJson ? 'is-json' : undefined}
        value={draft.text}
        onInput={(event) => change({ ...draft, text: event.currentTarget.value })}
        onKeyDown={keyDown}
      />
      <label class="as-json" title={t.jsonHint}>
        <input
          type="checkbox"
          checked={draft.isJson}
          onChange={(event) => change({ ...draft, isJson: event.currentTarget.checked })}
        />
        JSON
      </label>
      {trouble && <p id={`${id}-trouble`} class="trouble" role="alert">{trouble}</p>}
    </>
  )
}

// Sends what is typed once it is good; until then says what is wrong with it. True: it was accepted.
function useSend(call: Call, operation: string, draft: Draft) {
  const isTried = useSignal(false)
  const isBusy = useSignal(false)
  const good = draftValue(draft)
  const trouble = isTried.value && !good ? texts.value.agent.notJson : ''
  async function send(key: string): Promise<boolean> {
    isTried.value = true
    if (!good || isBusy.peek()) return false
    isBusy.value = true
    const isDone = await callAct(call, operation, { userData: { [key]: good.value } })
    isBusy.value = false
    isTried.value = !isDone
    return isDone
  }
  return { trouble, isBusy, send }
}

export function EditForm({ call, row, draft }: { call: Call; row: DataRow; draft: PairDraft }) {
  const t = texts.value
  const { trouble, isBusy, send } = useSend(call, 'UpdateUserData', draft)
  const isOvertaken = jsonText(draft.before) !== jsonText(row.value)
  const close = () => draftSet(call.id, undefined)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (await send(row.key)) close()
  }
  return (
    <form
      class="pair-form"
      aria-label={t.agent.editKey(row.key)}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <ValueField
        label={t.agent.value}
        draft={draft}
        change={(next) => draftSet(call.id, { ...draft, ...next })}
        trouble={trouble}
        isFocused
      />
      <button type="submit" class="primary" aria-busy={isBusy.value}>{t.agent.save}</button>
      <button type="button" class="quiet" onClick={close}>{t.common.cancel}</button>
      {row.times > 1 && <p class="hint">{t.agent.savesOne(row.times)}</p>}
      {isOvertaken && <p class="hint" role="status">{t.agent.changedMeanwhile(jsonText(row.value))}</p>}
    </form>
  )
}

export function AttachForm({ call }: { call: Call }) {
  const t = texts.value.agent
  const pair = newPairIn(call.id)
  const { trouble, isBusy, send } = useSend(call, 'AttachUserData', pair)
  const keyField = useRef<HTMLInputElement>(null)
  const letter = letterOn(call.id, ATTACH_LETTER)
  const change = (next: Partial<NewPair>) => newPairSet(call.id, { ...pair, ...next })
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(await send(pair.key)) || newPairIn(call.id) !== pair) return // else the next is being typed
    newPairSet(call.id)
    keyField.current?.focus()
  }
  return (
    <form class="pair-form attach" aria-label={t.attach} onSubmit={(event) => void submit(event)}>
      <span class="key-field">
        <input
          ref={keyField}
          aria-label={t.key}
          placeholder={t.key}
          aria-keyshortcuts={letter && `Alt+${letter}`}
          spellcheck={false}
          autocomplete="off"
          required
          value={pair.key}
          onInput={(event) => change({ key: event.currentTarget.value })}
        />
        {letter && <kbd aria-hidden="true">{letter}</kbd>}
      </span>
      <ValueField label={t.value} draft={pair} change={change} trouble={trouble} />
      <button type="submit" aria-busy={isBusy.value}>{t.attach}</button>
    </form>
  )
}
