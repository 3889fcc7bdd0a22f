/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Directories for tests: made under TMPDIR, removed with what is in them. */
#ifndef SCRATCH_H
#define SCRATCH_H

/* The path is static text until the next call but three. Aborts when it can't. */
const char *scratch_make(void);
void scratch_remove(const char *directory);
/* All files of one directory into another, as they are now: what a crash would leave. */
void scratch_copy(const char *from, const char *to);

#endif
