/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A file layer for SQLite, named "lossy", that can lose what was not synced: a power cut in a
 * process that lives on. It passes everything through to the system's layer, and remembers for
 * each file what the last sync made certain and what was written since.
 *
 * Any thread. One process, one power supply. */
#ifndef LOSSY_VFS_H
#define LOSSY_VFS_H

#include <stdbool.h>
#include <stdint.h>

#define LOSSY_NEVER UINT64_MAX

/* Registers the layer on first use; forgets all files, restores the power, and starts the random
 * sequence that decides what a cut leaves. */
void lossy_begin(uint64_t seed);
/* The power fails at the n-th write, sync, truncation or removal from now: that one and all that
 * follows fails. LOSSY_NEVER: it does not. */
void lossy_cut_after(uint64_t operations);
bool lossy_is_cut(void);
/* Call with all files closed: makes the files what a disk holds after the cut, and restores the
 * power. Each sector that was written and not synced is there with a chance of so many percent;
 * with 100 all are, as after the end of the process alone. */
void lossy_power_cycle(unsigned percent);

/* From now on syncs fail, or work again. */
void lossy_fail_syncs(bool do_fail);
/* Waits until so many syncs have failed; false when that does not come in ten seconds. */
bool lossy_wait_failures(unsigned count);
/* Something was written to a file whose name ends so, and not synced since. */
bool lossy_has_unsynced(const char *suffix);

#endif
