// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// An incoming call, and its sound. Browsers let a page sound only once somebody has used it; until
// then it is quiet.

import { computed, effect } from '@preact/signals'
import { calls } from './desk'
import { nameOf } from './directory'
import { remembered } from './remembered'

export const isQuiet = remembered<boolean>('quiet', false)

// The call that rings, the oldest first; not a supervisor's own, which wants no deciding.
export const ringing = computed(() => {
  const all = [...calls.value.values()]
  return all.find(({ call }) => call.state === 'Ringing' && !call.monitoring)?.call
})

export const ringingName = computed(() => {
  const call = ringing.value
  return call && nameOf(call.participants[0]?.phoneNumber ?? call.dnis)
})

const RING_S = 0.9 // sounding, of each
const PERIOD_S = 3

let audio: AudioContext | undefined

// Two tones that quaver a little, as a telephone's.
function ringOnce(to: AudioContext): void {
  const begin = to.currentTime
  const gain = to.createGain()
  gain.gain.setValueAtTime(0, begin)
  gain.gain.linearRampToValueAtTime(0.08, begin + 0.03)
  gain.gain.setValueAtTime(0.08, begin + RING_S - 0.08)
  gain.gain.linearRampToValueAtTime(0, begin + RING_S)
  gain.connect(to.destination)
  for (const frequency of [440, 554]) {
    const tone = to.createOscillator()
    tone.frequency.value = frequency
    tone.connect(gain)
    tone.start(begin)
    tone.stop(begin + RING_S)
  }
}

function unlock(): void {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') void audio.resume()
}

function soundWhile(isRinging: () => boolean): void {
  let timer: ReturnType<typeof setInterval> | undefined
  effect(() => {
    clearInterval(timer)
    if (!isRinging()) return
    const ring = () => audio?.state === 'running' && ringOnce(audio)
    ring()
    timer = setInterval(ring, PERIOD_S * 1000)
  })
}

export function ringerStart(): void {
  for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, unlock)
  const isSounding = computed(() => ringing.value !== undefined && !isQuiet.value)
  soundWhile(() => isSounding.value)
}
