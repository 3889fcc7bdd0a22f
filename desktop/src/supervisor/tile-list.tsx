// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The tiles: a list, of which one tile at a time can be reached by Tab; the arrow keys go from tile
// to tile, so that hundreds of them are no hundreds of stops.

import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { texts } from '../i18n'
import { tileSeen } from '../model/floor'
import { useFocusKept } from '../ui/focus'
import { chosen, current, shownIds } from './shown'
import { AgentTile } from './tile'

const AT_ONCE = 20 // tiles built in a frame
const PAGE = 600
const NEARLY_PX = 200

// How many of the list are built: more each frame, so that no frame takes long.
function useBuilt(limit: number): number {
  const built = useSignal(AT_ONCE)
  const wanted = Math.min(shownIds.value.length, limit)
  useEffect(() => {
    if (built.value > wanted) built.value = Math.max(wanted, AT_ONCE)
    if (built.value >= wanted) return
    const frame = requestAnimationFrame(() => (built.value += AT_ONCE))
    return () => cancelAnimationFrame(frame)
  })
  return Math.min(built.value, wanted)
}

function idAt(place: EventTarget | null): string {
  const tile = place instanceof Element && place.closest<HTMLElement>('[data-id]')
  return (tile && tile.dataset.id) || ''
}

// Tells the model which tiles are on the screen.
function useWatcher(): IntersectionObserver {
  const watcher = useMemo(() => {
    const look: IntersectionObserverCallback = (entries) => {
      for (const { target, isIntersecting } of entries) tileSeen(idAt(target), isIntersecting)
    }
    const root = document.getElementById('view')
    return new IntersectionObserver(look, { root, rootMargin: `${NEARLY_PX}px 0px` })
  }, [])
  useEffect(() => () => watcher.disconnect(), [])
  return watcher
}

function tilesOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>('[data-id]')]
}

// Tiles in a line: known from where they lie, and asked only when somebody presses a key.
function columnsOf(tiles: HTMLElement[]): number {
  const first = tiles[0]?.offsetTop
  return Math.max(1, tiles.filter(({ offsetTop }) => offsetTop === first).length)
}

function step(key: string, tiles: HTMLElement[]): number {
  if (key === 'ArrowRight') return 1
  if (key === 'ArrowLeft') return -1
  if (key === 'ArrowDown') return columnsOf(tiles)
  if (key === 'ArrowUp') return -columnsOf(tiles)
  if (key === 'Home') return -Infinity
  return key === 'End' ? Infinity : 0
}

function focusTile(tile: HTMLElement | undefined): void {
  if (!tile) return
  chosen.value = idAt(tile)
  const place = tile.querySelector<HTMLElement>('button') ?? tile
  place.focus()
}

function placeOfCurrent(tiles: HTMLElement[]): number {
  return tiles.findIndex((tile) => idAt(tile) === current.peek())
}

function go(event: KeyboardEvent, list: HTMLElement): void {
  const tiles = tilesOf(list)
  const by = step(event.key, tiles)
  if (by === 0) return
  event.preventDefault()
  const to = Number.isFinite(by) ? placeOfCurrent(tiles) + by : by < 0 ? 0 : tiles.length - 1
  focusTile(tiles[to])
}

function focusCurrent(list: HTMLElement): void {
  const tiles = tilesOf(list)
  focusTile(tiles[Math.max(0, placeOfCurrent(tiles))])
}

export function TileList() {
  const t = texts.value.supervisor
  const list = useRef<HTMLUListElement>(null)
  const limit = useSignal(PAGE)
  const watcher = useWatcher()
  const built = useBuilt(limit.value)
  const ids = shownIds.value
  useFocusKept(list, focusCurrent)
  return (
    <>
      {ids.length === 0 && <p class="faint" role="status">{t.nobodyShown}</p>}
      <ul
        ref={list}
        class="tiles"
        aria-label={t.agents}
        aria-describedby="tile-keys"
        onKeyDown={(event) => go(event, event.currentTarget)}
        onFocusIn={(event) => {
          const id = idAt(event.target)
          if (id) chosen.value = id
        }}
      >
        {ids.slice(0, built).map((id) => <AgentTile key={id} id={id} watcher={watcher} />)}
      </ul>
      <p id="tile-keys" class="hint tile-keys">{t.keys}</p>
      {ids.length > limit.value && (
        <button type="button" onClick={() => (limit.value += PAGE)}>
          {t.more(ids.length - limit.value)}
        </button>
      )}
    </>
  )
}
