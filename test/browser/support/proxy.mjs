// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A network between the browser and the server that can be cut: it carries bytes of TCP, and when it
// is cut every connection breaks and no new one comes about.

import { connect, createServer } from 'node:net'

export class Proxy {
  static async start(targetPort) {
    const proxy = new Proxy()
    proxy.targetPort = targetPort
    await proxy.mend()
    return proxy
  }

  constructor() {
    this.port = 0
    this.sockets = new Set()
  }

  get base() {
    return `http://127.0.0.1:${this.port}`
  }

  join(near) {
    const far = connect(this.targetPort, '127.0.0.1')
    for (const [one, other] of [[near, far], [far, near]]) {
      this.sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        this.sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }

  async cut() {
    const closed = new Promise((resolve) => this.listener.close(resolve))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  async mend() {
    this.listener = createServer((near) => this.join(near))
    await new Promise((resolve) => this.listener.listen(this.port, '127.0.0.1', resolve))
    this.port = this.listener.address().port
  }
}
