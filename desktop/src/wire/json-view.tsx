// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { useMemo } from 'preact/hooks'
import { language, texts } from '../i18n'
import { prettyJson } from './pretty'

// Who looks at more copies it.
const SHOWN = 60_000

export function JsonView({ label, text }: { label: string; text: string }) {
  const shown = text.slice(0, SHOWN)
  const pieces = useMemo(() => prettyJson(shown), [shown])
  const left = text.length - shown.length
  return (
    <pre class="wire-json" tabIndex={0} role="region" aria-label={label}>
      {pieces.map(({ kind, text: piece }) =>
        kind === 'space' ? piece : <span class={'is-' + kind}>{piece}</span>,
      )}
      {left > 0 && '\n' + texts.value.wire.more(left.toLocaleString(language.value))}
    </pre>
  )
}
