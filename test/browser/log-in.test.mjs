// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import assert from 'node:assert/strict'
import { story } from './support/stage.mjs'

story('a wrong password is refused with the server’s words, the right one is not', { expects: ['refusals'] }, async (stage) => {
  const desk = await stage.tab()
  await desk.page.getByLabel('User name').fill('agent0')
  await desk.page.getByLabel('Password').fill('wrong')
  await desk.button('Log in').click()
  await desk.page.getByRole('alert').filter({ hasText: 'User name or password is wrong' }).waitFor()
  await desk.logIn('agent0')
  await desk.button('Log out').click()
  await desk.page.getByLabel('Password').waitFor()
  assert.equal(await desk.page.getByLabel('Password').inputValue(), '')
})
