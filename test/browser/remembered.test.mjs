// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the browser keeps of how its user likes the page: it may be of another version, or not there at all.

import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({ base: 'base/remembered.ts' })
const kept = new Map()

beforeEach(() => {
  kept.clear()
  globalThis.localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) }
})

test('what is chosen is there the next time, and nothing is kept before', () => {
  const view = page.base.remembered('view', 'desk', ['desk', 'floor'])
  assert.equal(kept.size, 0)
  view.value = 'floor'
  assert.equal(page.base.remembered('view', 'desk', ['desk', 'floor']).value, 'floor')
  view.value = 'desk'
  assert.equal(page.base.remembered('view', 'floor', ['desk', 'floor']).value, 'desk')
})

test('what another version kept is not taken', () => {
  for (const text of ['"garden"', '"toString"', 'true', '7', 'null', '{}', 'no JSON']) {
    kept.set('cordboard.view', text)
    assert.equal(page.base.remembered('view', 'desk', ['desk', 'floor']).value, 'desk', text)
  }
  kept.set('cordboard.quiet', '"yes"')
  assert.equal(page.base.remembered('quiet', false).value, false)
})

test('a browser that keeps nothing does no harm', () => {
  const refuse = () => {
    throw new Error('not allowed')
  }
  globalThis.localStorage = { getItem: refuse, setItem: refuse }
  const view = page.base.remembered('view', 'desk', ['desk', 'floor'])
  view.value = 'floor'
  assert.equal(view.value, 'floor')
})
