// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What an agent does: each act is one operation of the API. Answers say only that it was accepted;
// what becomes of it comes as events. A refusal is told with the server's reason.

import type { Call } from '../api/objects'
import { post } from '../api/rest'
import { texts } from '../i18n'
import { device } from './desk'
import { attempt, tell } from './told'

type Parameters = Record<string, unknown>

export function callAct({ id }: Pick<Call, 'id'>, operationName: string, parameters: Parameters = {}) {
  return attempt(post(`/api/v2/me/calls/${encodeURIComponent(id)}`, { operationName, ...parameters }))
}

// Ready, NotReady, or another of the site's agent states.
export function agentAct(operationName: string) {
  return attempt(post('/api/v2/me/channels/voice', { operationName }))
}

async function postToDevice(below: '' | '/calls', body: Parameters): Promise<boolean> {
  const id = device.peek()?.id
  if (id !== undefined) return attempt(post(`/api/v2/me/devices/${encodeURIComponent(id)}${below}`, body))
  tell('error', texts.peek().agent.noTelephone)
  return false
}

export function deviceAct(operationName: string, parameters: Parameters = {}) {
  return postToDevice('', { operationName, ...parameters })
}

// Also of a call that is over, so not by the call's own address.
export function setDisposition(callUuid: string, disposition: string) {
  return deviceAct('SetCallDisposition', { callUuid, disposition })
}

export function dial(phoneNumber: string) {
  return postToDevice('/calls', { operationName: 'Dial', destination: { phoneNumber } })
}
