// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The Cordboard authors

import { render } from 'preact'
import { agentStart } from './agent/start'
import { App } from './frame/app'
import { failuresTold } from './frame/failures'
import { clockStart } from './model/clock'
import { sessionStart } from './model/session'
import { simulatorStart } from './model/simulator'
import { Boundary } from './ui/boundary'
import './style/base.css'
import './style/shell.css'

failuresTold()
clockStart()
agentStart()
sessionStart()
void simulatorStart()
render(<Boundary><App /></Boundary>, document.getElementById('app')!)
