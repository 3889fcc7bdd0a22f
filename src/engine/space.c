/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is left on the disk, looked at before commands are applied, ten times a second at most. With
 * less than the reserve, commands are refused while telephones' signals still become durable and
 * questions are answered: so a disk that fills up ends nothing that has begun, and nobody waits for
 * a commit that fails. On a small disk a tenth of it is reserve enough. */
#include "engine/engine_int.h"

#include "base/log.h"

#include <stdio.h>

#define LOOK_EVERY_US UINT64_C(100000)

static void look(struct engine *e)
{
    uint64_t free_bytes;
    uint64_t whole;
    uint64_t reserve = e->options.reserve_bytes;
    if (!journal_space(e->options.journal, &free_bytes, &whole))
        return;
    if (reserve > whole / 10)
        reserve = whole / 10;
    bool was_low = atomic_load(&e->is_low);
    /* It must be clearly enough again, or a disk at the very bound would change its mind at each
     * look. */
    bool is_low = free_bytes < (was_low ? reserve + reserve / 8 : reserve);
    if (is_low == was_low)
        return;
    pthread_mutex_lock(&e->trouble_lock);
    snprintf(e->trouble, sizeof e->trouble, ENGINE_TROUBLE_BEGIN "the disk is full");
    pthread_mutex_unlock(&e->trouble_lock);
    atomic_store(&e->is_low, is_low);
    log_line(is_low ? LOG_ERROR : LOG_INFO, "engine.space",
             "is_full=%d free_bytes=%llu reserve_bytes=%llu", is_low,
             (unsigned long long)free_bytes, (unsigned long long)reserve);
}

bool engine_is_low(struct engine *e)
{
    uint64_t now_us = clock_monotonic_us();
    if (e->options.reserve_bytes > 0 &&
        (e->space_looked_us == 0 || now_us - e->space_looked_us >= LOOK_EVERY_US)) {
        e->space_looked_us = now_us;
        look(e);
    }
    return atomic_load(&e->is_low);
}
