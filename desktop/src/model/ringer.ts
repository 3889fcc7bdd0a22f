// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// An incoming call, and its sound. Browsers let a page sound only once somebody has used it; until
// then it is quiet.

import { computed, effect, signal } from '@preact/signals'
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
const canSound = signal(false)

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

async function unlock(): Promise<void> {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') await audio.resume()
  canSound.value = audio.state === 'running'
}

function ringUntil(end: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const ring = () => ringOnce(audio!)
    const timer = setInterval(ring, PERIOD_S * 1000)
    ring()
    end.addEventListener('abort', () => {
      clearInterval(timer)
      done()
    })
  })
}

// Of several tabs one sounds; browsers can arrange that on pages that came over TLS or from this machine.
async function soundUntil(end: AbortSignal): Promise<void> {
  if (!navigator.locks) return ringUntil(end)
  try {
    await navigator.locks.request('cordboard.ring', { signal: end }, () => ringUntil(end))
  } catch (error) {
    if (!end.aborted) throw error // else it ended before it was this tab's turn
  }
}

export function ringerStart(): void {
  for (const gesture of ['pointerdown', 'keydown']) document.addEventListener(gesture, () => void unlock())
  const isSounding = computed(() => ringing.value !== undefined && !isQuiet.value && canSound.value)
  effect(() => {
    if (!isSounding.value) return
    const sound = new AbortController()
    void soundUntil(sound.signal)
    return () => sound.abort()
  })
}
