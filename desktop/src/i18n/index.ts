// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The page's language: the one chosen, else the browser's, else English. A new language is one file
// like de.ts and a line here; the compiler says what is missing in it.

import { computed, effect } from '@preact/signals'
import { remembered } from '../base/remembered'
import { de } from './de'
import { en } from './en'

// Of the same keys as English, texts where it has texts, functions where it has functions.
type LikeOne<T> =
  T extends string ? string : T extends (...a: infer A) => string ? (...a: A) => string : Like<T>
type Like<T> = { [K in keyof T]: LikeOne<T[K]> }
export type Texts = Like<typeof en>

export const languages: Record<string, Texts> = { en, de }

function ofBrowser(): string {
  const wanted = navigator.languages.map((one) => one.slice(0, 2).toLowerCase())
  return wanted.find((one) => Object.hasOwn(languages, one)) ?? 'en'
}

export const language = remembered<string>('language', ofBrowser(), Object.keys(languages))
export const texts = computed(() => languages[language.value]!)

effect(() => {
  document.documentElement.lang = language.value
})
