// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// JSON as it came: what JavaScript's values can't hold, and what the wire view makes of a text.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modules } from './support/modules.mjs'

const page = modules({ json: 'api/json.ts', pretty: 'wire/pretty.ts', copies: 'wire/copies.ts' })

const again = (text, indent) => page.json.jsonText(page.json.jsonParseExactly(text), indent)

test('numbers stay as they came', () => {
  for (const text of ['9007199254740993', '-12345678901234567890', '1.0', '-0', '1e3', '[1.50,{"a":2e-7,"b":0}]'])
    assert.equal(page.json.jsonText(page.json.jsonParse(text)), text)
  assert.equal(String(page.json.jsonParse('{"id":12345678901234567890}').id), '12345678901234567890')
})

test('members stay in their order, and each of several of one name stays', () => {
  for (const text of [
    '{"2":"b","1":"a","x":{"9":[],"8":{}}}',
    '{"a":1,"b":2,"a":[{"a":{"7":null,"7":true}}]}',
    '{"__proto__":{"__proto__":1,"constructor":2},"constructor":"c","toString":0}',
    '{"":"","a\\n\\"":"\\u0000é"}',
    '[]', '{}', '[[],{},""]', 'null', '"1.0"',
  ])
    assert.equal(again(text), text)
  const { userData } = page.json.jsonParse('{"userData":{"2":"b","1":"a","1":"c"}}')
  assert.deepEqual(page.json.jsonMembers(userData), [['2', 'b'], ['1', 'a'], ['1', 'c']])
  assert.equal(userData['2'], 'b')
})

test('JSON is written in lines as JavaScript does it', () => {
  const value = { a: [1, [], {}, { b: 'c' }], d: null, e: undefined, f: 'é\n' }
  for (const indent of [0, 2]) {
    assert.equal(page.json.jsonText(value, indent), JSON.stringify(value, null, indent))
    assert.equal(again(JSON.stringify(value), indent), JSON.stringify(value, null, indent))
  }
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
