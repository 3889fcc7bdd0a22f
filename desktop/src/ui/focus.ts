// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Keeps the keyboard's place when what it is at changes. An element that is moved in a list loses the
// focus and gets it back; where it is gone the focus goes to another one, without `other` to the
// element around it, and not to the top of the page.

import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

type Other = (around: HTMLElement) => void

export function useFocusKept(around: RefObject<HTMLElement | null>, other?: Other): void {
  const active = document.activeElement
  const had = active instanceof HTMLElement && around.current?.contains(active) ? active : undefined
  useLayoutEffect(() => {
    if (!had || !around.current || document.activeElement !== document.body) return
    if (had.isConnected) had.focus({ preventScroll: true })
    else if (other) other(around.current)
    else around.current.focus({ preventScroll: true })
  })
}
