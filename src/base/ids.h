/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The forms of identifiers (reference: voice API section 2, platform API 1.3). */
#ifndef BASE_IDS_H
#define BASE_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* len random-looking bytes that depend on nothing but seed, salt and len. */
void ids_expand(const uint8_t seed[16], uint64_t salt, uint8_t *out, size_t len);
/* 32 upper-case base-32 characters (A-Z, 2-7) of 20 bytes, and a NUL. */
void ids_base32(const uint8_t bytes[20], char out[33]);
/* 2 * len lower-case hex digits and a NUL. */
void ids_hex(const uint8_t *bytes, size_t len, char *out);
/* Lower-case GUID with dashes of a name: the same name gives the same GUID, always. */
void ids_guid_of_name(struct slice name, char out[37]);
/* 32 lower-case hex digits of a name. */
void ids_hex_of_name(struct slice name, char out[33]);

#endif
