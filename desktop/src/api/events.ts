// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The user's events, over CometD with acknowledgements: what a broken connection did not deliver
// comes when it is up again, each event once. The client library finds the transport (WebSocket,
// else long-polling), connects again by itself, and shakes hands again when it must.

import { AckExtension, CometD, type Message } from 'cometd'
import { wireLog } from './wire'

export interface Notification {
  channel: string
  data: unknown
}

export interface EventsOwner {
  // A new session: what happened before it is not going to be told. Events that come while this
  // works are delivered as usual.
  began(): void
  // Events that came together, in order; number is that of the user's last one among them.
  arrived(events: Notification[], number: number): void
  connection(isUp: boolean): void
  // The user's log-in is not good any more.
  denied(): void
}

interface Acknowledged extends Message {
  ext?: { ack?: number; 'http-status'?: number }
}

const BACKOFF_MS = 500
const BACKOFF_MAX_MS = 4000

export class Events {
  private readonly cometd = new CometD()
  private waiting: Notification[] = []
  private number = 0
  private isFlushing = false

  constructor(private readonly owner: EventsOwner) {
    this.cometd.configure({
      url: new URL('/api/v2/notifications', location.href).href,
      backoffIncrement: BACKOFF_MS,
      maxBackoff: BACKOFF_MAX_MS,
      useWorkerScheduler: false, // would need a script from a blob
    })
    this.cometd.registerExtension('ack', new AckExtension())
    this.cometd.registerExtension('number', {
      incoming: (message: Acknowledged) => {
        if (message.channel === '/meta/connect' && typeof message.ext?.ack === 'number')
          this.number = message.ext.ack
        return message
      },
    })
    this.cometd.addListener('/meta/handshake', (message) => this.shookHands(message))
    this.cometd.addListener('/meta/connect', (message) => this.connected(message))
  }

  start(): void {
    this.cometd.handshake()
  }

  stop(): void {
    this.cometd.clearListeners()
    this.cometd.clearSubscriptions()
    this.cometd.disconnect()
  }

  private shookHands(message: Message): void {
    if (!message.successful) {
      this.owner.connection(false)
      if (message.error?.startsWith('403')) this.owner.denied()
      return
    }
    this.number = 0
    this.waiting = []
    this.cometd.batch(() => {
      this.cometd.clearSubscriptions()
      this.cometd.subscribe(
        '/v2/me/*',
        (event) => this.take(event),
        (reply) => {
          if (reply.successful) this.owner.began()
        },
      )
    })
  }

  private connected(message: Message): void {
    if (this.cometd.isDisconnected()) return
    this.owner.connection(message.successful === true)
  }

  // What is one answer of the server is handled at once, with its number: whether that comes before
  // the events or behind them.
  private take(event: Message): void {
    const notification = { channel: event.channel, data: event.data as unknown }
    wireLog({ kind: 'event', time: Date.now(), ...notification })
    this.waiting.push(notification)
    if (this.isFlushing) return
    this.isFlushing = true
    queueMicrotask(() => {
      this.isFlushing = false
      const events = this.waiting
      this.waiting = []
      this.owner.arrived(events, this.number)
    })
  }
}
