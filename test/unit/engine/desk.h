/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An engine on a journal of its own, with telephones that do what they are told, and a notebook of
 * everything it released. Users are u0, u1 ..., their devices 100, 101 ... */
#ifndef DESK_H
#define DESK_H

#include "engine/engine.h"

#define DESK_START_MS UINT64_C(1700000000000)
#define DESK_MAX      64
#define DESK_EXTRA    4

struct desk_reply {
    uintptr_t tag;
    enum err err;
    char reason[200];
    uint64_t time_ms; /* of an answer */
    uint64_t seq;
    size_t calls;
    size_t notices_before; /* in the notebook when it came */
};

struct desk_notice {
    char user[8];
    uint64_t seq;
    uint64_t time_ms;
    enum notice_kind kind;
    enum party_state state;
    bool is_replay;
};

struct desk_order {
    enum order_kind kind;
    uint64_t leg;
    char dn[8];
    bool is_durable; /* nothing of the journal's log was unsynced then */
};

struct desk_leg {
    uint64_t leg;
    enum leg_phase phase;
    char dn[8];
    char keep[16];
};

struct desk {
    const char *directory;
    struct journal_options journal_options;
    struct engine_options options;
    struct journal *journal;
    struct engine *engine;
    char why[300];
    unsigned users;
    struct config_item items[2 * DESK_MAX + 1 + DESK_EXTRA];
    size_t extra_count; /* behind those of the users */
    char names[DESK_MAX][2][16];

    struct line_driver line;
    struct line_host host;
    bool is_deaf;         /* telephones ring and say nothing */
    enum err line_result; /* of its start */

    /* The notebook, under its lock. */
    struct desk_reply *replies;
    size_t reply_count, reply_cap;
    struct desk_notice *notices;
    size_t notice_count, notice_cap;
    struct desk_order *orders;
    size_t order_count, order_cap;
    struct desk_leg legs[8];
    size_t leg_count;
    uint64_t recorded[8];
    size_t recorded_count;
    size_t records_told;
    uint64_t last_told; /* tag */
    char line_records[200];
    char devices[8][16]; /* as it was told last */
    size_t device_count;
    size_t orders_before_devices;
    size_t release_count;
    bool was_early; /* something was released with the log not synced */
};

/* A fresh directory, a manual clock; vfs as in struct journal_options. */
void desk_init(struct desk *d, unsigned users, const char *vfs);
/* Opens the journal and makes the engine; the result of the first that fails. */
enum err desk_open(struct desk *d);
enum err desk_start(struct desk *d);
/* Both, or the test fails. */
void desk_run(struct desk *d);
/* Stops, frees engine and journal; the notebook and the directory stay. */
void desk_close(struct desk *d);
void desk_forget(struct desk *d);
void desk_free(struct desk *d);
/* A desk like this one on a copy of its directory as it is now, as if the process had ended here.
 */
void desk_crash(const struct desk *d, struct desk *copy);

/* As the engine takes it. */
void *desk_tag(uintptr_t tag);
enum err desk_command(struct desk *d, unsigned user, enum op op, const char *target,
                      const char *text, uintptr_t tag);
/* Waits for the reply; fails the test when none comes. */
struct desk_reply desk_wait(struct desk *d, uintptr_t tag);
/* Command and reply. */
struct desk_reply desk_do(struct desk *d, unsigned user, enum op op, const char *target,
                          const char *text);
struct desk_reply desk_query(struct desk *d, enum query_kind kind, unsigned user);
/* Moves the clock, and returns when all that came of it is released. */
void desk_advance(struct desk *d, uint64_t ms);
/* The leg last ordered to ring. */
uint64_t desk_ringing(struct desk *d, const char *dn);
/* Before it is run: one more item of the configuration. */
void desk_add(struct desk *d, struct config_item item);
/* Waits until so many were given; fails the test when they don't come. */
void desk_wait_orders(struct desk *d, enum order_kind kind, size_t count);
size_t desk_count_orders(struct desk *d, enum order_kind kind);
size_t desk_replies(struct desk *d);

#endif
