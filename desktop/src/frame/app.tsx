// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The frame of the page: head with views, connection and preferences; the view; beside it the dock
// with the telephones and the wire, for whoever tries the product or writes a client.

import type { ComponentType } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { AgentDesk } from '../agent/desk'
import { Incoming } from '../agent/incoming'
import { texts } from '../i18n'
import { isSupervisor, me } from '../model/desk'
import { fullName } from '../model/directory'
import { canSound, isQuiet } from '../model/ringer'
import { isConnected, isDemo, isLost, isOutdated, logOut, phase } from '../model/session'
import { hasSimulator } from '../model/simulator'
import { attempt } from '../model/told'
import { Simulator } from '../simulator/simulator'
import { Floor } from '../supervisor/floor'
import { ActButton } from '../ui/act-button'
import { Boundary } from '../ui/boundary'
import { dock, dockNames, view, viewNames, type DockName, type ViewName } from '../ui/views'
import { Wire } from '../wire/wire'
import { LogIn } from './log-in'
import { LanguageChoice, ThemeChoice } from './preferences'
import { ToldList } from './told-list'

interface TabsProps<N> {
  names: readonly N[]
  chosen: string
  controls: string // the id of where what is chosen stands
  choose: (name: N) => void
}

function Tabs<N extends ViewName | DockName>({ names, chosen, controls, choose }: TabsProps<N>) {
  const t = texts.value.views
  return (
    <nav class="tabs" aria-label={names.map((name) => t[name]).join(', ')}>
      {names.map((name) => (
        <button
          key={name}
          id={'tab-' + name}
          type="button"
          class="tab"
          aria-pressed={name === chosen}
          aria-controls={name === chosen ? controls : undefined}
          onClick={() => choose(name)}
        >
          {t[name]}
        </button>
      ))}
    </nav>
  )
}

function ViewTabs() {
  if (!isSupervisor.value) return null
  return <Tabs names={viewNames} chosen={view.value} controls="view" choose={(one) => (view.value = one)} />
}

function DockTabs() {
  const names = dockNames.filter((name) => name !== 'telephones' || hasSimulator.value)
  const choose = (one: DockName) => (dock.value = dock.peek() === one ? '' : one)
  return <Tabs names={names} chosen={dock.value} controls="dock" choose={choose} />
}

function Connection() {
  const t = texts.value.common
  const text = isConnected.value ? t.connected : t.connecting
  return (
    <span class={'connection ' + (isConnected.value ? 'is-up' : 'is-down')} role="status" title={text}>
      <span class="visually-hidden">{text}</span>
    </span>
  )
}

function WhoAmI() {
  const user = me.value
  if (!user) return null
  return (
    <>
      <Connection />
      <span class="who" title={fullName(user)}>{fullName(user)}</span>
      <ActButton kind="quiet" act={() => attempt(logOut())}>{texts.value.logIn.logOut}</ActButton>
    </>
  )
}

// In a place that is there anyway: nothing may move under the first click, which may be meant for a call.
function SoundHint() {
  const isWanted = phase.value === 'loggedIn' && !canSound.value && !isQuiet.value
  return <p class="fill sound-hint">{isWanted && texts.value.agent.noSound}</p>
}

function Head() {
  return (
    <header class="head">
      <a class="skip" href="#view">{texts.value.common.skip}</a>
      <h1 class="brand">
        <img src="/assets/icon.svg" alt="" width="24" height="24" />
        <span class="brand-name">Cordboard</span>
      </h1>
      {phase.value === 'loggedIn' && <ViewTabs />}
      <SoundHint />
      <DockTabs />
      <LanguageChoice />
      <ThemeChoice />
      {phase.value === 'loggedIn' && <WhoAmI />}
    </header>
  )
}

function Banners() {
  const t = texts.value.common
  return (
    <section class="banners" aria-label={t.notices}>
      {isDemo.value && <p class="banner is-demo">{t.demo}</p>}
      <div role="alert">{isLost.value && <p class="banner is-lost">{t.lost}</p>}</div>
      <Incoming isDeskShown={!isSupervisor.value || view.value === 'desk'} />
      <div role="status">
        {isOutdated.value && (
          <p class="banner is-outdated row">
            {t.outdated}
            <button type="button" onClick={() => location.reload()}>{t.reload}</button>
          </p>
        )}
      </div>
    </section>
  )
}

const views: Record<ViewName, ComponentType> = { desk: AgentDesk, floor: Floor }
const docks: Record<DockName, ComponentType> = { telephones: Simulator, wire: Wire }

function Main() {
  if (phase.value === 'starting') return <p class="starting">{texts.value.common.connecting}</p>
  if (phase.value === 'loggedOut') return <LogIn />
  const View = views[isSupervisor.value ? view.value : 'desk']
  return <View />
}

// There Escape is for the field.
function isFilled(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type !== 'checkbox' && target.value !== ''
}

function DockPanel({ name }: { name: DockName }) {
  const Dock = docks[name]
  const leave = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || isFilled(event.target)) return
    dock.value = ''
    document.getElementById('tab-' + name)?.focus()
  }
  return (
    <aside id="dock" class={'dock is-' + name} aria-label={texts.value.views[name]} onKeyDown={leave}>
      <Boundary key={name}><Dock /></Boundary>
    </aside>
  )
}

// Who has logged in goes on from there, and not from the top of the page.
function useFocusAfterLogIn(): void {
  const before = useRef(phase.value)
  useEffect(() => {
    if (before.current === 'loggedOut' && phase.value === 'loggedIn') document.getElementById('view')?.focus()
    before.current = phase.value
  }, [phase.value])
}

export function App() {
  useFocusAfterLogIn()
  const name = dock.value === 'telephones' && !hasSimulator.value ? '' : dock.value
  return (
    <div class={'app' + (name ? ' has-dock' : '')}>
      <Head />
      <Banners />
      <main id="view" class="view" tabIndex={-1}>
        <Boundary key={phase.value + view.value}><Main /></Boundary>
      </main>
      {name && <DockPanel name={name} />}
      <ToldList />
    </div>
  )
}
