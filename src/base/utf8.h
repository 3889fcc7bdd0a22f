/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* UTF-8 after RFC 3629: no overlong forms, no surrogates, nothing over U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/slice.h"

/* Length of the sequence at at, of which the first byte is over 0x7f; 0 when it is none. */
size_t utf8_sequence(const char *at, const char *end);
/* All of it is; an absent or empty slice is too. */
bool utf8_is_valid(struct slice text);

#endif
