// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { story } from './support/stage.mjs'
import { englishOnly, keysOf, textsOn } from './support/texts.mjs'

test('every text is there in every language', async () => {
  assert.deepEqual(await keysOf('de'), await keysOf('en'))
})

story('the page speaks the language of the browser, or the one that is chosen', {}, async (stage) => {
  const desk = await stage.tab(await stage.context({ locale: 'de-AT' }))
  const language = () => desk.page.locator('html').getAttribute('lang')
  await desk.page.getByLabel('Benutzername').waitFor()
  assert.equal(await language(), 'de')
  await desk.page.getByLabel('Sprache').selectOption('English')
  await desk.page.getByLabel('User name').waitFor()
  assert.equal(await language(), 'en')
  await desk.page.reload()
  await desk.page.getByLabel('User name').waitFor()
})

story('no English is left on a German page', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('super0')
  const { page } = desk
  const english = new Set(await englishOnly('de'))
  const check = async (where) => {
    const left = (await textsOn(page)).filter((text) => english.has(text))
    assert.deepEqual(left, [], where)
  }
  await server.phone('15001', 'dial', { number: '19000' })
  await page.getByLabel('Language').selectOption('Deutsch')
  const tab = (name) => page.getByRole('navigation').getByRole('button', { name })
  await check('desk with a call that rings, telephones')
  await server.pickUp('19000')
  await check('desk with a call')
  await tab('Leitung').click()
  await check('wire')
  await tab('Übersicht').click()
  await page.getByRole('listitem').first().waitFor()
  await check('floor')
})
