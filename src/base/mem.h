/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Allocation that does not return NULL: out of memory ends the process with a message. The journal
 * makes that a restart, not a loss (docs/decisions/0003-out-of-memory.md). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size_bytes);
/* Zeroed. */
void *mem_zalloc(size_t size_bytes);
void *mem_realloc(void *ptr, size_t size_bytes);
/* Grows an array to hold at least need elements: doubles *cap as it must. Returns the new array. */
void *mem_grow(void *array, size_t *cap, size_t need, size_t element_size);
char *mem_strdup(const char *text);
void mem_free(void *ptr);

#endif
