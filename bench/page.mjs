// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// bench/page.mjs --port PORT --generator PROGRAM [--seconds N] [--agents N] [--rate N]
//
// How smoothly the floor moves: a supervisor's page in Chromium with a tile for each agent of the
// server at PORT, whose agents change state all the time (load_floor). The time between frames is what
// requestAnimationFrame sees; long tasks are the browser's own count of what blocked it for more than
// 50 ms. Prints rows of the table of figures.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    generator: { type: 'string' },
    seconds: { type: 'string', default: '20' },
    agents: { type: 'string', default: '500' },
    rate: { type: 'string', default: '5000' },
  },
})
const seconds = Number(values.seconds)
const agents = Number(values.agents)
const WARM_UP_S = 5
const UNTIL_THERE_MS = 60_000
const LONG_MS = 50

const require = createRequire(new URL('../test/browser/package.json', import.meta.url))
const { chromium } = require('playwright-core')

function row(what, goal, measured) {
  console.log(`| ${what} | ${goal} | ${measured} |`)
}

// Agents who change state for so long. Its second lines are what was acknowledged in a second.
function startAgents() {
  const args = ['--port', values.port, '--calls', values.agents, '--rate', values.rate]
  const child = spawn(values.generator, [...args, '--seconds', String(seconds + WARM_UP_S + 60)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged = []
  const running = new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the agents ended with ${code}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'running') resolve()
      else acknowledged.push(Number(line))
    })
  })
  return { child, acknowledged, running }
}

async function openFloor(browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 }, locale: 'en-US' })
  page.on('pageerror', (error) => {
    throw error
  })
  await page.goto(`http://127.0.0.1:${values.port}/`)
  await page.getByLabel('User name').fill('super0')
  await page.getByLabel('Password').fill('demo')
  await page.getByRole('button', { name: 'Log in' }).click()
  const views = page.getByRole('navigation')
  await views.getByRole('button', { name: 'Floor' }).click()
  // The dock is for who tries the product.
  const dock = views.getByRole('button', { name: 'Telephones' })
  if ((await dock.getAttribute('aria-pressed')) === 'true') await dock.click()
  await page.waitForFunction((wanted) => document.querySelectorAll('.tiles > li').length >= wanted, agents, {
    timeout: UNTIL_THERE_MS,
  })
  return page
}

// Runs in the page: every frame of so many seconds.
function watchFrames(forMs) {
  const intervals = []
  const tasks = []
  const tile = document.querySelector('.tiles > li')
  let text = tile.textContent
  let changes = 0
  const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)))
  observer.observe({ type: 'longtask' })
  return new Promise((resolve) => {
    let before
    let end
    const frame = (now) => {
      if (before !== undefined) intervals.push(now - before)
      before = now
      end ??= now + forMs
      if (tile.textContent !== text) changes++
      text = tile.textContent
      if (now < end) return void requestAnimationFrame(frame)
      observer.disconnect()
      resolve({ intervals, tasks, changes })
    }
    requestAnimationFrame(frame)
  })
}

function tell({ intervals, tasks, changes }, acknowledged) {
  const sorted = [...intervals].sort((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))].toFixed(1)
  const late = sorted.filter((ms) => ms > LONG_MS).length
  const rate = acknowledged.reduce((sum, one) => sum + one, 0) / acknowledged.length
  const live = `${agents} live tiles, ${(rate / agents).toFixed(1)} changes/s each`
  row(`longest frame with ${live}`, '50 ms or less', `${at(1)} ms; p50 ${at(0.5)}, p99 ${at(0.99)} ms`)
  row('- frames over 50 ms', '0', `${late} of ${sorted.length}`)
  row('- tasks over 50 ms', '0', tasks.length ? `${tasks.length}, the longest ${Math.max(...tasks)} ms` : '0')
  row('- one tile on the screen changed', '', `${(changes / seconds).toFixed(1)} times/s`)
}

const load = startAgents()
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
})
try {
  await load.running
  const page = await openFloor(browser)
  await page.evaluate(watchFrames, WARM_UP_S * 1000)
  load.acknowledged.length = 0
  const seen = await page.evaluate(watchFrames, seconds * 1000)
  tell(seen, [...load.acknowledged])
} finally {
  load.child.removeAllListeners('exit')
  load.child.kill()
  await browser.close()
}
