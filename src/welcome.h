/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The words on standard output at the end of a start. */
#ifndef WELCOME_H
#define WELCOME_H

#include "config.h"

/* The ports are those that it listens on. */
void welcome(const struct config *config, const char *public_url, unsigned http_port,
             unsigned sip_port);

#endif
