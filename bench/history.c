/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The history of calls, when there are many: what it costs to write, on the core thread and on the
 * disk, and how long questions take.
 *
 *     history DIRECTORY [CALLS]
 *
 * A core whose agents call each other in pairs feeds the store; each transaction has what 256 calls
 * leave. Then each question is asked so often, for one agent after the other, one at a time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/queue.h"
#include "common.h"
#include "core_world.h"
#include "histogram.h"
#include "store/store.h"

#define PAIRS     500
#define CALLS     1000000
#define A_COMMIT  256
#define QUESTIONS 200
#define PAGE      100

struct post {
    void (*fn)(void *arg);
    void *arg;
};

static struct world w;
static struct journal *journal;
static struct store *store;
static struct queue *posts;
static bool is_answered;
static uint64_t found_total;
static size_t found_count;

static void post(void *ctx, void (*fn)(void *arg), void *arg)
{
    struct post *p = malloc(sizeof *p);
    (void)ctx;
    *p = (struct post){fn, arg};
    queue_put(posts, p, true);
}

static void render(const struct store_call *call, struct buf *out)
{
    (void)call;
    (void)out;
}

static void must(enum err err, const char *what)
{
    if (err)
        die("%s: %s", what, err_row(err)->text);
}

static void open_store(const char *directory)
{
    char why[300];
    struct journal_options options = {.directory = directory, .version = CORE_VERSION};
    if (journal_open(&options, &journal, why, sizeof why))
        die("%s", why);
    posts = queue_create(0, NULL, NULL);
    struct store_options of_store = {
        .journal = journal, .render = render, .poster = {.post = post}};
    must(store_create(&of_store, &store), "the store");
}

/* One call of the pair, from Dial to the last word of its telephones. */
static void call(size_t pair)
{
    world_drop_effects(&w);
    world_establish(&w, pair, 1);
    world_command(&w, &w.pairs[pair], CALLER, OP_UPDATE_USER_DATA);
    w.now_ms += 137;
    world_release(&w, pair, 1);
}

static void write_calls(unsigned calls)
{
    uint64_t in_store = 0, in_commit = 0;
    for (unsigned i = 0; i < calls; i++) {
        if (i % A_COMMIT == 0)
            must(journal_begin(journal), "begin");
        call(i % PAIRS);
        uint64_t before = now_ns();
        must(store_write(store, journal, w.fx.histories, w.fx.history_count), "write");
        in_store += now_ns() - before;
        before = now_ns();
        if (i % A_COMMIT == A_COMMIT - 1 || i == calls - 1) {
            must(journal_append(journal, SLICE("b"), 1), "append");
            must(journal_commit(journal), "commit");
            in_commit += now_ns() - before;
            must(journal_checkpoint(journal), "checkpoint");
        }
        if (i % PAIRS == PAIRS - 1)
            world_forget(&w);
    }
    row("history of a call of two, with two pairs of user data: written in", "20 us or less",
        "%.1f us, and %.1f us of the commit of %u", (double)in_store / calls / 1000,
        (double)in_commit / calls / 1000, (unsigned)A_COMMIT);
}

static void found(void *ctx, const struct store_found *answer)
{
    (void)ctx;
    must(answer->err, "a question");
    found_total = answer->total;
    found_count = answer->count;
    is_answered = true;
}

static void ask(const struct store_search *search)
{
    is_answered = false;
    store_search(store, search, found, NULL);
    while (!is_answered) {
        void *item;
        if (queue_take(posts, &item, 1) == 0) {
            queue_wait(posts, UINT64_MAX);
            continue;
        }
        struct post p = *(struct post *)item;
        free(item);
        p.fn(p.arg);
    }
}

static void measure(const char *what, const char *goal, struct store_search search, bool is_agents)
{
    struct histogram times = {0};
    char text[120];
    search.limit = PAGE;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        if (is_agents)
            search.user = slice_of(w.pairs[i * 7 % PAIRS].user[i % 2]);
        uint64_t before = now_ns();
        ask(&search);
        histogram_add(&times, now_ns() - before);
    }
    row(what, goal, "%s; %zu of %" PRIu64, histogram_text(&times, text, sizeof text), found_count,
        found_total);
}

static void measure_all(unsigned calls, uint64_t begun_ms)
{
    uint64_t middle_ms = begun_ms + (w.now_ms - begun_ms) / 2;
    measure("- an agent's newest page of 100", "p99 < 20 ms",
            (struct store_search){.to_ms = UINT64_MAX}, true);
    measure("- an agent's calls of a tenth of the time", "p99 < 20 ms",
            (struct store_search){.from_ms = middle_ms,
                                  .to_ms = middle_ms + (w.now_ms - begun_ms) / 10},
            true);
    measure("- the site's newest page of 100", "p99 < 100 ms",
            (struct store_search){.to_ms = UINT64_MAX}, false);
    measure("- the site's page in the middle of all, by its time", "p99 < 100 ms",
            (struct store_search){.to_ms = middle_ms}, false);
    measure("- the same, by passing over all that are newer", "",
            (struct store_search){.to_ms = UINT64_MAX, .offset = calls / 2}, false);
}

int main(int argc, char **argv)
{
    char path[4200];
    struct stat stat_of;
    if (argc < 2 || argc > 3)
        die("usage: history DIRECTORY [CALLS]");
    unsigned calls = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : CALLS;
    open_store(argv[1]);
    world_begin(&w, PAIRS);
    uint64_t begun_ms = w.now_ms;
    write_calls(calls);
    measure_all(calls, begun_ms);
    snprintf(path, sizeof path, "%s/journal.db", argv[1]);
    if (stat(path, &stat_of) == 0)
        row("- on the disk", "1 kB or less a call", "%.0f bytes a call, %u calls",
            (double)stat_of.st_size / calls, calls);
    store_stop(store);
    store_destroy(store);
    journal_close(journal);
    queue_destroy(posts);
    world_end(&w);
    return 0;
}
