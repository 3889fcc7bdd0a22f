/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Items of the configuration that the core keeps as they were put: encoded, so that "did anything
 * change" is a comparison of bytes and a snapshot is a copy, and decoded, to be read. */
#include "core/core_int.h"

bool held_item_set(struct held_item *held, const struct config_item *item)
{
    struct input input = {.kind = INPUT_CONFIG, .config = *item};
    struct buf bytes = {0};
    input_encode(&input, &bytes);
    if (slice_equal(buf_view(&bytes), buf_view(&held->bytes))) {
        buf_free(&bytes);
        return false;
    }
    held_item_free(held);
    held->bytes = bytes;
    struct dec d = dec_of(buf_view(&held->bytes));
    (void)input_decode(&d, &held->arena, &input);
    held->item = input.config;
    return true;
}

void held_item_free(struct held_item *held)
{
    buf_free(&held->bytes);
    arena_free(&held->arena);
    *held = (struct held_item){0};
}
