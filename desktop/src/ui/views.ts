// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which view is shown, what stands beside it, and what the browser's tab says.

import { effect, signal } from '@preact/signals'
import { remembered } from '../base/remembered'
import { texts } from '../i18n'
import { isSupervisor, me } from '../model/desk'
import { phase } from '../model/session'

export const viewNames = ['desk', 'floor'] as const
export const dockNames = ['telephones', 'wire'] as const
export type ViewName = (typeof viewNames)[number]
export type DockName = (typeof dockNames)[number]

export const view = remembered<ViewName>('view', 'desk', viewNames)
export const dock = remembered<DockName | ''>('dock', 'telephones', [...dockNames, ''])

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
