// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// How the supervisor wants to listen, what is armed, and the monitored call itself.

import { CallBar } from '../agent/call-bar'
import { texts } from '../i18n'
import type { DeskCall } from '../model/desk'
import { fullName, numbersOn } from '../model/directory'
import { floorAgents, roster } from '../model/floor'
import {
  armed, armedDeviceId, canCancelMonitoring, cancelMonitoring, howMonitored, monitoredCalls, monitoringMode,
  monitoringModes, monitoringScope, monitoringScopes, offeredMonitorings,
} from '../model/monitoring'
import { Choice } from '../ui/choice'
import { Elapsed } from '../ui/elapsed'

export function MonitoringChoice() {
  const t = texts.value.supervisor
  if (offeredMonitorings.value.length === 0) return null
  return (
    <div class="row" role="group" aria-label={t.monitoring}>
      <Choice label={t.mode} value={monitoringMode} values={monitoringModes} text={(one) => t.modes[one]} />
      <Choice
        label={t.scope}
        value={monitoringScope}
        values={monitoringScopes}
        text={(one) => t.scopes[one]}
      />
    </div>
  )
}

function nameOfDevice(id: string): string {
  roster.value
  const agent = [...floorAgents().values()].find(({ deviceId }) => deviceId === id)
  return agent ? fullName(agent) : '…'
}

export function ArmedBar() {
  const t = texts.value.supervisor
  const what = armed.value
  return (
    <div role="status">
      {what && (
        <div class="armed row">
          <span>
            <b>{t.armed(t.monitorings[what.state], nameOfDevice(armedDeviceId.value))}</b>{' '}
            · {t.modes[what.mode]} · {t.scopes[what.scope]}
            {monitoredCalls.value.length === 0 && <> · {t.fromNextCall(t.monitorings.BargeIn)}</>}
          </span>
          <span class="fill" />
          {canCancelMonitoring.value && (
            <button type="button" onClick={() => void cancelMonitoring()}>{t.cancelMonitoring}</button>
          )}
        </div>
      )}
    </div>
  )
}

function MonitoredCall({ one }: { one: DeskCall }) {
  const t = texts.value.supervisor
  const { call, startedAt } = one
  const how = call.state === 'Established' ? t.taking[howMonitored(one)] : t.callStates[call.state]
  return (
    <section class="monitored" aria-label={t.monitoredCall}>
      <p class="row">
        <b>{t.monitoredCall}: {how}</b>
        <span class="faint">{numbersOn(call)}</span>
        <Elapsed since={startedAt} />
      </p>
      <CallBar deskCall={one} />
    </section>
  )
}

export function MonitoredCalls() {
  return <>{monitoredCalls.value.map((one) => <MonitoredCall key={one.call.id} one={one} />)}</>
}
