// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// What the agent's desk does as long as the page is open, whatever is shown.

import { historyStart } from '../model/history'
import { ringerStart } from '../model/ringer'
import { shortcutsStart } from '../ui/shortcuts'
import { draftsStart } from './drafts'
import { titleFlashStart } from './incoming'
import { selectionStart } from './selection'

export function agentStart(): void {
  selectionStart()
  draftsStart()
  ringerStart()
  titleFlashStart()
  historyStart()
  shortcutsStart()
}
