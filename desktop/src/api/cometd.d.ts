// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the library exports and documents, but leaves out of its own types.

import 'cometd'

declare module 'cometd' {
  export interface Failure {
    action: 'none' | 'retry' | 'handshake'
    cause: string
    delay?: number
  }

  interface CometD {
    onListenerException: (error: unknown) => void
    onTransportFailure(message: Message, failure: Failure, handle: (failure: Failure) => void): void
  }

  export class WebSocketTransport implements Transport {
    readonly type: string
    url: string
    accept(version: string, crossDomain: boolean, url: string): boolean
    abort(): void
    convertToJSON(messages: Message[]): string
    convertToMessages(response: string): Message[]
  }

  export class LongPollingTransport extends WebSocketTransport {}
}
