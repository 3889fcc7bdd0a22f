// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The user data of a call: a table of its pairs, each to change or to delete, and a line to attach
// more; each only where the server offers it. What is being typed outlives changes of the call.

import { useLayoutEffect, useRef } from 'preact/hooks'
import { jsonText } from '../api/json'
import type { Call, Capability } from '../api/objects'
import { texts } from '../i18n'
import { callAct } from '../model/acts'
import { ActButton } from '../ui/act-button'
import { useFocusKept } from '../ui/focus'
import { dataRows, draftOf, type DataRow } from './data-rows'
import { draftIn, draftSet, type PairDraft } from './drafts'
import { AttachForm, EditForm } from './pair-forms'
import { ValueTree } from './value-tree'

function RowActs({ call, row }: { call: Call; row: DataRow }) {
  const t = texts.value.agent
  const may = (name: Capability) => call.capabilities.includes(name)
  const { key, nth, value } = row
  const edit = () => draftSet(call.id, { key, nth, before: value, ...draftOf(value) })
  const remove = () => callAct(call, 'DeleteUserDataPair', { key: row.key })
  return (
    <td class="row-acts">
      {may('UpdateUserData') && (
        <ActButton kind="quiet" label={t.editKey(row.key)} act={edit}>{t.edit}</ActButton>
      )}
      {may('DeleteUserDataPair') && (
        <ActButton kind="quiet" label={t.deleteKey(row.key, row.times)} act={remove}>{t.delete}</ActButton>
      )}
    </td>
  )
}

function Row({ call, row, draft }: { call: Call; row: DataRow; draft: PairDraft | undefined }) {
  const line = useRef<HTMLTableRowElement>(null)
  const wasEdited = useRef(false)
  useLayoutEffect(() => {
    const isClosed = wasEdited.current && !draft
    wasEdited.current = draft !== undefined
    if (isClosed && document.activeElement === document.body) line.current?.querySelector('button')?.focus()
  })
  return (
    <tr ref={line}>
      <th scope="row">{row.key.trim() ? row.key : jsonText(row.key)}</th>
      {draft ? (
        <td colSpan={2}><EditForm call={call} row={row} draft={draft} /></td>
      ) : (
        <>
          <td><ValueTree value={row.value} /></td>
          <RowActs call={call} row={row} />
        </>
      )}
    </tr>
  )
}

function DeleteAll({ call }: { call: Call }) {
  const t = texts.value
  const dialog = useRef<HTMLDialogElement>(null)
  const close = () => dialog.current?.close()
  const remove = async () => {
    if (await callAct(call, 'DeleteUserData')) close()
  }
  return (
    <>
      <ActButton kind="quiet" act={() => dialog.current?.showModal()}>{t.agent.deleteAll}</ActButton>
      <dialog ref={dialog} class="ask" aria-label={t.agent.deleteAll}>
        <p>{t.agent.deleteAllAsk}</p>
        <div class="row">
          <ActButton kind="bad" act={remove}>{t.agent.deleteAll}</ActButton>
          <ActButton act={close}>{t.common.cancel}</ActButton>
        </div>
      </dialog>
    </>
  )
}

export function UserDataTable({ call }: { call: Call }) {
  const t = texts.value.agent
  const table = useRef<HTMLDivElement>(null)
  useFocusKept(table)
  const rows = dataRows(call)
  const draft = draftIn(call.id)
  return (
    <section class="user-data" aria-label={t.userData}>
      <div class="user-data-head">
        <h4>{t.userData}</h4>
        {call.capabilities.includes('AttachUserData') && <AttachForm call={call} />}
        {rows.length > 0 && call.capabilities.includes('DeleteUserData') && <DeleteAll call={call} />}
      </div>
      <div class="pairs" ref={table} tabIndex={-1}>
        {rows.length > 0 && (
          <table>
            <thead class="visually-hidden">
              <tr>
                <th scope="col">{t.key}</th>
                <th scope="col">{t.value}</th>
                <th scope="col">{t.actions}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={`${row.nth} ${row.key}`}
                  call={call}
                  row={row}
                  draft={draft?.key === row.key && draft.nth === row.nth ? draft : undefined}
                />
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  )
}
