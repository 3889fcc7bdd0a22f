// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// User data: whatever JSON it is, it is shown as it is, and comes back as it was.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { PASSWORD } from './support/server.mjs'
import { story } from './support/stage.mjs'

async function call(stage) {
  const desk = await stage.desk('agent0')
  await desk.dial('15001')
  await desk.callWith('Agent 1').is('Dialing')
  const [{ id }] = await stage.server.callsOf('agent0')
  const attach = (userData) =>
    stage.server.post('agent1', '/me/calls/' + id, { operationName: 'AttachUserData', userData })
  return { desk, card: desk.callWith('Agent 1'), attach }
}

// The call's text, since numbers must not go through JavaScript's.
async function asText(server) {
  const headers = { Authorization: 'Basic ' + btoa('agent0:' + PASSWORD) }
  return (await fetch(server.base + '/api/v2/me/calls?fields=*', { headers })).text()
}

story('nested values and repeated keys are shown as they are', {}, async (stage) => {
  const { card, attach } = await call(stage)
  await attach({ Order: { id: 7, lines: [{ art: 'A', n: 2 }, null, true] } })
  await attach({ Note: 'first' })
  await attach({ Note: 'second' })
  await eventually(async () => {
    const pairs = await card.pairs()
    assert.deepEqual(pairs.map(([key]) => key), ['Order', 'Note', 'Note'])
    assert.deepEqual(pairs.slice(1).map(([, value]) => value), ['first', 'second'])
  })
  const [[, order]] = await card.pairs()
  for (const part of ['id', '7', 'lines', 'art', '"A"', 'n', '2', 'null', 'true'])
    assert.ok(order.includes(part), order)
  await card.data.getByRole('button', { name: 'Delete all 2 of Note' }).first().click()
  await eventually(async () => assert.deepEqual((await card.pairs()).map(([key]) => key), ['Order']))
})

story('names that look like numbers stay where they are, and repeated ones stay, also when one is changed', {}, async (stage) => {
  const { card } = await call(stage)
  await card.attach('List', '{"20": "b", "3": "a", "tag": 1, "tag": 2, "__proto__": {"2": [], "1": {}}}', true)
  await eventually(async () => {
    const [[, list]] = await card.pairs()
    assert.deepEqual(list.split('\n').map((line) => line.split(' ')[0]), ['20', '3', 'tag', 'tag', '__proto__', '2', '1'])
  })
  await card.data.getByRole('button', { name: 'Edit List' }).click()
  const form = card.data.getByRole('form', { name: 'Edit List' })
  const value = form.getByRole('textbox', { name: 'Value' })
  await value.fill((await value.inputValue()).replace('"b"', '"c"'))
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  const text = await asText(stage.server)
  assert.ok(text.includes('"List":{"20":"c","3":"a","tag":1,"tag":2,"__proto__":{"2":[],"1":{}}}'), text)
})

story('numbers of 64 bits and more stay what they are, also when another one is changed', {}, async (stage) => {
  const { card } = await call(stage)
  const wide = '{"id": 9223372036854775807, "rate": 0.10, "n": 1}'
  await card.attach('Wide', wide, true)
  await card.shows('9223372036854775807')
  await card.data.getByRole('button', { name: 'Edit Wide' }).click()
  const form = card.data.getByRole('form', { name: 'Edit Wide' })
  const value = form.getByRole('textbox', { name: 'Value' })
  const text = await value.inputValue()
  assert.match(text, /9223372036854775807/)
  assert.match(text, /0\.10/)
  await value.fill(text.replace('"n": 1', '"n": 2'))
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  const sent = await asText(stage.server)
  for (const part of ['9223372036854775807', '0.10', '"n":2'])
    assert.ok(sent.replaceAll(': ', ':').includes(part), sent)
})

story('a pair is changed, deleted, and all of them are', {}, async (stage) => {
  const { desk, card } = await call(stage)
  await card.attach('A', '1')
  await card.attach('B', '"text"')
  await card.pairsAre(['A', '1'], ['B', '"text"'])
  await card.data.getByRole('button', { name: 'Edit A' }).click()
  const form = card.data.getByRole('form', { name: 'Edit A' })
  await form.getByRole('textbox', { name: 'Value' }).fill('{')
  await form.getByRole('checkbox', { name: 'JSON' }).check()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByRole('alert').filter({ hasText: 'This is not JSON' }).waitFor()
  await form.getByRole('textbox', { name: 'Value' }).fill('[1, 2]')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  await eventually(async () => {
    const [{ userData }] = await stage.server.callsOf('agent1')
    assert.deepEqual(userData, { A: [1, 2], B: '"text"' })
  })

  await card.data.getByRole('button', { name: 'Delete B' }).click()
  await eventually(async () => assert.deepEqual((await card.pairs()).map(([key]) => key), ['A']))
  await card.data.getByRole('button', { name: 'Delete all' }).click()
  const dialog = desk.page.getByRole('dialog', { name: 'Delete all' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await card.data.getByRole('button', { name: 'Delete all' }).click()
  await dialog.getByRole('button', { name: 'Delete all' }).click()
  await card.pairsAre()
  assert.equal('userData' in (await stage.server.callsOf('agent1'))[0], false)
})

story('what is being typed outlives what others change meanwhile', {}, async (stage) => {
  const { card, attach } = await call(stage)
  await attach({ Key: 'old' })
  await card.data.getByRole('button', { name: 'Edit Key' }).click()
  const value = card.data.getByRole('form', { name: 'Edit Key' }).getByRole('textbox', { name: 'Value' })
  await value.fill('mine')
  await attach({ Other: 'theirs' })
  await card.shows('theirs')
  assert.equal(await value.inputValue(), 'mine')
  await value.press('Enter')
  await card.pairsAre(['Key', 'mine'], ['Other', 'theirs'])
})
