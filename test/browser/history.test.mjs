// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// When the history of past calls is read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modules } from './support/modules.mjs'

globalThis.BroadcastChannel = class {}
globalThis.window = { addEventListener: () => undefined }

const page = modules({ desk: 'model/desk.ts', history: 'model/history.ts' })
const AGAIN_MS = 10_000

const time = '2024-05-06T07:08:09.000+0000'
const part = { userId: 'me', role: 'Called', phoneNumber: '15000', startTime: time, stopTime: time }
const nameless = { id: 'A', callType: 'Internal', dnis: '15000', startTime: time, stopTime: time, participants: [part] }

test('a call whose other side is not known yet is asked for by one timer, however often it is read', async () => {
  let answered = 0
  const answer = () => JSON.stringify({ statusCode: 0, calls: [{ ...nameless, id: ++answered }] })
  globalThis.fetch = async () => new Response(answer())
  const { setTimeout } = globalThis
  let timers = 0
  globalThis.setTimeout = (then, ms) => (ms === AGAIN_MS ? ++timers : setTimeout(then, ms))
  page.history.historyStart()
  for (let reads = 1; reads <= 4; reads++) {
    page.desk.me.value = { id: 'me' }
    while (page.history.past.peek()[0]?.id !== reads) await new Promise((done) => setImmediate(done))
  }
  globalThis.setTimeout = setTimeout
  assert.equal(timers, 1)
})
