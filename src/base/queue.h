/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* A bounded queue of pointers between threads: many writers, one reader. The bound has two marks:
 * ordinary messages are refused over limit, reserved ones (signals, which may not be lost) never:
 * the queue grows for them. The writer that puts the first message into an empty queue calls wake,
 * outside the lock; a reader that wants to block uses queue_wait instead. */
#ifndef BASE_QUEUE_H
#define BASE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue;

struct queue *queue_create(size_t limit, void (*wake)(void *ctx), void *ctx);
/* When no writer is in queue_put any more: who has joined the writers knows. NULL is fine. */
void queue_destroy(struct queue *q);
/* false when full and not reserved: nothing was queued. */
bool queue_put(struct queue *q, void *item, bool reserved);
/* Takes up to max items in order; returns how many. Who is woken takes until it gets fewer than
 * max: nobody wakes it for what it left. */
size_t queue_take(struct queue *q, void **items, size_t max);
/* Blocks until there is an item or until_ms of CLOCK_MONOTONIC has come (UINT64_MAX: no bound). */
void queue_wait(struct queue *q, uint64_t until_ms);
size_t queue_length(struct queue *q);

#endif
