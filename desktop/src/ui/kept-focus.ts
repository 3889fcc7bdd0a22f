// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { useLayoutEffect } from 'preact/hooks'

// Keeps the focus where it is in a list whose order changes: an element that is moved loses it.
// other: where it goes when the element that had it is not there any more.
export function useKeptFocus(
  list: { current: HTMLElement | null },
  other?: (list: HTMLElement) => void,
): void {
  const active = document.activeElement
  const had = active instanceof HTMLElement && list.current?.contains(active) ? active : undefined
  useLayoutEffect(() => {
    if (!had || !list.current || list.current.contains(document.activeElement)) return
    if (had.isConnected) had.focus()
    else other?.(list.current)
  })
}
