// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The supervisor's view of the page.

import assert from 'node:assert/strict'
import { eventually } from './eventually.mjs'

export class FloorView {
  static async open(desk) {
    const floor = new FloorView(desk)
    await desk.page.getByRole('navigation').getByRole('button', { name: 'Floor' }).click()
    await floor.agents.getByRole('listitem').first().waitFor()
    return floor
  }

  constructor(desk) {
    this.desk = desk
    const { page } = desk
    this.agents = page.getByRole('region', { name: 'Agents', exact: true }).getByRole('list', { name: 'Agents' })
    this.monitored = page.getByRole('region', { name: 'Monitored call' })
  }

  tile(agent) {
    return this.agents.getByRole('listitem', { name: agent, exact: true })
  }

  async shows(agent, text) {
    await this.tile(agent).filter({ hasText: text }).waitFor()
  }

  async showsNot(agent, text) {
    await this.tile(agent).filter({ hasNotText: text }).waitFor()
  }

  async agentsAre(names) {
    await eventually(async () => {
      const items = await this.agents.getByRole('listitem').all()
      const shown = await Promise.all(items.map((item) => item.getAttribute('aria-label')))
      assert.deepEqual(shown, names)
    })
  }

  // One of the buttons that count: "Ready", "All" ...
  async only(what) {
    const totals = this.desk.page.getByRole('group', { name: 'Agents by what they do' })
    await totals.getByRole('button', { name: new RegExp('^' + what) }).click()
  }

  async find(text) {
    await this.desk.page.getByRole('searchbox', { name: 'Name or number' }).fill(text)
  }

  async waiting(queue, callers) {
    const queues = this.desk.page.getByRole('region', { name: 'Queues' })
    const item = queues.getByRole('listitem', { name: queue, exact: true })
    await eventually(async () => {
      const list = item.getByRole('list', { name: 'Who waits in ' + queue })
      const texts = await list.getByRole('listitem').allTextContents()
      assert.equal(texts.length, callers.length, String(texts))
      texts.forEach((text, at) => assert.match(text, callers[at]))
    })
  }

  // "Listen", "Coach" or "Barge in".
  async press(way, agent) {
    await this.tile(agent).getByRole('button', { name: `${way}: ${agent}` }).click()
  }

  // What is said of calls to come; null: nothing.
  async isArmed(text) {
    const bar = this.desk.page.locator('.armed')
    if (text) await bar.filter({ hasText: text }).waitFor()
    else await bar.waitFor({ state: 'detached' })
  }

  // A button of the call that is monitored.
  async take(act) {
    await this.monitored.getByRole('button', { name: act, exact: true }).click()
  }

  async hears(text) {
    await this.monitored.filter({ hasText: text }).waitFor()
  }
}
