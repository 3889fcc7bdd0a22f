// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// story(name, options, tell): a test with a server of its own, whose clock stands still unless the
// story winds it, and as many browsers side by side as it opens. A story that fails leaves pictures
// of its pages, their consoles and the server's output in BUILD/browser-failed.

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { chromium } from 'playwright-core'
import { Desk } from './desk.mjs'
import { DEADLINE_MS } from './eventually.mjs'
import { Proxy } from './proxy.mjs'
import { BUILD, Server } from './server.mjs'
import { Watch } from './watch.mjs'

const STORY_MS = 4 * DEADLINE_MS
const ARGUMENTS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
]

let launched

// One for all stories of a file.
function browser() {
  launched ??= chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  })
  return launched
}

after(async () => {
  if (launched) await (await launched).close()
})

export class Stage {
  constructor(name, options) {
    this.name = name
    this.options = options
    this.contexts = []
    this.watches = []
    this.desks = []
  }

  // A network of its own between the pages and the server.
  async network() {
    this.proxy ??= await Proxy.start(this.server.port)
    return this.proxy
  }

  // A browser of its own, as on a machine of its own. look: what newContext takes.
  async context(look = {}) {
    const context = await (await browser()).newContext({
      baseURL: (this.proxy ?? this.server).base,
      viewport: { width: 1280, height: 720 },
      locale: 'en-US',
      ...look,
    })
    context.setDefaultTimeout(DEADLINE_MS)
    const addresses = () => [this.server, this.proxy].filter(Boolean).map(({ port }) => `127.0.0.1:${port}`)
    this.watches.push(new Watch(context, addresses, this.options.expects ?? []))
    this.contexts.push(context)
    return context
  }

  // A page at the log-in; another tab of the same browser, when its context is given. time: at which
  // its clock stands still.
  async tab(context, time) {
    const page = await (context ?? (await this.context())).newPage()
    if (time) await page.clock.setFixedTime(time)
    await page.goto('/')
    const desk = new Desk(page, this.server)
    this.desks.push(desk)
    return desk
  }

  // Somebody who has logged in in a browser of his own.
  async desk(user, look) {
    const desk = await this.tab(await this.context(look))
    await desk.logIn(user)
    return desk
  }

  // What is wrong although the story ended well.
  async judge() {
    const wrong = this.watches.flatMap((watch) => watch.wrong)
    if (wrong.length > 0) throw new Error('on the pages:\n' + wrong.join('\n'))
    await this.leave()
    await this.server.stop()
  }

  async keep(error) {
    const place = join(BUILD, 'browser-failed', this.name.replace(/[^\w]+/g, '-').slice(0, 80))
    await mkdir(place, { recursive: true })
    const pages = this.contexts.flatMap((context) => context.pages())
    await Promise.all(pages.map((page, at) => page.screenshot({ path: join(place, `${at}.png`) }).catch(() => {})))
    const console = this.watches.map(({ log }, at) => `-- browser ${at}\n` + log.join('\n')).join('\n')
    await writeFile(join(place, 'console.log'), `${error.stack}\n\n${console}\n`)
    await writeFile(join(place, 'server.log'), this.server?.output ?? '')
  }

  async leave() {
    await Promise.all(this.contexts.map((context) => context.close()))
    if (this.proxy) await this.proxy.cut().catch(() => {})
  }

  async clear() {
    await this.leave()
    await this.server?.discard()
  }
}

export function story(name, options, tell) {
  test(name, { timeout: STORY_MS }, async () => {
    const stage = new Stage(name, options)
    try {
      stage.server = await Server.start(options)
      await tell(stage)
      await stage.judge()
    } catch (error) {
      await stage.keep(error)
      throw error
    } finally {
      await stage.clear()
    }
  })
}
