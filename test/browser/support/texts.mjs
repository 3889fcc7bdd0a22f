// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The page's own texts, from the files of its languages, and what of them stands on a page.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ROOT } from './server.mjs'

// What the server calls something is shown as it comes, in any language.
const SERVER = ['Ready', 'Not ready', 'After call work', 'Aux work', 'Logged out', 'Training']

export async function textsOf(code) {
  const typescript = createRequire(join(ROOT, 'desktop/package.json'))('typescript')
  const source = await readFile(join(ROOT, `desktop/src/i18n/${code}.ts`), 'utf8')
  const compilerOptions = { module: 'ESNext', target: 'ES2022' }
  const { outputText } = typescript.transpileModule(source, { compilerOptions })
  return (await import('data:text/javascript,' + encodeURIComponent(outputText)))[code]
}

function leaves(texts, path = '') {
  return Object.entries(texts).flatMap(([key, value]) => {
    if (typeof value === 'string') return [[path + key, value]]
    return typeof value === 'object' ? leaves(value, `${path}${key}.`) : []
  })
}

// The keys of a language, functions included.
export async function keysOf(code) {
  const all = (texts, path) =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'object' ? all(value, `${path}${key}.`) : `${path}${key}: ${typeof value}`,
    )
  return all(await textsOf(code), '').sort()
}

// English texts that the other language has another word for.
export async function englishOnly(code) {
  const english = leaves(await textsOf('en'))
  const other = new Map(leaves(await textsOf(code)))
  const theirs = new Set(other.values())
  return english
    .filter(([key, text]) => other.get(key) !== text && !theirs.has(text) && !SERVER.includes(text))
    .map(([, text]) => text)
}

// Runs in the browser: every text that is there to be read, or to be read out.
function texts() {
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walker.nextNode()); ) {
    const parent = node.parentElement
    if (parent.checkVisibility() && !parent.closest('[lang], pre, code, option[lang]')) found.push(node.data.trim())
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
    for (const name of ['aria-label', 'title', 'placeholder']) found.push(element.getAttribute(name)?.trim())
  return found.filter(Boolean)
}

export async function textsOn(page) {
  return page.evaluate(texts)
}
