// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What fails outside any component is told too, and not only to the browser's console.

import { texts } from '../i18n'
import { tell } from '../model/told'

function tellFailure(failure: unknown): void {
  tell('error', `${texts.peek().common.failed}: ${String(failure)}`)
}

export function failuresTold(): void {
  addEventListener('unhandledrejection', ({ reason }) => tellFailure(reason))
  addEventListener('error', ({ error, message }) => tellFailure(error ?? message))
}
