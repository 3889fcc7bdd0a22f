// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the content security policy of the page keeps out. That the page itself never comes into
// conflict with it, and asks for nothing from elsewhere, is watched in every story.

import assert from 'node:assert/strict'
import { eventually } from './support/eventually.mjs'
import { story } from './support/stage.mjs'

// Runs in the browser: tries what a text that got into the page as HTML would try. What of it was
// refused is in window.refused.
async function intrude() {
  await new Promise((done) => setTimeout(done)) // what a debugger evaluates is allowed more until then
  const refused = (window.refused = [])
  document.addEventListener('securitypolicyviolation', (event) => refused.push(event.effectiveDirective))
  const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties))
  const attempts = {
    script: () => add('script', { textContent: 'window.intruder = 1' }),
    html: () => (document.createElement('p').innerHTML = '<b onclick="window.intruder = 2">x</b>'),
    eval: () => new Function('window.intruder = 3')(),
    style: () => document.body.setAttribute('style', 'color: red'),
    image: () => add('img', { src: 'http://elsewhere.example/beacon.png' }),
    frame: () => add('iframe', { src: 'http://elsewhere.example/' }),
    fetch: () => fetch('http://elsewhere.example/take'),
  }
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await attempt()
    } catch {
      refused.push(name)
    }
  }
}

story('nothing that gets into the page as text runs, or takes anything out', { expects: ['policy'] }, async (stage) => {
  const { page } = await stage.desk('agent0')
  await page.evaluate(intrude)
  const wanted = ['script', 'html', 'eval', 'style-src-attr', 'img-src', 'frame-src', 'fetch']
  await eventually(async () => {
    const refused = await page.evaluate(() => window.refused)
    assert.deepEqual(wanted.filter((one) => !refused.includes(one)), [], String(refused))
  })
  assert.equal(await page.evaluate(() => window.intruder), undefined)
})

story('user data is shown as text, whatever HTML it looks like', {}, async (stage) => {
  const { server } = stage
  const desk = await stage.desk('agent0')
  const text = '<img src=x onerror="window.intruder = 3"><script>window.intruder = 4</script>'
  await server.phone('15001', 'dial', { number: '15000' })
  await desk.callWith('Agent 1').is('Ringing')
  const [{ id }] = await server.callsOf('agent1')
  await server.post('agent1', '/me/calls/' + id, { operationName: 'AttachUserData', userData: { [text]: text } })
  await desk.callWith('Agent 1').pairsAre([text, text])
  assert.equal(await desk.page.evaluate(() => window.intruder), undefined)
})
