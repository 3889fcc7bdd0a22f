// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A button whose act takes a moment. While it does, the button is busy and takes no further press,
// nor does it take the second click of a double click, which may have been meant for the button that
// was in its place a moment ago.

import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'

interface ActButtonProps {
  act: () => Promise<unknown> | void
  kind?: string // a class of base.css: good, bad, primary, quiet
  shortcut?: string // a letter, with Alt
  isWaiting?: boolean // not to be pressed yet
  pressed?: boolean
  expanded?: boolean
  label?: string // where the text alone does not say it
  hint?: string // more about it
  children: ComponentChildren
}

export function ActButton(props: ActButtonProps) {
  const { act, kind, shortcut, isWaiting, pressed, expanded, label, hint, children } = props
  const isBusy = useSignal(false)

  async function press(event: MouseEvent): Promise<void> {
    if (isBusy.peek() || isWaiting || event.detail > 1) return
    isBusy.value = true
    try {
      await act()
    } finally {
      isBusy.value = false
    }
  }

  return (
    <button
      type="button"
      class={'act ' + (kind ?? '')}
      aria-label={label}
      title={hint}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-busy={isBusy.value}
      aria-disabled={isBusy.value || isWaiting === true}
      aria-keyshortcuts={shortcut && `Alt+${shortcut}`}
      onClick={(event) => void press(event)}
    >
      {children}
      {shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
    </button>
  )
}
