// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The panel of simulated telephones.

export class Telephones {
  static async open(desk) {
    await desk.show('Telephones')
    const telephones = new Telephones(desk)
    await telephones.panel.getByRole('button', { name: 'A customer calls' }).waitFor()
    return telephones
  }

  constructor(desk) {
    this.desk = desk
    this.panel = desk.page.getByRole('complementary', { name: 'Telephones' })
  }

  phone(number) {
    return this.panel.locator(`.phone[data-number="${number}"]`)
  }

  // The only one of no house number.
  outside() {
    return this.panel.locator('.phone[data-number^="+"]')
  }

  async customerCalls() {
    await this.panel.getByRole('button', { name: 'A customer calls' }).click()
  }

  // "Pick up", "Hang up", "Hold" ...: a button of that telephone.
  async press(number, act) {
    await this.phone(number).getByRole('button', { name: `${act}: ${number}` }).click()
  }

  async shows(number, text) {
    await this.phone(number).filter({ hasText: text }).waitFor()
  }

  async wind(step) {
    const steps = this.panel.getByRole('group', { name: 'Wind the clock forward' })
    await steps.getByRole('button', { name: step }).click()
  }
}
