/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a batch let go: the receiver's from the moment it is handed over. Freed on the receiver's
 * thread, so that the core thread does not pay for it. The arrays are in the release's own arena;
 * answers are blocks of their own, because one may outlive its release. */
#include "base/mem.h"
#include "engine/engine_int.h"

struct release *release_create(void)
{
    return mem_zalloc(sizeof(struct release));
}

void release_free(struct release *release)
{
    for (size_t i = 0; i < release->reply_count; i++) {
        if (release->replies[i].answer)
            answer_release(release->replies[i].answer);
        mem_free(release->replies[i].answer);
    }
    for (size_t i = 0; i < release->notice_count; i++)
        notice_unref(release->notices[i]);
    arena_free(&release->arena);
    mem_free(release);
}
