// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// An incoming call, and its sound. Browsers let a page sound only once somebody has used it; until
// then it is quiet.

import { computed, effect, signal } from '@preact/signals'
import { remembered } from '../base/remembered'
import { calls } from './desk'
import { nameOf } from './directory'

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
const LONGEST_S = 300
const LOUD = 0.08

let audio: AudioContext | undefined
export const canSound = signal(false)

// Rings are set ahead, since a browser lets the timers of a tab that is not in sight wait.
function ringsFrom(begin: number, loudness: AudioParam): void {
  for (let at = begin; at < begin + LONGEST_S; at += PERIOD_S) {
    loudness.setValueAtTime(0, at)
    loudness.linearRampToValueAtTime(LOUD, at + 0.03)
    loudness.setValueAtTime(LOUD, at + RING_S - 0.08)
    loudness.linearRampToValueAtTime(0, at + RING_S)
  }
}

// Two tones together, on and off. Returns what ends it.
function ring(to: AudioContext): () => void {
  const gain = to.createGain()
  gain.gain.value = 0
  ringsFrom(to.currentTime, gain.gain)
  gain.connect(to.destination)
  const tones = [440, 554].map((frequency) => {
    const tone = to.createOscillator()
    tone.frequency.value = frequency
    tone.connect(gain)
    tone.start()
    return tone
  })
  return () => {
    for (const tone of tones) tone.stop()
    gain.disconnect()
  }
}

async function unlock(): Promise<void> {
  audio ??= new AudioContext()
  if (audio.state === 'suspended') await audio.resume()
  canSound.value = audio.state === 'running'
}

async function ringUntil(end: AbortSignal): Promise<void> {
  if (end.aborted || !audio) return
  const stop = ring(audio)
  await new Promise((done) => end.addEventListener('abort', done))
  stop()
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
