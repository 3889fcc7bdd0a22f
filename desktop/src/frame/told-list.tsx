// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { texts } from '../i18n'
import { told, untell } from '../model/told'

export function ToldList() {
  const close = texts.value.common.close
  return (
    <div class="told-list" role="log" aria-live="assertive">
      {told.value.map(({ id, kind, text }) => (
        <p key={id} class={'told is-' + kind}>
          {text}
          <button type="button" class="quiet" aria-label={close} onClick={() => untell(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  )
}
