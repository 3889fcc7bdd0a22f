// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A field for a number or a name, with search in the directory: a combobox with a list, as the ARIA
// Authoring Practices have it. What is typed by hand is taken as it is.

import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks'
import { ApiError } from '../api/rest'
import { texts } from '../i18n'
import { directorySearch, type Entry } from '../model/directory'

const PAUSE_MS = 120

interface NumberFieldProps {
  label: string
  value: Signal<string>
  shortcut?: string
  isFocused?: boolean // at the beginning
}

function availabilityOf({ type, channel }: Entry): { text: string; kind: string } {
  const t = texts.value.agent
  if (type === 'Queue') return { text: t.queue, kind: 'none' }
  if (!channel) return { text: type === 'User' ? t.noTelephone : '', kind: 'none' }
  if (channel.userActivity === 'Busy') return { text: t.onCall, kind: 'busy' }
  return { text: channel.userState.displayName, kind: channel.available ? 'free' : 'away' }
}

// Finds what fits the text a moment after the typing; what comes late for it is thrown away.
function useSearch(text: string, isWanted: boolean) {
  const found = useSignal<readonly Entry[] | undefined>(undefined) // undefined: not known yet
  useEffect(() => {
    if (!isWanted || !text.trim()) {
      found.value = undefined
      return
    }
    const abort = new AbortController()
    const timer = setTimeout(() => {
      directorySearch(text, abort.signal)
        .then((entries) => (found.value = entries))
        .catch((error: unknown) => {
          if (!abort.signal.aborted && !(error instanceof ApiError)) throw error
        })
    }, PAUSE_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [text, isWanted])
  return found
}

// The mouse must not take the focus out of the field.
function keepFocus(event: MouseEvent): void {
  event.preventDefault()
}

interface OptionProps {
  id: string
  entry: Entry
  isActive: boolean
  choose: () => void
}

function Option({ id, entry, isActive, choose }: OptionProps) {
  const { text, kind } = availabilityOf(entry)
  return (
    <li id={id} role="option" aria-selected={isActive} onMouseDown={keepFocus} onClick={choose}>
      <span class="option-name">{entry.name}</span>
      <span class="option-number">{entry.number}</span>
      <span class={'availability is-' + kind}>{text || entry.description}</span>
    </li>
  )
}

export function NumberField({ label, value, shortcut, isFocused }: NumberFieldProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const isOpen = useSignal(false)
  const active = useSignal(-1)
  const found = useSearch(value.value, isOpen.value)
  const shown = (isOpen.value && found.value) || []
  const isName = /\p{L}/u.test(value.value)
  useLayoutEffect(() => {
    if (isFocused) input.current?.focus()
  }, [])

  function close(): void {
    isOpen.value = false
    active.value = -1
  }

  function choose(entry: Entry): void {
    value.value = entry.number
    close()
  }

  // What Enter takes: the one that was gone to; of a name, which can't be dialled, the first one found.
  function meant(): Entry | undefined {
    return shown[active.peek()] ?? (isName ? shown[0] : undefined)
  }

  function keyDown(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step && !event.altKey) {
      event.preventDefault()
      isOpen.value = true
      const places = shown.length + 1 // one of them is the field itself
      active.value = ((active.peek() + 1 + step + places) % places) - 1
    } else if (event.key === 'Enter' && meant()) {
      event.preventDefault()
      choose(meant()!)
    } else if (event.key === 'Escape' && shown.length > 0) {
      event.preventDefault()
      event.stopPropagation()
      close()
    }
  }

  return (
    <div class="number-field">
      <input
        ref={input}
        role="combobox"
        aria-label={label}
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active.value >= 0 ? `${id}-${active.value}` : undefined}
        aria-keyshortcuts={shortcut && `Alt+${shortcut}`}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        value={value.value}
        onInput={(event) => {
          value.value = event.currentTarget.value
          isOpen.value = true
          active.value = -1
        }}
        onKeyDown={keyDown}
        onBlur={close}
      />
      {shortcut && <kbd aria-hidden="true">{shortcut}</kbd>}
      <ul id={`${id}-list`} role="listbox" aria-label={label} hidden={shown.length === 0}>
        {shown.map((entry, at) => (
          <Option
            key={entry.id}
            id={`${id}-${at}`}
            entry={entry}
            isActive={at === active.value}
            choose={() => choose(entry)}
          />
        ))}
      </ul>
      <p class="nobody" role="status">
        {isOpen.value && isName && found.value?.length === 0 && texts.value.agent.nobodyFound}
      </p>
    </div>
  )
}
