/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Bytes that nobody can guess. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* Fills out from the kernel's generator; ends the process when there is none. Any thread. */
void random_fill(void *out, size_t size_bytes);

#endif
