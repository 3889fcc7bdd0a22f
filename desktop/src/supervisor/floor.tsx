// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The supervisor's view: queues with who waits in them, and all agents as tiles.

import { useEffect } from 'preact/hooks'
import { texts } from '../i18n'
import { floorFollow, floorTrouble, isFloorKnown } from '../model/floor'
import '../style/supervisor.css'
import { Filters, Totals } from './filters'
import { ArmedBar, MonitoredCalls } from './monitoring'
import { Queues } from './queues'
import { TileList } from './tile-list'

export function Floor() {
  const t = texts.value.supervisor
  useEffect(floorFollow, [])
  return (
    <div class="floor">
      <h2 class="visually-hidden">{texts.value.views.floor}</h2>
      <div role="status">{floorTrouble.value && <p class="trouble">{t.trouble(floorTrouble.value)}</p>}</div>
      <MonitoredCalls />
      <ArmedBar />
      {isFloorKnown.value ? (
        <>
          <Queues />
          <section class="agents" aria-label={t.agents}>
            <div class="row">
              <h3>{t.agents}</h3>
              <Totals />
            </div>
            <Filters />
            <TileList />
          </section>
        </>
      ) : (
        !floorTrouble.value && <p class="faint">{texts.value.common.connecting}</p>
      )}
    </div>
  )
}
