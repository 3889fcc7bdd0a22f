// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Keeps the keyboard's place: when what has the focus goes away with a change, the focus goes to
// the element around it and not to the top of the page.

import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

export function useFocusKept(around: RefObject<HTMLElement | null>): void {
  const had = around.current?.contains(document.activeElement) ?? false
  useLayoutEffect(() => {
    if (had && document.activeElement === document.body) around.current?.focus({ preventScroll: true })
  })
}
