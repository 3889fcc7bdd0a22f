// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// One line of JSON for each test, for tools/run-tests.py. The files are no tests; one that fails
// without a failed test of its own is told, since then it did not get as far as its tests.

import { isAbsolute } from 'node:path'

const NOT_ASKED_FOR = /does not match pattern/

export default async function* reporter(source) {
  let failed = 0
  for await (const { type, data } of source) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (typeof data.skip === 'string' && NOT_ASKED_FOR.test(data.skip)) continue
    const isFile = isAbsolute(data.name) || data.name.endsWith('.test.mjs')
    if (isFile && (type === 'test:pass' || failed > 0)) {
      failed = 0
      continue
    }
    if (type === 'test:fail') failed++
    const outcome = data.skip !== undefined ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed'
    const why = typeof data.skip === 'string' ? data.skip : ''
    yield JSON.stringify({ name: data.name, outcome, why }) + '\n'
  }
}
