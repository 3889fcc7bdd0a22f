// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Waits, less long when it is told to stop. What follows the server pauses some hundred thousand times
// in a shift, so nothing of a pause is left at the signal when it is over.
export function pause(ms: number, stop?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, stop?.aborted ? 0 : ms)
    stop?.addEventListener('abort', end)
  })
}
