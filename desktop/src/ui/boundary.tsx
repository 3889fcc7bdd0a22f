// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Keeps a failure in one part of the page from taking the rest of it down.

import type { ComponentChildren } from 'preact'
import { useErrorBoundary } from 'preact/hooks'
import { texts } from '../i18n'

export function Boundary({ children }: { children: ComponentChildren }) {
  const [error, reset] = useErrorBoundary((failure: unknown) => console.error(failure))
  const t = texts.value.common
  if (error === undefined || error === null) return <>{children}</>
  return (
    <div class="panel stack" role="alert">
      <p class="trouble">{t.broken}</p>
      <pre class="failure">{String(error)}</pre>
      <div class="row">
        <button type="button" class="primary" onClick={() => location.reload()}>{t.reload}</button>
        <button type="button" onClick={reset}>{t.again}</button>
      </div>
    </div>
  )
}
