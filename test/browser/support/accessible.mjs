// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Whether everybody can use a page: axe-core's rules of WCAG 2.2 AA and its best practices, and what
// those rules can't see, which is whether all of it fits on the screen.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

function described({ id, help, nodes }) {
  const places = nodes.slice(0, 5).map(({ target, failureSummary }) => `${target.join(' ')}\n${failureSummary}`)
  return `${id}: ${help}\n${places.join('\n')}`
}

export async function assertNoViolations(page, what) {
  await page.evaluate(source)
  const { violations } = await page.evaluate(
    (values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }),
    TAGS,
  )
  assert.equal(violations.map(described).join('\n'), '', `axe-core, ${what}`)
}

// What the page's own code can't tell: runs in the browser.
function misfits() {
  const found = []
  const name = (element) => {
    const text = (element.getAttribute('aria-label') ?? element.textContent).trim().slice(0, 30)
    return `<${element.localName} class="${element.className}"> "${text}"`
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page scrolls sideways')
  for (const element of document.querySelectorAll('body *')) {
    const style = getComputedStyle(element)
    const box = element.getBoundingClientRect()
    const isSeen = box.width > 0 && box.height > 0 && element.checkVisibility({ visibilityProperty: true })
    if (!isSeen || element.closest('.visually-hidden, .skip')) continue
    if (box.right > innerWidth + 1 || box.left < -1) found.push(name(element) + ' is beyond the edge')
    if (element.matches('button, input, select, [role=button]') && Math.min(box.width, box.height) < 24) {
      const label = element.closest('label')?.getBoundingClientRect()
      if (!label || Math.min(label.width, label.height) < 24) found.push(name(element) + ' is smaller than 24 px')
    }
    const isCut = element.scrollWidth > element.clientWidth + 1 && style.overflowX !== 'visible'
    if (isCut && element.matches('button, .view, .dock, dialog, td, th')) found.push(name(element) + ' is cut')
  }
  return found
}

export async function assertFits(page, what) {
  assert.deepEqual(await page.evaluate(misfits), [], what)
}
