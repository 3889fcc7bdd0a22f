// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Alt and a letter press the button, or go to the field, that shows them (aria-keyshortcuts), in the
// dialog that is open where there is one. So a shortcut does what is seen, and nothing else.

// By what the key writes; where Alt makes another sign of it, by its place.
function letterOf(event: KeyboardEvent): string | undefined {
  if (/^[a-z]$/i.test(event.key)) return event.key.toUpperCase()
  return /^Key([A-Z])$/.exec(event.code)?.[1]
}

function pressed(event: KeyboardEvent): void {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.getModifierState('AltGraph')) return
  const letter = letterOf(event)
  if (!letter) return
  const within = document.querySelector('dialog:modal') ?? document
  const target = within.querySelector<HTMLElement>(`[aria-keyshortcuts="Alt+${letter}"]`)
  if (!target) return
  event.preventDefault()
  if (event.repeat) return
  if (target instanceof HTMLInputElement) target.focus()
  else target.click()
}

export function shortcutsStart(): void {
  document.addEventListener('keydown', pressed)
}
