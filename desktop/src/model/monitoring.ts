// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Listening to agents' calls: what this supervisor may ask for, what is armed, and how.

import { computed } from '@preact/signals'
import type { FloorAgent, Monitoring, SupervisorMonitoringState } from '../api/objects'
import { remembered } from '../base/remembered'
import { deviceAct } from './acts'
import { calls, device, type DeskCall } from './desk'

const monitorings: readonly Monitoring[] = ['ListenIn', 'Coach', 'BargeIn']

type MonitoringMode = SupervisorMonitoringState['mode']
type MonitoringScope = SupervisorMonitoringState['scope']
export const monitoringModes: readonly MonitoringMode[] = ['AllCalls', 'NextCall']
export const monitoringScopes: readonly MonitoringScope[] = ['Call', 'Agent']

export const monitoringMode = remembered<MonitoringMode>('monitoringMode', 'AllCalls', monitoringModes)
export const monitoringScope = remembered<MonitoringScope>('monitoringScope', 'Call', monitoringScopes)

// What the supervisor's telephone can be asked for now; the same value as long as it is the same.
const offeredText = computed(() => {
  const capabilities = device.value?.capabilities ?? []
  return monitorings.filter((one) => capabilities.includes(one)).join(' ')
})
export const offeredMonitorings = computed(() => offeredText.value.split(' ').filter(Boolean) as Monitoring[])

export const canCancelMonitoring = computed(() =>
  Boolean(device.value?.capabilities.includes('CancelSupervisorMonitoring')),
)
export const armed = computed(() => device.value?.supervisorMonitoringState)
export const armedDeviceId = computed(() => armed.value?.targetDeviceUri.split('/').pop() ?? '')

// Calls of others that this supervisor is in.
export const monitoredCalls = computed(() => [...calls.value.values()].filter(({ call }) => call.monitoring))

export function monitor(agent: FloorAgent, how: Monitoring): Promise<boolean> {
  return deviceAct(how, {
    targetDeviceUri: agent.deviceUri,
    supervisorMonitoringMode: monitoringMode.peek(),
    supervisorMonitoringScope: monitoringScope.peek(),
  })
}

export function cancelMonitoring(): Promise<boolean> {
  return deviceAct('CancelSupervisorMonitoring')
}

// How the supervisor takes part in a call: the call offers the other ways.
export function howMonitored({ call }: DeskCall): Monitoring {
  if (call.mute === 'On') return 'ListenIn'
  return call.capabilities.includes('SwitchToBargeIn') ? 'Coach' : 'BargeIn'
}
