// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import type { FloorQueue } from '../api/objects'
import { texts } from '../i18n'
import { writtenNumber } from '../model/directory'
import { floorQueues } from '../model/floor'
import { Elapsed } from '../ui/elapsed'

function Callers({ queue }: { queue: FloorQueue }) {
  const t = texts.value.supervisor
  const more = queue.waiting - queue.calls.length
  if (queue.waiting === 0) return <p class="no-callers faint">{t.nobodyWaits}</p>
  return (
    <ol class="callers" tabIndex={0} aria-label={t.callersOf(queue.name)}>
      {queue.calls.map((call) => (
        <li key={call.id}>
          <span class="number">{writtenNumber(call)}</span>
          <Elapsed since={call.since} />
        </li>
      ))}
      {more > 0 && <li class="faint">{t.moreCallers(more)}</li>}
    </ol>
  )
}

function QueueCard({ queue }: { queue: FloorQueue }) {
  const t = texts.value.supervisor
  const first = queue.calls[0]
  return (
    <li class={'queue' + (queue.waiting > 0 ? ' has-callers' : '')} aria-label={queue.name}>
      <h4 title={queue.name}>{queue.name} <span class="number faint">{queue.phoneNumber}</span></h4>
      <dl>
        <div><dt>{t.waiting}</dt><dd class="waiting">{queue.waiting}</dd></div>
        <div><dt>{t.longest}</dt><dd>{first ? <Elapsed since={first.since} /> : '–'}</dd></div>
        <div><dt>{t.readyOf}</dt><dd>{t.ofAgents(queue.agentsReady, queue.agents)}</dd></div>
      </dl>
      <Callers queue={queue} />
    </li>
  )
}

export function Queues() {
  const t = texts.value.supervisor
  if (floorQueues.value.length === 0) return null
  return (
    <section class="queues" aria-label={t.queues}>
      <h3>{t.queues}</h3>
      <ul>
        {floorQueues.value.map((queue) => <QueueCard key={queue.id} queue={queue} />)}
      </ul>
    </section>
  )
}
