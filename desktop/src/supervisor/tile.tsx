// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// One agent on the floor.

import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { FloorAgent, FloorCall, Monitoring } from '../api/objects'
import { texts } from '../i18n'
import { device, me } from '../model/desk'
import { fullName, numbersOn } from '../model/directory'
import { tileOf, tileSeen } from '../model/floor'
import { armed, armedDeviceId, cancelMonitoring, monitor, offeredMonitorings } from '../model/monitoring'
import { Elapsed } from '../ui/elapsed'
import { activityOf, current } from './shown'

function CallLines({ calls, isResting }: { calls: FloorCall[]; isResting: boolean }) {
  const t = texts.value.supervisor
  const call = calls.find(({ state }) => state === 'Established' || state === 'Dialing') ?? calls[0]
  if (!call) return null
  return (
    <>
      <p class="tile-call">
        <span class="what">
          {t.callStates[call.state]} · {t.directions[call.callType]}
          {calls.length > 1 && <span class="faint"> {t.moreCalls(calls.length - 1)}</span>}
        </span>
        <Elapsed since={call.startTime} isResting={isResting} />
      </p>
      <p class="tile-other">
        <span class="what number">{numbersOn(call) || call.dnis}</span>
        {call.queue && <span class="number faint"> {t.fromQueue(call.queue)}</span>}
      </p>
    </>
  )
}

function Notes({ agent }: { agent: FloorAgent }) {
  const t = texts.value.supervisor
  const by = agent.monitoredBy === me.value?.userName ? t.you : agent.monitoredBy
  return (
    <p class="tile-notes faint">
      {!agent.deviceId && <span>{texts.value.agent.noTelephone} </span>}
      {agent.deviceId && !agent.registered && <span class="is-bad">{t.unregistered} </span>}
      {agent.doNotDisturb === 'On' && <span>{t.doNotDisturb} </span>}
      {by ? <span class="is-monitored">{t.monitoredBy(by)}</span> : agent.queues.join(' ')}
    </p>
  )
}

function Acts({ agent, isCurrent }: { agent: FloorAgent; isCurrent: boolean }) {
  const t = texts.value.supervisor
  const how = armedDeviceId.value === agent.deviceId ? armed.value?.state : undefined
  const act = (one: Monitoring, event: MouseEvent) => {
    if (event.detail > 1) return // the second click of a double click would take the first one back
    void (one === how ? cancelMonitoring() : monitor(agent, one))
  }
  return (
    <div class="tile-acts">
      {offeredMonitorings.value.map((one) => (
        <button
          key={one}
          type="button"
          tabIndex={isCurrent ? 0 : -1}
          aria-label={`${t.monitorings[one]}: ${fullName(agent)}`}
          aria-pressed={one === how}
          onClick={(event) => act(one, event)}
        >
          {t.monitorings[one]}
        </button>
      ))}
    </div>
  )
}

function State({ agent, isResting }: { agent: FloorAgent; isResting: boolean }) {
  const t = texts.value.supervisor
  const name = agent.userState?.displayName ?? t.activities.loggedOut
  return (
    <p>
      <span class="what" title={name}>{name}</span>
      {agent.userState && <Elapsed since={agent.userStateSince} isResting={isResting} />}
    </p>
  )
}

export function AgentTile({ id, watcher }: { id: string; watcher: IntersectionObserver }) {
  const tile = tileOf(id)
  const place = useRef<HTMLLIElement>(null)
  const isCurrent = useComputed(() => current.value === id).value
  const agent = tile.agent.value
  useEffect(() => {
    const element = place.current
    if (!element) return
    watcher.observe(element)
    return () => {
      watcher.unobserve(element)
      tileSeen(id, false)
    }
  }, [])
  if (!agent) return null
  const isResting = !tile.isSeen.value
  const canAct = agent.deviceUri !== undefined && agent.deviceId !== device.value?.id
  const isArmed = canAct && armedDeviceId.value === agent.deviceId
  return (
    <li
      ref={place}
      data-id={id}
      class={`tile is-${activityOf(agent)}${isArmed ? ' is-armed' : ''}${canAct ? ' can-act' : ''}`}
      aria-label={fullName(agent)}
      tabIndex={canAct ? undefined : isCurrent ? 0 : -1}
    >
      <p class="tile-name"><b>{fullName(agent)}</b> <span class="number faint">{agent.phoneNumber}</span></p>
      <State agent={agent} isResting={isResting} />
      <CallLines calls={agent.calls} isResting={isResting} />
      <Notes agent={agent} />
      {canAct && <Acts agent={agent} isCurrent={isCurrent} />}
    </li>
  )
}
