// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import type { Texts } from './index'

export const de: Texts = {
  language: 'Deutsch',
  common: {
    close: 'Schließen',
    cancel: 'Abbrechen',
    remove: 'Entfernen',
    search: 'Suchen',
    copy: 'Kopieren',
    copied: 'Kopiert',
    nothing: 'Nichts da',
    theme: 'Farben',
    themes: { auto: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
    languages: 'Sprache',
    skip: 'Zum Inhalt',
    demo: 'Demo: Das Passwort ist öffentlich. Dieser Server gehört nur auf diesen Rechner.',
    lost: 'Der Server ist nicht erreichbar. Was Sie sehen, kann alt sein; die Seite kommt von selbst wieder.',
    connecting: 'Verbindet …',
    connected: 'Verbunden',
  },
  views: { desk: 'Arbeitsplatz', floor: 'Übersicht', telephones: 'Telefone', wire: 'Leitung' },
  logIn: {
    title: 'Anmelden',
    user: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    logOut: 'Abmelden',
    demo: 'Demo: Agenten agent0 bis agent9, Supervisor super0; das Passwort ist für alle demo.',
    failed: 'Benutzername oder Passwort ist falsch.',
    unreachable: 'Der Server ist nicht erreichbar.',
  },
  agent: {},
  supervisor: {},
  simulator: {},
  wire: {},
}
