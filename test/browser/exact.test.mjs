// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// JSON as it came: numbers that JavaScript can't hold, and what the wire view makes of a text.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { modules } from './support/modules.mjs'

const page = modules({ json: 'api/json.ts', pretty: 'wire/pretty.ts', copies: 'wire/copies.ts' })

// JSON as browsers have it. Node 20 has it in a new context only, and when it is asked to; 18 has not.
function browserJson() {
  setFlagsFromString('--harmony-json-parse-with-source')
  return JSON.rawJSON ? JSON : runInNewContext('JSON')
}

test('numbers stay as they came', (t) => {
  const own = globalThis.JSON
  globalThis.JSON = browserJson()
  t.after(() => (globalThis.JSON = own))
  if (!JSON.rawJSON) return t.skip('this Node has no JSON.rawJSON')
  for (const text of ['9007199254740993', '-12345678901234567890', '1.0', '-0', '1e3', '[1.50,{"a":2e-7,"b":0}]'])
    assert.equal(JSON.stringify(page.json.jsonParse(text)), text)
  assert.equal(String(page.json.jsonParse('{"id":12345678901234567890}').id), '12345678901234567890')
})

test('what JavaScript can hold is its own', () => {
  const text = '{"a":[1,-2,0.5,true,null,"12345678901234567890","1.0"],"b":1767225600000}'
  assert.deepEqual(page.json.jsonParse(text), JSON.parse(text))
  assert.throws(() => page.json.jsonParse('{"a":1.0'))
})

test('an envelope comes apart into the texts that it consists of', () => {
  const { jsonParts } = page.json
  const texts = (text) => jsonParts(text).map((part) => part.text)
  assert.deepEqual(texts('[]'), [])
  assert.deepEqual(texts(' [ {"a":[1,{}]} , "],[" ,\n3 ] '), ['{"a":[1,{}]}', '"],["', '3'])
  assert.deepEqual(jsonParts('{"a":{"b":"}\\""},"c\\n":[1,2] , "d":9007199254740993}'), [
    { name: 'a', text: '{"b":"}\\""}' },
    { name: 'c\n', text: '[1,2]' },
    { name: 'd', text: '9007199254740993' },
  ])
})

const laidOut = (text) => page.pretty.prettyJson(text).map((piece) => piece.text).join('')

test('JSON is laid out with each token as it came', () => {
  const text = '{"10":1,"2":9007199254740993,"e":"\\u00e9\\/","n":{"a":[1e3,-0],"o":{}},"l":[{"x":1},[]]}'
  const lines = laidOut(text).split('\n')
  assert.deepEqual(lines.slice(0, 4), ['{', '  "10": 1,', '  "2": 9007199254740993,', '  "e": "\\u00e9\\/",'])
  assert.ok(lines.includes('    "a": [1e3, -0],'))
  assert.equal(laidOut(text).replaceAll(/\s/g, ''), text)
  const kinds = new Set(page.pretty.prettyJson(text).map(({ kind }) => kind))
  assert.deepEqual([...kinds].sort(), ['key', 'mark', 'number', 'space', 'text'])
})

test('what is no JSON, or only begins like it, is shown as it is', () => {
  for (const text of ['<html>', '{"a":1} and more', '', '{"a":"cut o']) assert.equal(laidOut(text), text)
})

test('a line of a shell says a body whatever is in it', () => {
  globalThis.location = { href: 'http://127.0.0.1:8080/' }
  const request = JSON.stringify({ operationName: 'Dial', s: `it's "$HOME" \`x\` \\` })
  const line = page.copies.curlLine({ method: 'POST', path: '/api/v2/me/devices/1/calls', request, needsUser: true })
  assert.equal(
    line,
    `curl -u USER -H 'Content-Type: application/json' --data-raw '${request.replaceAll("'", `'\\''`)}' ` +
      'http://127.0.0.1:8080/api/v2/me/devices/1/calls',
  )
  const read = page.copies.curlLine({ method: 'GET', path: '/sim/v1/lines?offset=0&limit=9', needsUser: false })
  assert.equal(read, `curl 'http://127.0.0.1:8080/sim/v1/lines?offset=0&limit=9'`)
})
