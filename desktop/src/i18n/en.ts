// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// The page's texts in English. Another language is a file of the same keys; see index.ts.

export const en = {
  language: 'English',
  common: {
    close: 'Close',
    cancel: 'Cancel',
    remove: 'Remove',
    search: 'Search',
    copy: 'Copy',
    copied: 'Copied',
    nothing: 'Nothing here',
    theme: 'Theme',
    themes: { auto: 'As the system', light: 'Light', dark: 'Dark' },
    languages: 'Language',
    skip: 'To the content',
    demo: 'Demo: the password is public. Keep this server on this machine.',
    lost: 'The server can’t be reached. What you see may be old; the page comes back by itself.',
    connecting: 'Connecting …',
    connected: 'Connected',
  },
  views: { desk: 'Desk', floor: 'Floor', telephones: 'Telephones', wire: 'Wire' },
  logIn: {
    title: 'Log in',
    user: 'User name',
    password: 'Password',
    submit: 'Log in',
    logOut: 'Log out',
    demo: 'Demo: agents agent0 to agent9, supervisor super0; the password of all is demo.',
    failed: 'User name or password is wrong.',
    unreachable: 'The server can’t be reached.',
  },
  agent: {},
  supervisor: {},
  simulator: {},
  wire: {},
}
