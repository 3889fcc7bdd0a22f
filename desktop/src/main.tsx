// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { render } from 'preact'
import { agentStart } from './agent/start'
import { clockStart } from './model/clock'
import { sessionStart } from './model/session'
import { simulatorStart } from './model/simulator'
import { App } from './ui/app'
import { Boundary } from './ui/boundary'
import { failuresTold } from './ui/failures'
import './style/base.css'
import './style/shell.css'

failuresTold()
clockStart()
agentStart()
sessionStart()
void simulatorStart()
render(<Boundary><App /></Boundary>, document.getElementById('app')!)
