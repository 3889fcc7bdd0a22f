// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Language and colours.

import { effect } from '@preact/signals'
import { remembered } from '../base/remembered'
import { language, languages, texts } from '../i18n'
import { Choice } from '../ui/choice'

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]
const theme = remembered<Theme>('theme', 'auto', themes)

effect(() => {
  if (theme.value === 'auto') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
})

// Each language is named in itself.
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
  return <Choice kind="quiet" label={t.theme} value={theme} values={themes} text={(one) => t.themes[one]} />
}
