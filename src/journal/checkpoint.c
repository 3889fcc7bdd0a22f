/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Moving the write-ahead log into the database, on a thread and a connection of its own.
 *
 * PASSIVE does the work beside the writer. Under unbroken load it never quite catches up, so the
 * log would never be begun anew; once it is long, RESTART follows, which holds the writer back for
 * the few frames that PASSIVE left.
 *
 * SQLite before 3.51.3 has a race (sqlite.org/wal.html, "The WAL-reset bug"): a checkpoint that
 * begins while everything is moved already may overlook that a commit just begins the log anew, and
 * later frames are then never moved. It can't happen while at least one frame is left to move, as
 * then no writer may begin anew. So no checkpoint begins before two more batches are committed: the
 * first may have been moved by the last checkpoint before it was counted, the second was not.
 * RESTART reads the log's state with the writer's lock held, and so is out of reach of the race. */
#include "journal/journal_int.h"

#include "base/log.h"

#define LONG_LOG_FRAMES 8192 /* of 4 kB */

enum err journal_checkpoint(struct journal *j)
{
    uint64_t commits = atomic_load_explicit(&j->commits, memory_order_acquire);
    if (commits < j->commits_before + 2)
        return ERR_OK;
    if (!j->checkpoint_db) {
        enum err err = journal_connect(j, &j->checkpoint_db, NULL);
        if (err != ERR_OK)
            return err;
    }
    int frames = 0, moved = 0;
    int rc = sqlite3_exec(j->checkpoint_db, "SELECT 1 FROM meta", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_wal_checkpoint_v2(j->checkpoint_db, NULL, SQLITE_CHECKPOINT_PASSIVE, &frames,
                                       &moved);
    if (rc == SQLITE_OK && frames > LONG_LOG_FRAMES)
        rc = sqlite3_wal_checkpoint_v2(j->checkpoint_db, NULL, SQLITE_CHECKPOINT_RESTART, &frames,
                                       &moved);
    j->commits_before = atomic_load_explicit(&j->commits, memory_order_acquire);
    if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
        return ERR_OK;
    log_line(LOG_WARN, "journal.checkpoint", "code=%d", rc);
    return ERR_IO;
}
