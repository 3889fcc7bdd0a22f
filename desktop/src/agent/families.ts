// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Several calls: in which order, and which belongs to which.

import type { CallState } from '../api/objects'
import type { DeskCall } from '../model/desk'
import { parentIdOf } from './call-acts'

const URGENCY: readonly CallState[] = ['Ringing', 'Established', 'Dialing', 'Held']

export function byUrgency(living: Iterable<DeskCall>): DeskCall[] {
  const rank = ({ call }: DeskCall) => URGENCY.indexOf(call.state)
  return [...living].sort((a, b) => rank(a) - rank(b) || b.startedAt - a.startedAt)
}

// Each call that is about no other, with those that are about it.
export interface Family {
  parent: DeskCall
  consults: DeskCall[]
}

export function familiesOf(living: ReadonlyMap<string, DeskCall>): Family[] {
  const isConsult = ({ call }: DeskCall) => living.has(parentIdOf(call) ?? '')
  const all = [...living.values()]
  return all
    .filter((one) => !isConsult(one))
    .map((parent) => ({ parent, consults: consultsOf(parent, all) }))
}

// Also those about a consult call.
function consultsOf(parent: DeskCall, all: DeskCall[]): DeskCall[] {
  const own = all.filter(({ call }) => parentIdOf(call) === parent.call.id)
  return own.flatMap((one) => [one, ...consultsOf(one, all)])
}
