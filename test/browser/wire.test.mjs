// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The wire view as documentation: what is copied from it works.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { eventually } from './support/eventually.mjs'
import { PASSWORD } from './support/server.mjs'
import { story } from './support/stage.mjs'
import { WireView } from './support/wire.mjs'

// Runs a line in a shell, as somebody who pasted it and typed the password.
async function inShell(line) {
  const withPassword = line.replace(/ -u agent(\d) /, ` -u agent$1:${PASSWORD} `)
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', withPassword + ' --silent --show-error'])
  return stdout
}

async function curlOf(wire, text) {
  const row = wire.row(text).last()
  await row.getByRole('button').first().click()
  const line = await wire.copied(row.getByRole('button', { name: 'Copy as curl' }))
  await row.getByRole('button').first().click()
  return line
}

story('what the page does is copied as curl, and does it again in a shell', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const wire = await WireView.open(desk)
  await desk.dial('15001')
  const card = desk.callWith('Agent 1')
  await card.is('Dialing')
  await card.attach('Quote', "it's 5 o'clock; $(echo no) `x` \"y\" \\")
  await card.shows("it's 5 o'clock")

  const attach = await curlOf(wire, 'AttachUserData')
  assert.match(attach, /^curl -u agent0 /)
  assert.deepEqual(JSON.parse(await inShell(attach)), { statusCode: 0 })
  await eventually(async () => {
    const pairs = await card.pairs()
    assert.equal(pairs.length, 2)
    assert.deepEqual(pairs[0], pairs[1])
  })

  const read = await curlOf(wire, 'subresources')
  const { user } = JSON.parse(await inShell(read))
  assert.equal(user.userName, 'agent0')
  await desk.callWith('Agent 1').press('Hang up')
  await desk.hasCalls(0)
  const dial = await curlOf(wire, /POST.*Dial/)
  await inShell(dial)
  await desk.callWith('Agent 1').is('Dialing')
  assert.equal((await server.callsOf('agent0')).length, 1)
})

story('each exchange and event is there, to be found, paused, cleared', { expects: ['refusals'] }, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const wire = await WireView.open(desk)
  await desk.button('Clear').click()
  await desk.dial('nobody at all')
  await wire.row(/Dial.*400 · 2/).waitFor()
  await desk.dial('15001')
  await wire.row(/StatusChange.*Dialing/).waitFor()
  await wire.row(/Dial.*200 · 0/).waitFor()

  const event = wire.row(/StatusChange.*Dialing/)
  await event.getByRole('button').first().click()
  await event.getByRole('region', { name: 'Message' }).filter({ hasText: '"CallStateChangeMessage"' }).waitFor()

  await desk.page.getByRole('searchbox', { name: 'Find in the wire' }).fill('Ringing')
  await eventually(async () => assert.equal(await wire.rows.getByRole('listitem').count(), 0))
  await server.phone('15002', 'dial', { number: '15000' })
  await desk.page.getByRole('searchbox', { name: 'Find in the wire' }).fill('')

  await desk.button('Pause').click()
  const before = await wire.rows.getByRole('listitem').count()
  await desk.callWith('Agent 1').press('Hang up')
  await desk.hasCalls(0)
  assert.equal(await wire.rows.getByRole('listitem').count(), before)
  await desk.button('Pause').click()
  await desk.button('Clear').click()
  await eventually(async () => assert.equal(await wire.rows.getByRole('listitem').count(), 0))
})
