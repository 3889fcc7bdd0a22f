// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The API's objects.

export interface UserState { id?: string; displayName?: string; state: string; workMode?: string; reason?: string }
export interface Device {
  id: string; deviceState: 'Active' | 'Inactive'; userState: UserState; phoneNumber: string; e164Number: string
  telephonyNetwork: 'Private' | 'Public'; doNotDisturb: 'On' | 'Off'; forwardTo?: string; type: string; capabilities: string[]
  supervisorMonitoringState?: { state: string; mode: string; scope: string; targetDeviceUri: string }
}
export interface Channel { channel: string; userState: UserState; userStateSince?: number }
export interface Participant { e164Number: string; formattedPhoneNumber: string; phoneNumber: string; digits: string }
export interface UserDataPair { key: string; value: unknown }
export interface Call {
  id: string; state: 'Dialing' | 'Ringing' | 'Established' | 'Held' | 'Released'; callUuid: string; connId: string
  deviceUri: string; participants: Participant[]; ani?: string; dnis: string; callType: 'Internal' | 'Inbound' | 'Outbound' | 'Consult'
  capabilities: string[]; userData?: Record<string, unknown>; userDataPairs?: UserDataPair[]; parentCallUri?: string; parentCallPath?: string
  previousCallUuid?: string; duration: string; mute: 'On' | 'Off'; recordingState?: 'Stopped' | 'Recording' | 'Paused'
  supervisorListeningIn: boolean; monitoredUserMuted: boolean; monitoring: boolean; uri: string; path: string
}
export interface User {
  id: string; userName: string; firstName: string; lastName: string; roles: string[]; enabled: boolean; uri: string; path: string
}
export interface AgentState { id: string; operationName: string; displayName: string; state: string; workMode?: string; reason?: string }
export interface Disposition { name: string; displayName: string }
export interface CallMessage {
  notificationType: string; call: Call; phoneNumber: string; messageType: 'CallStateChangeMessage'
  extensions?: { BusinessCall?: number; WrapUpTime?: number; ReleaseReason?: string }; errorCode?: number; errorMessage?: string
}
export interface DeviceMessage { devices: Device[]; messageType: 'DeviceStateChangeMessage' }
export interface ChannelMessage { channels: Channel[]; messageType: 'ChannelStateChangeMessageV2' }
export interface ErrorMessage { messageType: 'ErrorMessage'; errorMessage?: string; devicePath?: string; deviceUri?: string }
export interface SimState { clock: { kind: 'real' | 'manual'; nowMs: number }; trunks: string[]; lineCount: number }
