// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Language and colours.

import { effect } from '@preact/signals'
import { language, languages, texts } from '../i18n'
import { remembered } from '../model/remembered'

type Theme = 'auto' | 'light' | 'dark'
const theme = remembered<Theme>('theme', 'auto')

effect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})

export function LanguageChoice() {
  return (
    <select
      class="quiet"
      aria-label={texts.value.common.languages}
      value={language.value}
      onChange={(event) => (language.value = event.currentTarget.value)}
    >
      {Object.entries(languages).map(([code, { language: name }]) => (
        <option key={code} value={code} lang={code}>{name}</option>
      ))}
    </select>
  )
}

export function ThemeChoice() {
  const t = texts.value.common
  return (
    <select
      class="quiet"
      aria-label={t.theme}
      value={theme.value}
      onChange={(event) => (theme.value = event.currentTarget.value as Theme)}
    >
      {(['auto', 'light', 'dark'] as const).map((one) => (
        <option key={one} value={one}>{t.themes[one]}</option>
      ))}
    </select>
  )
}
