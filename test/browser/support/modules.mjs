// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The page's modules without a browser: compiled as the page's own build does it, with as little of a
// browser around them as they ask for when they are loaded.

import { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../desktop', import.meta.url))
const viteAt = new URL('../../../desktop/node_modules/vite/dist/node/index.js', import.meta.url)

function browserOf(global) {
  global.document ??= { documentElement: { dataset: {} } }
  if (!global.navigator?.languages) Object.defineProperty(global, 'navigator', { value: { languages: ['en'] } })
  global.requestAnimationFrame ??= (draw) => setTimeout(draw, 0)
}

// Returns an object that has what was loaded when the tests run, by the names given here.
export function modules(files) {
  const loaded = {}
  let vite
  before(async () => {
    browserOf(globalThis)
    const { createServer } = await import(viteAt)
    vite = await createServer({
      root,
      appType: 'custom',
      logLevel: 'error',
      optimizeDeps: { noDiscovery: true },
      server: { middlewareMode: true, hmr: false, ws: false, watch: null, host: '127.0.0.1' },
    })
    for (const [name, file] of Object.entries(files)) loaded[name] = await vite.ssrLoadModule('/src/' + file)
  })
  after(() => vite?.close())
  return loaded
}
