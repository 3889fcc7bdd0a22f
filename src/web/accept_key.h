/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The answer to a Sec-WebSocket-Key (RFC 6455, section 4.2.2). In a file of its own because
 * OpenSSL's headers and base/error.h both have an ERR_STATE. */
#ifndef WEB_ACCEPT_KEY_H
#define WEB_ACCEPT_KEY_H

#include "base/slice.h"

#define ACCEPT_KEY_LEN   24 /* base64 of 16 bytes */
#define ACCEPT_VALUE_LEN 28 /* base64 of a SHA-1 */

/* Base64 of 16 bytes, as a client must send it. */
bool accept_key_is_valid(struct slice key);
/* key is valid; out gets a NUL at its end. */
void accept_key_value(struct slice key, char out[ACCEPT_VALUE_LEN + 1]);

#endif
