// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { defineConfig } from 'vite'

// Where `npm run dev` finds a server; the built page uses the one that it came from.
const server = process.env.CORDBOARD ?? 'http://127.0.0.1:8080'

export default defineConfig({
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy wants files
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/internal-api': { target: server },
      '/sim': { target: server },
    },
  },
})
