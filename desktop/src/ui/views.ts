// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

// Which view is shown, and what stands beside it.

import { remembered } from '../model/remembered'

export type ViewName = 'desk' | 'floor'
export type DockName = 'telephones' | 'wire'

export const view = remembered<ViewName>('view', 'desk')
export const dock = remembered<DockName | ''>('dock', 'telephones')
