// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { texts } from '../i18n'

export function Wire() {
  return <h2>{texts.value.views.wire}</h2>
}
