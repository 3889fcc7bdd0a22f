// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which view is shown, what stands beside it, and what the browser's tab says.

import { effect, signal } from '@preact/signals'
import { texts } from '../i18n'
import { isSupervisor, me } from '../model/desk'
import { phase } from '../model/session'
import { remembered } from '../model/remembered'

export type ViewName = 'desk' | 'floor'
export type DockName = 'telephones' | 'wire'

export const view = remembered<ViewName>('view', 'desk')
export const dock = remembered<DockName | ''>('dock', 'telephones')

// What the tab's title says instead while it is set, such as a call that rings.
export const titleNotice = signal('')

function titleOf(): string {
  if (phase.value === 'starting') return 'Cordboard'
  if (phase.value === 'loggedOut') return `${texts.value.logIn.title} · Cordboard`
  const shown = texts.value.views[isSupervisor.value ? view.value : 'desk']
  return `${shown} · ${me.value?.userName ?? ''} · Cordboard`
}

effect(() => {
  document.title = titleNotice.value || titleOf()
})
