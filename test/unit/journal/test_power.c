/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The power fails in the middle of anything, many times: at a random write of a random
 * transaction, at every single one of a short history, during checkpoints and during the opening
 * after another cut. After each, what was committed must be there, and of the transaction that was
 * under way all or nothing.
 *
 * The seed is printed; CORDBOARD_POWER_SEED gives another, CORDBOARD_POWER_RUNS another number of
 * histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/log.h"
#include "journal/journal.h"
#include "lossy_vfs.h"
#include "scratch.h"

#define KEYS         6
#define CUTS_A_LIFE  6
#define DEFAULT_RUNS 250
#define DEFAULT_SEED UINT64_C(20)

/* What must be on the disk: the committed, and the transaction that was under way when the power
 * failed. A record's value is the number of the transaction that wrote it, 0 when it is absent. */
struct model {
    uint64_t head;
    uint64_t first;
    uint64_t records[KEYS];
    bool is_open;
    uint64_t open_head;
    uint64_t open_trim;
    uint64_t open_records[KEYS];
};

struct history {
    const char *directory;
    struct journal *j;
    struct model m;
    uint64_t seed;
    uint64_t draws;
    uint64_t transactions;
    unsigned landed; /* transactions that were under way and are there */
    unsigned lost;
    struct buf scratch;
};

static uint64_t draw(struct history *h, uint64_t below)
{
    return hash_u64(h->seed, h->draws++) % below;
}

/* A batch's bytes follow from its number: 0 to 20,000 of them. */
static struct slice batch_of(struct history *h, uint64_t number)
{
    uint64_t x = hash_u64(h->seed, number + UINT64_C(1000000));
    size_t len = x % 8 == 0 ? x % 20000 : x % 200;
    buf_reset(&h->scratch);
    buf_reserve(&h->scratch, len + 1);
    for (size_t i = 0; i < len; i++)
        h->scratch.ptr[i] = (char)(x >> (i % 8 * 8) ^ i);
    h->scratch.len = len;
    return buf_view(&h->scratch);
}

static enum err put_record(struct history *h, unsigned key, uint64_t value)
{
    char name[8], text[24];
    snprintf(name, sizeof name, "key%u", key);
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    h->m.open_records[key] = value;
    return journal_put(h->j, RECORD_WEB_SESSION, slice_of(name),
                       value > 0 ? slice_of(text) : SLICE_NONE);
}

static enum err transact(struct history *h)
{
    struct model *m = &h->m;
    uint64_t number = ++h->transactions;
    bool with_batch = number == 1 || draw(h, 8) > 0;
    m->is_open = true;
    m->open_head = m->head;
    m->open_trim = 0;
    memcpy(m->open_records, m->records, sizeof m->records);
    enum err err = journal_begin(h->j);
    for (uint64_t n = draw(h, 4); n > 0 && err == ERR_OK; n--)
        err = put_record(h, (unsigned)draw(h, KEYS), draw(h, 4) > 0 ? number : 0);
    if (err == ERR_OK && with_batch) {
        err = journal_append(h->j, batch_of(h, m->head + 1), hash_u64(7, m->head + 1));
        m->open_head++;
    }
    if (err == ERR_OK && m->head > 20 && draw(h, 3) == 0) {
        m->open_trim = m->head - 15;
        err = journal_trim(h->j, m->open_trim);
    }
    if (err == ERR_OK)
        err = journal_commit(h->j);
    else
        journal_rollback(h->j);
    if (err != ERR_OK)
        return err;
    m->is_open = false;
    m->head = m->open_head;
    m->first = journal_first(h->j);
    memcpy(m->records, m->open_records, sizeof m->records);
    return ERR_OK;
}

static enum err open_journal(struct history *h)
{
    char why[300] = "";
    struct journal_options options = {.directory = h->directory, .vfs = "lossy", .version = 1};
    h->j = NULL;
    enum err err = journal_open(&options, &h->j, why, sizeof why);
    if (err != ERR_OK && !lossy_is_cut())
        fail_msg("%s (seed %llu)", why, (unsigned long long)h->seed);
    return err;
}

/* Until the power fails. */
static void live(struct history *h)
{
    while (open_journal(h) == ERR_OK) {
        enum err err = ERR_OK;
        for (uint64_t n = draw(h, 60); n > 0 && err == ERR_OK; n--) {
            err = transact(h);
            if (draw(h, 10) == 0)
                (void)journal_checkpoint(h->j);
        }
        journal_close(h->j);
        h->j = NULL;
        if (err != ERR_OK || lossy_is_cut())
            break;
    }
    if (!lossy_is_cut())
        fail_msg("a transaction failed with the power on (seed %llu)", (unsigned long long)h->seed);
}

static enum err check_batch(void *ctx, uint64_t number, struct slice batch, uint64_t digest)
{
    struct history *h = ctx;
    assert_int_equal(digest, hash_u64(7, number));
    assert_true(slice_equal(batch, batch_of(h, number)));
    return ERR_OK;
}

static uint64_t record_now(struct history *h, unsigned key)
{
    char name[8];
    struct buf value = {0};
    unsigned long long number = 0;
    snprintf(name, sizeof name, "key%u", key);
    if (journal_get(h->j, RECORD_WEB_SESSION, slice_of(name), &value) == ERR_OK)
        assert_true(slice_to_u64(buf_view(&value), UINT64_MAX, &number));
    buf_free(&value);
    return number;
}

static void check_records(struct history *h, const uint64_t expected[KEYS])
{
    for (unsigned key = 0; key < KEYS; key++)
        assert_int_equal(record_now(h, key), expected[key]);
}

/* The transaction that was under way changed something that can be seen. */
static bool has_landed(struct history *h)
{
    const struct model *m = &h->m;
    if (!m->is_open)
        return false;
    if (m->open_head != m->head)
        return journal_head(h->j) == m->open_head;
    for (unsigned key = 0; key < KEYS; key++)
        if (m->open_records[key] != m->records[key])
            return record_now(h, key) == m->open_records[key];
    return false;
}

static void check(struct history *h)
{
    struct model *m = &h->m;
    assert_int_equal(open_journal(h), ERR_OK);
    if (has_landed(h)) {
        h->landed++;
        m->head = m->open_head;
        memcpy(m->records, m->open_records, sizeof m->records);
    } else {
        h->lost += m->is_open;
        assert_true(journal_first(h->j) == m->first || m->open_trim > 0);
    }
    assert_int_equal(journal_head(h->j), m->head);
    assert_true(journal_first(h->j) >= m->first);
    check_records(h, m->records);
    assert_int_equal(journal_replay(h->j, journal_first(h->j) - 1, check_batch, h), ERR_OK);
    m->is_open = false;
    m->first = journal_first(h->j);
    journal_close(h->j);
    h->j = NULL;
}

static void begin(struct history *h, uint64_t seed)
{
    *h = (struct history){.directory = scratch_make(), .seed = seed, .m.first = 1};
    lossy_begin(seed);
}

static void end(struct history *h)
{
    buf_free(&h->scratch);
    scratch_remove(h->directory);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

static void cuts_at_random_moments(void **state)
{
    (void)state;
    uint64_t seed = from_environment("CORDBOARD_POWER_SEED", DEFAULT_SEED);
    uint64_t runs = from_environment("CORDBOARD_POWER_RUNS", DEFAULT_RUNS);
    static const unsigned chances[] = {0, 50, 97, 100};
    unsigned landed = 0, lost = 0;
    uint64_t transactions = 0;
    print_message("seed %llu, %llu histories of %d cuts\n", (unsigned long long)seed,
                  (unsigned long long)runs, CUTS_A_LIFE);
    for (uint64_t run = 0; run < runs; run++) {
        struct history h;
        begin(&h, hash_u64(seed, run));
        for (int cut = 0; cut < CUTS_A_LIFE; cut++) {
            lossy_cut_after(1 + draw(&h, draw(&h, 3) == 0 ? 20 : 400));
            live(&h);
            lossy_power_cycle(chances[draw(&h, 4)]);
            check(&h);
        }
        landed += h.landed;
        lost += h.lost;
        transactions += h.transactions;
        end(&h);
    }
    print_message("%llu transactions; of those under way %u were there, %u were not\n",
                  (unsigned long long)transactions, landed, lost);
    assert_true(landed > 0 && lost > 0);
}

static void a_cut_at_every_operation(void **state)
{
    (void)state;
    for (unsigned percent = 0; percent <= 100; percent += 50) {
        for (uint64_t at = 1; at < 120; at++) {
            struct history h;
            begin(&h, 77);
            lossy_cut_after(at);
            live(&h);
            lossy_power_cycle(percent);
            check(&h);
            end(&h);
        }
    }
}

/* The measure itself: without a sync nothing stays. */
static void what_was_not_synced_is_lost(void **state)
{
    (void)state;
    struct history h;
    begin(&h, 5);
    assert_int_equal(open_journal(&h), ERR_OK);
    assert_int_equal(transact(&h), ERR_OK);
    assert_false(lossy_has_unsynced("-wal"));
    assert_int_equal(journal_begin(h.j), ERR_OK);
    lossy_fail_syncs(true);
    assert_int_equal(journal_append(h.j, SLICE("not synced"), 1), ERR_OK);
    assert_int_equal(journal_commit(h.j), ERR_IO);
    assert_true(lossy_has_unsynced("-wal"));
    lossy_fail_syncs(false);
    lossy_cut_after(1);
    journal_close(h.j);
    lossy_power_cycle(0);
    check(&h);
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_synced_is_lost),
        cmocka_unit_test(a_cut_at_every_operation),
        cmocka_unit_test(cuts_at_random_moments),
    };
    log_set_level(LOG_ERROR); /* of each cut there would be a warning */
    return cmocka_run_group_tests_name("journal: power", tests, NULL, NULL);
}
