/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

#include "phones.h"

struct signal told[TOLD_MAX];
size_t told_count;
struct line_driver *sim;
const char *refusal;

static char texts[TOLD_MAX][5][256];

static struct slice remember(size_t at, struct slice text)
{
    if (!text.ptr)
        return text;
    assert_true(text.len <= sizeof texts[told_count][at]);
    memcpy(texts[told_count][at], text.ptr, text.len);
    return (struct slice){texts[told_count][at], text.len};
}

static void take_signal(void *ctx, const struct signal *signal)
{
    (void)ctx;
    assert_true(told_count < TOLD_MAX);
    struct signal *copy = &told[told_count];
    *copy = *signal;
    copy->keep = remember(0, signal->keep);
    copy->dn = remember(1, signal->dn);
    copy->number = remember(2, signal->number);
    copy->from = remember(3, signal->from);
    copy->trunk = remember(4, signal->trunk);
    told_count++;
}

void phones_start(const struct line_leg *legs, size_t count)
{
    static const struct line_device devices[] = {{.dn = "100"}, {.dn = "101"}};
    static const struct line_host host = {.signal = take_signal};
    static const struct line_trunk trunks[] = {{.name = "north"}, {.name = "south"}};
    told_count = 0;
    sim = line_sim_create(devices, 2);
    sim->trunks(sim->self, trunks, 2);
    assert_int_equal(sim->start(sim->self, &host, legs, count), ERR_OK);
}

int phones_begin(void **state)
{
    (void)state;
    phones_start(NULL, 0);
    assert_int_equal(told_count, 2);
    assert_told(0, SIGNAL_REGISTERED, 0);
    assert_true(told[0].talks);
    told_count = 0;
    return 0;
}

int phones_finish(void **state)
{
    (void)state;
    sim->stop(sim->self);
    line_sim_destroy(sim);
    return 0;
}

void order(struct order order)
{
    told_count = 0;
    sim->order(sim->self, &order, 1);
}

void ring(uint64_t leg, const char *dn, const char *from)
{
    order(
        (struct order){.kind = ORDER_RING, .leg = leg, .dn = slice_of(dn), .from = slice_of(from)});
}

static struct slice number_of(const char *dn, bool *is_outside)
{
    size_t len = strlen(dn);
    *is_outside = dn[0] == '+' || dn[0] == '(';
    return dn[0] == '(' ? (struct slice){dn + 1, len - 2} : slice_of(dn);
}

enum err request(struct sim_request request)
{
    told_count = 0;
    return line_sim_act(sim, &request, &refusal);
}

enum err act(const char *dn, enum sim_act what, const char *text)
{
    struct sim_request r = {.act = what, .text = slice_of(text)};
    r.number = number_of(dn, &r.is_outside);
    return request(r);
}

void assert_told(size_t at, enum signal_kind kind, uint64_t leg)
{
    assert_true(at < told_count);
    assert_int_equal(told[at].kind, kind);
    assert_int_equal(told[at].leg, leg);
}

uint64_t dialled(void)
{
    assert_true(told_count > 0);
    assert_int_equal(told[told_count - 1].kind, SIGNAL_INCOMING);
    return told[told_count - 1].leg;
}

static struct buf shown(const char *dn)
{
    struct buf out = {0};
    bool is_outside;
    struct slice number = number_of(dn, &is_outside);
    assert_int_equal(line_sim_show(sim, is_outside, number, &out), ERR_OK);
    buf_char(&out, '\0');
    return out;
}

void assert_shows(const char *dn, const char *expected)
{
    struct buf out = shown(dn);
    assert_string_equal(out.ptr, expected);
    buf_free(&out);
}

void assert_shows_part(const char *dn, const char *part)
{
    struct buf out = shown(dn);
    if (!strstr(out.ptr, part))
        fail_msg("%s is not in %s", part, out.ptr);
    buf_free(&out);
}
