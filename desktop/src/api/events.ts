// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The user's events, over CometD with acknowledgements: what a broken connection did not deliver
// comes when it is up again, each event once. The client library finds the transport (WebSocket,
// else long-polling) and shakes hands again when it must. It is not left to try again on its own:
// each failed attempt makes a browser wait longer before the next WebSocket, so a server that is
// away is asked by plain requests first.

import {
  AckExtension, CometD, LongPollingTransport, WebSocketTransport, type Failure, type Message,
} from 'cometd'
import { jsonParse, jsonParts } from './json'
import { serverAnswers, serverReturns } from './reach'
import { wireEvent, wireMeta } from './wire'

export interface Notification {
  channel: string
  data: unknown
  number: number // the user's event number; 0: it has none
}

export interface EventsOwner {
  // A new session: what happened before it is not going to be told. Events that come while this
  // works are delivered as usual.
  began(): void
  arrived(event: Notification): void
  connection(isUp: boolean): void
  // Nothing comes of this any more. It may be that the log-in is not good any more, or another user's:
  // a browser does not say why a WebSocket failed.
  failed(): void
}

interface Acknowledged extends Message {
  ext?: { ack?: number }
}

const ALL = '/v2/me/*'
const RESYNC = '/v2/me/resync'
const CONNECT = '/meta/connect'

const BACKOFF_MS = 250
const BACKOFF_MAX_MS = 4000
// A server that takes everything and answers nothing is noticed after the sum of these at most.
const HEARTBEAT_MS = 8000
const ANSWER_MS = 4000
// In a row, of a server that answers.
const FAILURES_MAX = 3

export class Events {
  private readonly cometd = new CometD()
  private readonly heard = new WeakMap<Message, { text: string; number: number }>()
  private subscription: 'none' | 'asked' | 'done' = 'none'
  private isUp = false
  private isStopped = false
  private isDoubting = false
  private failures = 0

  constructor(private readonly owner: EventsOwner) {
    const { cometd } = this
    cometd.unregisterTransports()
    cometd.registerTransport('websocket', this.overheard(new WebSocketTransport()))
    cometd.registerTransport('long-polling', this.overheard(new LongPollingTransport()))
    cometd.configure({
      url: new URL('/api/v2/notifications', location.href).href,
      backoffIncrement: BACKOFF_MS,
      maxBackoff: BACKOFF_MAX_MS,
      connectTimeout: ANSWER_MS,
      maxNetworkDelay: ANSWER_MS,
      useWorkerScheduler: false, // would need a script from a blob
    })
    cometd.registerExtension('ack', new AckExtension())
    cometd.registerExtension('wire', { incoming: (message) => this.logMeta(message) })
    cometd.registerExtension('heartbeat', { incoming: shortened, outgoing: shortened })
    // The library would keep a failure of ours to itself.
    cometd.onListenerException = (error) => reportError(error)
    const retry = cometd.onTransportFailure
    cometd.onTransportFailure = (message, failure, handle) =>
      retry.call(cometd, message, failure, (next) => void this.tryAgain(next, handle))
    cometd.addListener('/meta/handshake', (message) => this.shookHands(message))
    cometd.addListener(CONNECT, (message) => this.connected(message))
  }

  start(): void {
    this.cometd.handshake()
  }

  stop(): void {
    this.isStopped = true
    this.cometd.clearListeners()
    this.cometd.clearSubscriptions()
    this.cometd.disconnect()
  }

  // Something makes one doubt that the server is there. If it is not, this does not wait to be told.
  async doubt(): Promise<void> {
    if (!this.isUp || this.isDoubting) return
    this.isDoubting = true
    const isThere = await serverAnswers()
    this.isDoubting = false
    if (isThere || this.isStopped || !this.isUp) return
    this.tellConnection(false)
    this.cometd.getTransport()?.abort()
  }

  private tellConnection(isUp: boolean): void {
    this.isUp = isUp
    this.owner.connection(isUp)
  }

  private async tryAgain(failure: Failure, handle: (failure: Failure) => void): Promise<void> {
    const isRefused = failure.action === 'none'
    if (!isRefused) await serverReturns(() => this.isStopped)
    if (this.isStopped) return
    handle(failure)
    if (isRefused || ++this.failures === FAILURES_MAX) this.owner.failed()
  }

  private shookHands(message: Message): void {
    if (message.successful) {
      this.subscribe()
      return
    }
    this.tellConnection(false)
  }

  private subscribe(): void {
    this.subscription = 'asked'
    this.cometd.clearSubscriptions()
    this.cometd.subscribe(
      ALL,
      (event) => this.take(event),
      (reply) => {
        this.subscription = reply.successful ? 'done' : 'none'
        if (reply.successful && !this.isStopped) this.owner.began()
      },
    )
  }

  private connected(message: Message): void {
    if (this.isStopped) return
    this.tellConnection(message.successful === true)
    // The connection broke between the handshake and the answer to the subscription.
    if (message.successful && this.subscription === 'none') this.subscribe()
    if (message.successful) this.failures = 0
  }

  private take(event: Message): void {
    const { channel } = event
    const data = event.data as unknown
    const { text, number } = this.heard.get(event) ?? { text: JSON.stringify(data), number: 0 }
    wireEvent({ channel, data, text, sequence: number })
    this.owner.arrived({ channel, data, number })
  }

  // So that numbers stay as they are, and the wire view has all as it came and went.
  private overheard<T extends WebSocketTransport>(transport: T): T {
    const write = transport.convertToJSON
    transport.convertToJSON = (messages) => {
      for (const message of messages) wireMeta(true, message.channel, JSON.stringify(message))
      return write.call(transport, messages)
    }
    transport.convertToMessages = (text) => this.read(text)
    return transport
  }

  // Events come in front of the connect that tells the number of the last of them.
  private read(text: string): Message[] {
    const messages = jsonParse(text) as Acknowledged[]
    const texts = jsonParts(text)
    let number = messages.find(({ channel }) => channel === CONNECT)?.ext?.ack ?? 0
    for (let i = messages.length - 1; i >= 0; i--) {
      const message = messages[i]!
      const whole = texts[i]?.text ?? ''
      const data = jsonParts(whole).find(({ name }) => name === 'data')?.text
      const isNumbered = number > 0 && data !== undefined && message.channel !== RESYNC
      this.heard.set(message, { text: data ?? whole, number: isNumbered ? number-- : 0 })
    }
    return messages
  }

  private logMeta(message: Message): Message {
    const { channel, data } = message
    if (data === undefined) wireMeta(false, channel, this.heard.get(message)?.text ?? JSON.stringify(message))
    return message
  }
}

// The server holds a connect for so long, and we wait for its answer as long.
function shortened(message: Message): Message {
  const { advice } = message
  if (message.channel === CONNECT && !message.advice && message.successful === undefined)
    message.advice = { timeout: HEARTBEAT_MS }
  else if (advice?.timeout !== undefined) advice.timeout = Math.min(advice.timeout, HEARTBEAT_MS)
  return message
}
