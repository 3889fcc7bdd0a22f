// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// A running cordboard of our own: on a free port of the loopback, with a data directory of its own,
// ended by its process id. What it says is looked through for anything a sanitizer said.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DEADLINE_MS, eventually } from './eventually.mjs'

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
export const BUILD = process.env.CORDBOARD_BUILD ?? join(ROOT, 'build-test')
export const PASSWORD = 'demo'

const SANITIZER = /AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:/

export class Server {
  // config: a configuration beside the demo's.
  static async start({ clock = 'manual', config = '', options = [] } = {}) {
    const server = new Server()
    server.data = await mkdtemp(join(tmpdir(), 'cordboard-'))
    const file = join(server.data, 'test.ini')
    await writeFile(file, config)
    server.options = ['--config', file, '--sim-clock', clock, ...options]
    await server.run()
    return server
  }

  constructor() {
    this.port = 0
    this.output = ''
  }

  get base() {
    return `http://127.0.0.1:${this.port}`
  }

  // Once more on the same port and data, when it was killed. Returns when it listens. env: in addition.
  async run(env = {}) {
    const binary = join(BUILD, 'cordboard')
    if (!existsSync(binary)) throw new Error(`no cordboard in ${BUILD}; make test builds it`)
    const mark = this.output.length
    const place = ['--http', `127.0.0.1:${this.port}`, '--data', this.data]
    this.process = spawn(binary, ['serve', '--demo', ...place, ...this.options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [this.process.stdout, this.process.stderr])
      stream.on('data', (bytes) => (this.output += bytes))
    this.ended = new Promise((resolve) => this.process.once('close', (code) => resolve(code)))
    await eventually(() => {
      const line = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(this.output.slice(mark))
      if (!line) throw new Error('the server does not listen:\n' + this.output.slice(mark))
      this.port = Number(line[1])
    })
  }

  // As a power cut leaves the process.
  async kill() {
    this.process.kill('SIGKILL')
    await this.ended
  }

  // It must end by itself, with 0, and without a word of a sanitizer in any of its runs.
  async stop() {
    this.process.kill('SIGTERM')
    const late = setTimeout(() => this.process.kill('SIGKILL'), DEADLINE_MS)
    const code = await this.ended
    clearTimeout(late)
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.output.slice(-8000)}`)
    const found = SANITIZER.exec(this.output)
    if (found) throw new Error(`${found[0]} in the server's output:\n${this.output.slice(-16000)}`)
  }

  // After all, whatever happened.
  async discard() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill()
    await rm(this.data, { recursive: true, force: true })
  }

  // A request as some other client makes it. Throws when it is refused.
  async request(method, path, body, user) {
    const headers = { 'Content-Type': 'application/json' }
    if (user) headers.Authorization = 'Basic ' + btoa(`${user}:${PASSWORD}`)
    const response = await fetch(this.base + path, { method, headers, body: body && JSON.stringify(body) })
    const answer = await response.json()
    if (answer.statusCode !== 0 && !(path.startsWith('/sim/') && response.ok))
      throw new Error(`${method} ${path} ${JSON.stringify(body)}: ${JSON.stringify(answer)}`)
    return { answer, headers: response.headers }
  }

  async get(path, user) {
    return (await this.request('GET', path, undefined, user)).answer
  }

  // An operation of a user who has no page open: post('agent2', '/me', {operationName: ...}).
  async post(user, path, body) {
    await this.request('POST', '/api/v2' + path, body, user)
  }

  // A hand on a telephone: of a device, or one outside by its number with +.
  async phone(number, act, parameters = {}) {
    const place = number.startsWith('+') ? 'outside' : 'lines'
    await this.request('POST', `/sim/v1/${place}/${number}`, { do: act, ...parameters })
  }

  // Answers what rings there, as soon as something does.
  async pickUp(number) {
    await eventually(() => this.phone(number, 'answer'))
  }

  async phoneShows(number) {
    return this.get(`/sim/v1/${number.startsWith('+') ? 'outside' : 'lines'}/${number}`)
  }

  // Winds the clock, and returns when all that it caused is durable.
  async advance(seconds) {
    await this.request('POST', '/sim/v1/clock', { advanceMs: seconds * 1000 })
  }

  // Ready for calls, without a page.
  async beginWork(user, state = 'Ready') {
    await this.post(user, '/me', { operationName: 'StartContactCenterSession', channels: ['voice'] })
    await this.post(user, '/me', { operationName: state })
  }

  // The calls of a user, as the API has them.
  async callsOf(user) {
    return (await this.get('/api/v2/me?subresources=*', user)).user.calls
  }
}
