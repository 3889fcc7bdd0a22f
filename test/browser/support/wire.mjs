// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The wire view of a page, read as its user can: by its button that copies all of it.

import assert from 'node:assert/strict'
import { eventually } from './eventually.mjs'

export class WireView {
  // The newest 500 entries are kept.
  static async open(desk) {
    await desk.page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await desk.show('Wire')
    return new WireView(desk)
  }

  constructor(desk) {
    this.desk = desk
    this.rows = desk.page.getByRole('list', { name: /^Exchanges and notifications/ })
  }

  row(text) {
    return this.rows.getByRole('listitem').filter({ hasText: text })
  }

  async copied(button) {
    await this.desk.page.evaluate(() => navigator.clipboard.writeText(''))
    await button.click()
    return eventually(async () => {
      const text = await this.desk.page.evaluate(() => navigator.clipboard.readText())
      assert.notEqual(text, '', 'nothing is copied')
      return text
    })
  }

  async entries() {
    const text = await this.copied(this.desk.button('Copy all'))
    return text.trim().split('\n').map((line) => JSON.parse(line))
  }

  // The events, as [{channel, data, event}], event being the user's number of it.
  async events() {
    return (await this.entries()).filter(({ kind }) => kind === 'event')
  }
}
