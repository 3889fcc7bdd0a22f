// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { texts } from '../i18n'

export function Simulator() {
  return <h2>{texts.value.views.telephones}</h2>
}
