// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Another CometD session of a user, with acknowledgements, that only sees what it asks for in the
// end: what the server has to tell, against which a page's own story is held.

import assert from 'node:assert/strict'
import { PASSWORD } from './server.mjs'

export class Witness {
  // From now on.
  static async of(server, user) {
    const witness = new Witness(server, user)
    const [shaken] = await witness.send({
      channel: '/meta/handshake',
      version: '1.0',
      supportedConnectionTypes: ['long-polling'],
      ext: { ack: true },
    })
    assert.equal(shaken.successful, true, JSON.stringify(shaken))
    witness.clientId = shaken.clientId
    await witness.send({ channel: '/meta/subscribe', subscription: '/v2/me/*' })
    await witness.connect()
    return witness
  }

  constructor(server, user) {
    this.server = server
    this.user = user
    this.cookies = new Map()
    this.number = 0
  }

  async send(message) {
    const response = await fetch(this.server.base + '/api/v2/notifications', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Basic ' + btoa(`${this.user}:${PASSWORD}`),
        Cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      body: JSON.stringify([{ id: '1', clientId: this.clientId, ...message }]),
    })
    // All in one, since Debian 12's Node has no getSetCookie. None of ours has a comma in it.
    for (const cookie of response.headers.get('set-cookie')?.split(/, */) ?? []) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/)
      this.cookies.set(name, value)
    }
    return response.json()
  }

  // One connect that is answered at once: the events since the last one.
  async connect() {
    const messages = await this.send({
      channel: '/meta/connect',
      connectionType: 'long-polling',
      advice: { timeout: 0 },
      ext: { ack: this.number },
    })
    const reply = messages.find(({ channel }) => channel === '/meta/connect')
    assert.equal(reply.successful, true, JSON.stringify(reply))
    this.number = reply.ext.ack
    return messages.filter((message) => message.data !== undefined).map(({ channel, data }) => ({ channel, data }))
  }

  // All that was told since it began, in order.
  async saw() {
    return this.connect()
  }
}
