// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which folder of the page may use which: what is known does not depend on how it is shown, and all
// requests go one way.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../desktop/src', import.meta.url))

const VIEW = ['base', 'api', 'i18n', 'model', 'ui']
const MAY_USE = {
  base: [],
  api: ['base'],
  i18n: ['base'],
  model: ['base', 'api', 'i18n'],
  ui: ['base', 'i18n', 'model'],
  agent: VIEW,
  supervisor: [...VIEW, 'agent'], // a monitored call has the agent's call bar
  simulator: VIEW,
  wire: VIEW,
  frame: [...VIEW, 'agent', 'supervisor', 'simulator', 'wire'],
}

const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter(({ name }) => /\.tsx?$/.test(name))
  .map(({ parentPath, path, name }) => join(parentPath ?? path, name))

function importsOf(text) {
  return [...text.matchAll(/^(?:import|\} from)\b[^'\n]*'([^'\n]+)'/gm)].map(([, path]) => path)
}

test('each folder uses those below it only', () => {
  for (const file of files) {
    const [folder, ...rest] = relative(root, file).split('/')
    if (rest.length === 0) continue // main.tsx
    for (const path of importsOf(readFileSync(file, 'utf8'))) {
      const [up, other] = path.split('/')
      if (up !== '..' || other === 'style') continue
      assert.ok(MAY_USE[folder].includes(other), `${relative(root, file)} uses ${path}`)
    }
  }
})

test('only api speaks with the server', () => {
  for (const file of files) {
    if (relative(root, file).startsWith('api')) continue
    assert.doesNotMatch(readFileSync(file, 'utf8'), /\bfetch\(|XMLHttpRequest|WebSocket\(|EventSource/, file)
  }
})
