/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The server: builds the rooms, connects them, and runs until SIGTERM or SIGINT. */
#ifndef SERVE_H
#define SERVE_H

#include "config.h"

/* Makes the configuration anew, for SIGHUP; called on a thread of its own. On failure why says what
 * is wrong, and *out is the caller's to free all the same. */
typedef enum err serve_read(void *ctx, struct config *out, char *why, size_t why_size);

/* Returns what the process exits with; what is wrong has been printed. */
int serve(const struct config *config, serve_read *read, void *read_ctx);

#endif
