// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// How many do what; each of these figures is a button that shows just those. And the other filters.

import { texts } from '../i18n'
import { floorQueues } from '../model/floor'
import { Choice } from '../ui/choice'
import { MonitoringChoice } from './monitoring'
import { activities, activity, orders, queue, search, sortBy, totals, type Activity } from './shown'

function Total({ name }: { name: Activity | '' }) {
  const t = texts.value.supervisor
  return (
    <button
      type="button"
      class={'total is-' + (name || 'all')}
      aria-pressed={activity.value === name}
      onClick={() => (activity.value = activity.peek() === name ? '' : name)}
    >
      {name ? t.activities[name] : t.all} <b class="timer">{totals.value[name || 'all']}</b>
    </button>
  )
}

export function Totals() {
  return (
    <div class="totals" role="group" aria-label={texts.value.supervisor.byState}>
      <Total name="" />
      {activities.map((name) => <Total key={name} name={name} />)}
    </div>
  )
}

export function Filters() {
  const t = texts.value.supervisor
  return (
    <form
      class="filters row"
      role="search"
      aria-label={t.filter}
      onSubmit={(event) => event.preventDefault()}
    >
      <input
        type="search"
        aria-label={t.search}
        placeholder={t.search}
        value={search.value}
        onInput={(event) => (search.value = event.currentTarget.value)}
      />
      <select
        aria-label={t.queue}
        value={queue.value}
        onChange={(event) => (queue.value = event.currentTarget.value)}
      >
        <option value="">{t.allQueues}</option>
        {floorQueues.value.map((one) => (
          <option key={one.id} value={one.phoneNumber}>{one.name} {one.phoneNumber}</option>
        ))}
      </select>
      <Choice label={t.sortBy} value={sortBy} values={orders} text={(one) => t.orders[one]} />
      <span class="fill" />
      <MonitoringChoice />
    </form>
  )
}
