// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What an agent does: each act is one operation of the API. Answers say only that it was accepted;
// what becomes of it comes as events. A refusal is told with the server's reason.

import type { Call } from '../api/objects'
import { post } from '../api/rest'
import { device } from './desk'
import { attempt } from './told'

type Parameters = Record<string, unknown>

export function callAct(call: Pick<Call, 'id'>, operationName: string, parameters: Parameters = {}) {
  return attempt(post(`/api/v2/me/calls/${call.id}`, { operationName, ...parameters }))
}

// Ready, NotReady, or another of the site's agent states.
export function agentAct(operationName: string) {
  return attempt(post('/api/v2/me/channels/voice', { operationName }))
}

export function deviceAct(operationName: string, parameters: Parameters = {}) {
  const id = device.peek()?.id
  return attempt(post(`/api/v2/me/devices/${id}`, { operationName, ...parameters }))
}

// Also of a call that is over, so not by the call's own address.
export function setDisposition(callUuid: string, disposition: string) {
  return deviceAct('SetCallDisposition', { callUuid, disposition })
}

export function dial(phoneNumber: string, parameters: Parameters = {}) {
  const id = device.peek()?.id
  const body = { operationName: 'Dial', destination: { phoneNumber }, ...parameters }
  return attempt(post(`/api/v2/me/devices/${id}/calls`, body))
}
