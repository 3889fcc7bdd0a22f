// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The golden files of the wire tests, by the same rules: <...> stands for any value of that form,
// and for the same value wherever it appears; lists under "capabilities" are sets.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from './server.mjs'

const GUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const FORMS = {
  'call id': '[A-Z2-7]{32}',
  '16 lower-case hex digits': '[0-9a-f]{16}',
  'device id of 15000': GUID,
  'device id of 15001': GUID,
  base: 'http://127\\.0\\.0\\.1:[0-9]+',
  'decimal seconds as a string': '(?:0|[1-9][0-9]*)',
}
const FREE = 'decimal seconds as a string'

export async function golden(name) {
  return JSON.parse(await readFile(join(ROOT, 'test', 'golden', name + '.json'), 'utf8'))
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function matchText(template, actual, known, where) {
  const names = []
  const pattern = template.split(/<([^<>]+)>/).map((part, at) => {
    if (at % 2 === 0) return escaped(part)
    if (part !== FREE && part in known) return escaped(known[part])
    names.push(part)
    return `(${FORMS[part]})`
  })
  const found = new RegExp(`^${pattern.join('')}$`).exec(actual)
  assert.ok(found, `${where}: ${JSON.stringify(actual)} is not ${JSON.stringify(template)}`)
  names.forEach((name, at) => (known[name] = found[at + 1]))
}

// Learns the values of placeholders into known.
export function match(template, actual, known, where = '$') {
  if (typeof template === 'string') {
    matchText(template, actual, known, where)
  } else if (where.endsWith('.capabilities')) {
    assert.deepEqual([...actual].sort(), [...template].sort(), where)
  } else if (typeof template === 'object' && template !== null) {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(template).sort(), where)
    for (const [key, value] of Object.entries(template)) match(value, actual[key], known, `${where}.${key}`)
  } else {
    assert.equal(actual, template, where)
  }
}
