// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The server's time as the page takes it from its answers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({ clock: 'model/clock.ts' })
const HOUR = 3_600_000

const isAbout = (ms) => assert.ok(Math.abs(page.clock.serverNow() - ms) < 1000, `${page.clock.serverNow()}, not ${ms}`)

test('the server’s time counts, wherever it jumps', () => {
  const { clockSet } = page.clock
  const time = Date.now()
  clockSet(time - HOUR)
  isAbout(time - HOUR)
  clockSet(time)
  isAbout(time)
  assert.ok(page.clock.now.peek() >= time, 'what is counted jumps too')
  clockSet(NaN)
  isAbout(time)
  clockSet(time - HOUR)
  isAbout(time - HOUR)
})

test('an answer that was long on its way turns nothing back', () => {
  const { clockSet, serverNow } = page.clock
  clockSet(Date.now())
  const before = serverNow()
  clockSet(Date.now() - 1500)
  assert.ok(serverNow() >= before)
})

test('a clock that stands goes on only as it is told, until one comes that goes by itself', () => {
  const { clockStands, clockGoes, clockSet, serverNow } = page.clock
  clockStands(1000)
  assert.equal(serverNow(), 1000)
  clockSet(61_000)
  assert.equal(serverNow(), 61_000)
  clockGoes(HOUR)
  isAbout(HOUR)
  assert.notEqual(serverNow(), HOUR)
})

test('times are shown as clocks do', () => {
  const shown = [-5, 0, 999, 65_000, 3_599_000, 3_700_000, 100 * HOUR].map(page.clock.clockText)
  assert.deepEqual(shown, ['0:00', '0:00', '0:00', '1:05', '59:59', '1:01:40', '100:00:00'])
})
