// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The page as somebody uses it: what is named here are roles and names that a person, or a screen
// reader, finds there.

import assert from 'node:assert/strict'
import { eventually } from './eventually.mjs'
import { PASSWORD } from './server.mjs'

export class Desk {
  constructor(page, server) {
    this.page = page
    this.server = server
    this.calls = page.getByRole('region', { name: 'Calls', exact: true })
    this.pastCalls = page.getByRole('region', { name: 'Past calls' })
    this.states = page.getByRole('group', { name: 'Agent states' })
  }

  button(name, options) {
    return this.page.getByRole('button', { name, exact: true, ...options })
  }

  // A view, or what stands beside it: Desk, Floor, Telephones, Wire.
  tab(name) {
    return this.page.getByRole('navigation').getByRole('button', { name, exact: true })
  }

  // Shows it if it is not shown already.
  async show(name) {
    if ((await this.tab(name).getAttribute('aria-pressed')) !== 'true') await this.tab(name).click()
  }

  // Nothing beside the view.
  async hideDock() {
    for (const name of ['Telephones', 'Wire'])
      if ((await this.tab(name).getAttribute('aria-pressed')) === 'true') await this.tab(name).click()
  }

  async logIn(user, password = PASSWORD) {
    await this.page.getByLabel('User name').fill(user)
    await this.page.getByLabel('Password').fill(password)
    await this.button('Log in').click()
    await this.isConnected()
  }

  async isConnected() {
    await this.page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' })
  }

  async isLost() {
    await this.page.getByRole('alert').filter({ hasText: 'can’t be reached' }).waitFor()
  }

  // What is told in passing: a refusal with the server's reason.
  async isTold(text) {
    await this.page.getByRole('log').getByText(text).first().waitFor()
  }

  async chooseState(name) {
    await this.states.getByRole('button', { name, exact: true }).click()
    await this.stateIs(name)
  }

  async stateIs(name) {
    await this.page.getByRole('status', { name: 'State', exact: true }).getByText(name, { exact: true }).waitFor()
  }

  async dial(number) {
    const form = this.page.getByRole('search', { name: 'Dial' })
    await form.getByRole('combobox', { name: 'Name or number' }).fill(number)
    await form.getByRole('button', { name: 'Call', exact: true }).click()
  }

  // With somebody by name, or by what a number looks like.
  callWith(who) {
    const name = who instanceof RegExp ? who : new RegExp(`^Call with ${who}$`)
    return new CallCard(this, this.calls.getByRole('article', { name }))
  }

  // The only call.
  call() {
    return new CallCard(this, this.calls.getByRole('article'))
  }

  async hasCalls(count) {
    await eventually(async () => assert.equal(await this.calls.getByRole('article').count(), count))
  }
}

export class CallCard {
  constructor(desk, card) {
    this.desk = desk
    this.card = card
    this.bar = card.getByRole('group', { name: 'Call bar' })
    this.data = card.getByRole('region', { name: 'User data' })
  }

  button(name) {
    return this.bar.getByRole('button', { name, exact: true })
  }

  async press(name) {
    await this.button(name).click()
  }

  // Dialing, Ringing, Established or Held.
  async is(state) {
    await this.card.locator('.state').filter({ hasText: new RegExp('^' + state) }).waitFor()
  }

  async shows(text) {
    await this.card.filter({ hasText: text }).waitFor()
  }

  async showsNot(text) {
    await this.card.filter({ hasNotText: text }).waitFor()
  }

  // Consult, Confer, Transfer or Add, with somebody found in the directory by a part of the name.
  async to(how, text, who) {
    await this.press(how)
    const form = this.card.getByRole('form', { name: how, exact: true })
    await form.getByRole('combobox').fill(text)
    await form.getByRole('option').filter({ hasText: who }).first().click()
    await form.getByRole('button', { name: how, exact: true }).click()
    await form.waitFor({ state: 'detached' })
  }

  // Their names, without what is there for the eyes only: the shortcut's key.
  async buttons() {
    return this.bar.getByRole('button').evaluateAll((all) =>
      all.map((button) => {
        const copy = button.cloneNode(true)
        copy.querySelectorAll('[aria-hidden=true]').forEach((hidden) => hidden.remove())
        return copy.textContent.trim()
      }),
    )
  }

  // Names, or what numbers look like, in any order.
  async participantsAre(...names) {
    const list = this.card.getByRole('list', { name: 'Participants' })
    await eventually(async () => {
      const shown = await list.locator('li > span:first-child').allTextContents()
      const isThere = (name) => shown.some((one) => (name instanceof RegExp ? name.test(one) : name === one))
      assert.ok(shown.length === names.length && names.every(isThere), `participants are ${shown}`)
    })
  }

  async attach(key, value, isJson = false) {
    const form = this.data.getByRole('form', { name: 'Attach', exact: true })
    await form.getByRole('textbox', { name: 'Key' }).fill(key)
    await form.getByRole('checkbox', { name: 'JSON' }).setChecked(isJson)
    await form.getByRole('textbox', { name: 'Value' }).fill(value)
    await form.getByRole('button', { name: 'Attach', exact: true }).click()
    await eventually(async () => assert.equal(await form.getByRole('textbox', { name: 'Key' }).inputValue(), ''))
  }

  // The table's pairs, as [key, text of the value].
  async pairs() {
    return this.data.locator('tbody tr').evaluateAll((rows) =>
      rows.map((row) => [row.querySelector('th').innerText, row.querySelector('td').innerText]),
    )
  }

  async pairsAre(...wanted) {
    await eventually(async () => assert.deepEqual(await this.pairs(), wanted))
  }
}
