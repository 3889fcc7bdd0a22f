// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import assert from 'node:assert/strict'
import { story } from './support/stage.mjs'

const REFUSALS = { expects: ['refusals'] }

story('a wrong password is refused with the server’s words, the right one is not', REFUSALS, async (stage) => {
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

story('who logs out in one tab is logged out in all of the browser', {}, async (stage) => {
  const one = await stage.desk('agent0')
  const other = await stage.tab(one.page.context())
  await other.isConnected()
  const elsewhere = await stage.desk('agent0')
  await one.button('Log out').click()
  await other.page.getByLabel('Password').waitFor()
  await elsewhere.isConnected()
  await other.logIn('agent1')
  await one.page.getByRole('banner').getByText('Agent 1', { exact: true }).waitFor()
})

story('who logs in is at work, and who does not want calls says so', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  await desk.stateIs('Not Ready')
  for (const state of ['Ready', 'Out to lunch', 'Training', 'Not Ready']) await desk.chooseState(state)
  const { user } = await server.get('/api/v2/me?subresources=*', 'agent0')
  assert.equal(user.channels[0].userState.displayName, 'Not Ready')
})

story('in the demo one press logs in', {}, async (stage) => {
  const desk = await stage.tab()
  await desk.page.getByRole('group', { name: 'Demo: log in at once as' }).getByRole('button', { name: 'agent1' }).click()
  await desk.isConnected()
  await desk.stateIs('Not Ready')
  assert.match(await desk.page.title(), /agent1/)
})

const WITHOUT_TELEPHONE = `
[user kim]
password = demo
`

story('who has no telephone is told so, and not that something went wrong', { config: WITHOUT_TELEPHONE }, async (stage) => {
  const desk = await stage.desk('kim')
  await desk.page.getByText('You have no telephone').waitFor()
  assert.equal(await desk.button('Start working').count(), 0)
  assert.equal(await desk.page.getByRole('log').innerText(), '')
})
