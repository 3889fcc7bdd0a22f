// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What must not happen on any page, whatever the test is about: an error that nobody caught, a
// breach of the content security policy, an error on the console, a request to another address.

// What the browser itself says of answers and connections, where a story is about them.
export const EXPECTED = {
  refusals: /Failed to load resource: the server responded with a status of [45]\d\d/,
  policy: /Content Security Policy|This document requires/,
  lost: /ERR_(CONNECTION|INTERNET|NETWORK|EMPTY|SOCKET|INCOMPLETE)|WebSocket|Failed to load resource: net::/,
}

// Before the log-in the page asks who it is, and is told: nobody.
function isNobody(message) {
  return EXPECTED.refusals.test(message.text()) && /\/api\/v2\/me/.test(message.location().url)
}

export class Watch {
  constructor(context, addresses, expected) {
    this.addresses = addresses
    this.expected = expected
    this.log = []
    this.wrong = []
    context.on('request', (request) => this.see(request.url()))
    context.on('page', (page) => this.follow(page))
    context.on('console', (message) => this.hear(message))
    context.on('weberror', ({ error: caught }) => this.blame('uncaught: ' + (caught().stack ?? caught())))
  }

  follow(page) {
    page.on('crash', () => this.blame('the page crashed'))
    page.on('websocket', (socket) => this.see(socket.url()))
    page.on('pageerror', (error) => this.blame('uncaught: ' + (error.stack ?? error)))
  }

  see(url) {
    const { protocol, host } = new URL(url)
    if (!['http:', 'https:', 'ws:', 'wss:'].includes(protocol) || this.expected.includes('policy')) return
    if (!this.addresses().includes(host)) this.blame('a request to ' + url)
  }

  hear(message) {
    this.log.push(`${message.type()}: ${message.text()} (${message.location().url})`)
    if (message.type() !== 'error' && message.type() !== 'warning') return
    const isExpected = this.expected.some((one) => EXPECTED[one].test(message.text()))
    if (!isExpected && !isNobody(message)) this.blame(message.text() + ' ' + message.location().url)
  }

  blame(what) {
    this.log.push('WRONG ' + what)
    this.wrong.push(what)
  }
}
