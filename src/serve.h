/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The server: builds the rooms, connects them, and runs until SIGTERM or SIGINT. */
#ifndef SERVE_H
#define SERVE_H

#include "config.h"

/* Returns what the process exits with; what is wrong has been printed. */
int serve(const struct config *config);

#endif
