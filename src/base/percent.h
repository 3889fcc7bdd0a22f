/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Hexadecimal digits, and the percent-encoding of URIs and forms (RFC 3986 section 2.1). */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/error.h"
#include "base/slice.h"

/* 0 to 15; -1 when it is no hexadecimal digit. */
int hex_value(char c);

enum percent_way {
    PERCENT_STRICT,  /* a '%' that begins no code, and %00, are refused: ERR_INVALID */
    PERCENT_LENIENT, /* a '%' that begins no code stands for itself */
    PERCENT_FORM,    /* the same, and '+' is a blank */
};

/* Decodes text into out, which has room for text.len bytes and may be text itself. */
enum err percent_decode(struct slice text, enum percent_way way, char *out, size_t *out_len);

#endif
