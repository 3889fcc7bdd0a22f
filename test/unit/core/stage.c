/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* See stage.h. */
#include "stage_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#define STAGE_WORDS_MAX 8

static struct world w;
static struct watch watch;
static struct stage_leg legs[STAGE_LEGS_MAX];
static size_t leg_count;
static struct buf text;  /* of the last step */
static struct buf heard; /* the sound line */

struct world *stage_world(void)
{
    return &w;
}

/* --- the telephones --- */

static struct stage_leg *leg_of(uint64_t id)
{
    for (size_t i = 0; i < leg_count; i++)
        if (legs[i].id == id)
            return &legs[i];
    fail_msg("an unknown leg");
    return NULL;
}

static void add_leg(uint64_t id, char of)
{
    assert_true(leg_count < STAGE_LEGS_MAX);
    legs[leg_count++] = (struct stage_leg){.id = id, .of = of};
}

/* "B": the newest that lives, "B#1": the first it had. */
static struct stage_leg *leg_named(const char *name)
{
    size_t nth = name[1] == '#' ? (size_t)(name[2] - '0') : 0;
    size_t seen = 0;
    struct stage_leg *found = NULL;
    for (size_t i = 0; i < leg_count; i++)
        if (legs[i].of == name[0] && (nth == 0 ? !legs[i].is_gone : ++seen == nth))
            found = &legs[i];
    if (!found)
        fail_msg("%s has no leg", name);
    return found;
}

/* --- inputs --- */

static void follow_order(const struct order *order)
{
    switch (order->kind) {
    case ORDER_RING:
        add_leg(order->leg, stage_name(order->dn));
        buf_printf(&text, "ring %c from %c", stage_name(order->dn), stage_name(order->from));
        if (order->trunk.len > 0)
            buf_printf(&text, " through %.*s", (int)order->trunk.len, order->trunk.ptr);
        buf_text(&text, order->is_urgent ? " urgently\n" : "\n");
        break;
    case ORDER_ANSWER:
        buf_printf(&text, "answer %c\n", leg_of(order->leg)->of);
        break;
    case ORDER_DROP:
        buf_printf(&text, "drop %c %s\n", leg_of(order->leg)->of, cause_text(order->cause));
        leg_of(order->leg)->is_dropping = true;
        break;
    case ORDER_TRANSFER:
        buf_printf(&text, "transfer %c%s%s\n", leg_of(order->leg)->of,
                   order->cause ? " refused: " : "", order->cause ? cause_text(order->cause) : "");
        break;
    case ORDER_HOLD:
        buf_printf(&text, "hold %c\n", leg_of(order->leg)->of);
        break;
    case ORDER_DTMF:
        buf_printf(&text, "dtmf %c %.*s\n", leg_of(order->leg)->of, (int)order->digits.len,
                   order->digits.ptr);
        break;
    default:
        break;
    }
}

static void check(void)
{
    struct buf bytes = {0};
    struct buf again = {0};
    struct core *copy = NULL;
    core_check(w.core);
    watch_check(&watch, w.core, STAGE_USERS, w.now_ms);
    core_snapshot(w.core, &bytes);
    assert_int_equal(core_restore(buf_view(&bytes), &copy), ERR_OK);
    core_check(copy);
    watch_check(&watch, copy, STAGE_USERS, w.now_ms);
    core_snapshot(copy, &again);
    assert_true(slice_equal(buf_view(&bytes), buf_view(&again)));
    core_destroy(copy);
    buf_free(&bytes);
    buf_free(&again);
}

static enum err apply(struct input *input)
{
    enum err err = world_apply(&w, input);
    if (err) {
        buf_printf(&text, "refused: %s\n", stage_refusal(err));
        assert_true(w.fx.reason.len > 0);
    }
    for (size_t i = 0; i < w.fx.order_count; i++)
        follow_order(&w.fx.orders[i]);
    for (size_t i = 0; i < w.fx.notice_count; i++)
        stage_write_notice(&text, w.fx.notices[i]);
    watch_follow(&watch, &w.fx);
    check();
    return err;
}

/* --- steps --- */

static enum err do_signal(struct signal signal, struct stage_leg *leg)
{
    struct input input = {.kind = INPUT_SIGNAL, .signal = signal};
    input.signal.leg = leg->id;
    input.signal.talks = true;
    if (signal.kind == SIGNAL_GONE) {
        leg->is_gone = true;
        watch_gone(&watch, leg->id);
    }
    return apply(&input);
}

static enum err hang_up(struct stage_leg *leg)
{
    return do_signal((struct signal){.kind = SIGNAL_GONE, .cause = CAUSE_HANGUP}, leg);
}

/* Telephones do as they are told. */
static void obey_drops(void)
{
    for (size_t i = 0; i < leg_count; i++)
        if (legs[i].is_dropping && !legs[i].is_gone)
            assert_int_equal(hang_up(&legs[i]), ERR_OK);
}

static enum err do_incoming(char *words[], bool is_outside)
{
    static uint64_t count;
    struct input input = {.kind = INPUT_SIGNAL,
                          .signal = {.kind = SIGNAL_INCOMING, .leg = LEG_OF_DRIVER | ++count}};
    input.signal.number = slice_of(words[3][1] ? words[3] : stage_number(words[3][0]));
    if (is_outside) {
        input.signal.trunk = SLICE("trunk");
        input.signal.from = words[1][0] == '?' ? SLICE("") : slice_of(stage_number(words[1][0]));
        add_leg(input.signal.leg, words[1][0]);
        return apply(&input);
    }
    input.signal.dn = slice_of(stage_number(words[1][0]));
    add_leg(input.signal.leg, words[1][0]);
    return apply(&input);
}

/* To a number, or to whom it talks to on another line: "phone A#1 transfers D", "... to A#2". */
static enum err do_transfer(char *words[])
{
    struct signal signal = {.kind = SIGNAL_TRANSFER};
    if (strcmp(words[3], "to") == 0)
        signal.other = leg_named(words[4])->id;
    else
        signal.number = slice_of(words[3][1] ? words[3] : stage_number(words[3][0]));
    return do_signal(signal, leg_named(words[1]));
}

static enum err do_telephone(char *words[])
{
    static const struct {
        const char *word;
        struct signal signal;
    } verbs[] = {
        {"ring", {.kind = SIGNAL_RINGING}},
        {"sounds", {.kind = SIGNAL_RINGING, .has_sound = true}},
        {"answer", {.kind = SIGNAL_ANSWERED}},
        {"hangup", {.kind = SIGNAL_GONE, .cause = CAUSE_HANGUP}},
        {"lost", {.kind = SIGNAL_GONE, .cause = CAUSE_FAILED}},
        {"busy", {.kind = SIGNAL_GONE, .cause = CAUSE_BUSY}},
        {"unanswered", {.kind = SIGNAL_GONE, .cause = CAUSE_NO_ANSWER}},
        {"decline", {.kind = SIGNAL_GONE, .cause = CAUSE_REJECTED}},
        {"hold", {.kind = SIGNAL_HELD}},
        {"retrieve", {.kind = SIGNAL_RETRIEVED}},
        {"refuses", {.kind = SIGNAL_REFUSED}},
    };
    bool is_in = strcmp(words[2], "in") == 0;
    if (strcmp(words[2], "calls") == 0)
        return do_incoming(words, false);
    if (is_in || strcmp(words[2], "out") == 0)
        return apply(
            &(struct input){.kind = INPUT_SIGNAL,
                            .signal = {.kind = is_in ? SIGNAL_REGISTERED : SIGNAL_UNREGISTERED,
                                       .dn = slice_of(stage_number(words[1][0]))}});
    if (strcmp(words[2], "redirects") == 0)
        return do_signal(
            (struct signal){.kind = SIGNAL_GONE,
                            .cause = CAUSE_REJECTED,
                            .number = slice_of(words[3][1] ? words[3] : stage_number(words[3][0]))},
            leg_named(words[1]));
    if (strcmp(words[2], "transfers") == 0)
        return do_transfer(words);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(words[2], verbs[i].word) == 0)
            return do_signal(verbs[i].signal, leg_named(words[1]));
    fail_msg("no such verb: %s", words[2]);
    return ERR_STATE;
}

static void do_clock(const char *ms)
{
    uint64_t until_ms = w.now_ms + strtoull(ms, NULL, 10);
    while (core_next_deadline(w.core) <= until_ms) {
        w.now_ms = core_next_deadline(w.core);
        assert_int_equal(apply(&(struct input){.kind = INPUT_DEADLINE}), ERR_OK);
    }
    w.now_ms = until_ms;
}

static enum err do_command(char *words[], size_t count)
{
    enum op op = OP_COUNT;
    for (int i = 0; i < OP_COUNT; i++)
        if (op_row((enum op)i)->name && strcmp(op_row((enum op)i)->name, words[1]) == 0)
            op = (enum op)i;
    if (op == OP_COUNT)
        fail_msg("no such operation: %s", words[1]);
    const struct op_row *row = op_row(op);
    char user[3] = {'u', (char)('0' + words[0][0] - 'A'), '\0'};
    struct pair pair = {0};
    struct input input = {.kind = INPUT_COMMAND,
                          .command = {.op = op, .user = slice_of(user), .voice = true}};
    size_t next = 2;
    if (row->targets & OP_ON_CALL)
        input.command.target = slice_of(stage_id((unsigned)atoi(words[next++])));
    else
        input.command.target = slice_of(stage_number(words[0][0]));
    if (row->targets & OP_ON_DEVICE && !(row->targets & OP_ON_CALL))
        input.command.at = OP_ON_DEVICE;
    if (row->targets & OP_ON_CALL)
        input.command.at = OP_ON_CALL;
    for (; next < count; next++) {
        char *equals = strchr(words[next], '=');
        if (equals) {
            pair =
                (struct pair){{words[next], (size_t)(equals - words[next])}, slice_of(equals + 1)};
            input.command.pairs = &pair;
            input.command.pair_count = 1;
        } else if (strncmp(words[next], "showing:", 8) == 0) {
            input.command.caller_id = slice_of(words[next] + 8);
        } else if (row->takes & (OP_PARAM_OTHER_CALL | OP_PARAM_CONSULT_CALL)) {
            input.command.call = slice_of(stage_id((unsigned)atoi(words[next])));
        } else if (words[next][1] == '\0' && op != OP_SEND_DTMF) {
            input.command.text = slice_of(stage_number(words[next][0]));
        } else {
            input.command.text = slice_of(words[next]);
        }
    }
    return apply(&input);
}

static enum err do_step(char *step)
{
    static char none[] = "";
    char *words[STAGE_WORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < STAGE_WORDS_MAX; i++)
        words[i] = none;
    for (char *word = strtok(step, " "); word && count < STAGE_WORDS_MAX; word = strtok(NULL, " "))
        words[count++] = word;
    assert_true(count >= 2);
    buf_reset(&text);
    enum err err = ERR_OK;
    if (strcmp(words[0], "phone") == 0)
        err = do_telephone(words);
    else if (strcmp(words[0], "outside") == 0)
        err = do_incoming(words, true);
    else if (strcmp(words[0], "clock") == 0)
        do_clock(words[1]);
    else
        err = do_command(words, count);
    size_t length = text.len;
    obey_drops();
    assert_int_equal(text.len, length); /* nobody is told that a telephone did as it was told */
    struct buf now = {0};
    stage_write_sound(&now, &watch, legs, leg_count);
    if (!slice_equal(buf_view(&now), buf_view(&heard)))
        buf_printf(&text, "%.*s\n", (int)now.len, now.ptr);
    buf_free(&heard);
    heard = now;
    return err;
}

/* With all but the last step accepted; that one's outcome. */
static enum err do_steps(const char *steps)
{
    char copy[2048];
    enum err err = ERR_OK;
    assert_true(strlen(steps) < sizeof copy);
    snprintf(copy, sizeof copy, "%s", steps);
    for (char *step = copy; step && *step;) {
        char *next = strstr(step, "; ");
        if (next) {
            *next = '\0';
            next += 2;
        }
        if (err)
            fail_msg("refused before '%s' in '%s': %.*s", step, steps, (int)w.fx.reason.len,
                     w.fx.reason.ptr);
        err = do_step(step);
        step = next;
    }
    return err;
}

void stage_play(const char *steps)
{
    if (do_steps(steps))
        fail_msg("refused: '%s': %.*s", steps, (int)w.fx.reason.len, w.fx.reason.ptr);
}

static void compare(const char *steps, const char *expected)
{
    buf_char(&text, '\0');
    if (getenv("CORDBOARD_SHOW"))
        printf("--- %s\n%s\n", steps, text.ptr);
    else if (strcmp(text.ptr, expected) != 0)
        fail_msg("after '%s'\n%s\nand not\n%s", steps, text.ptr, expected);
}

void stage_expect(const char *steps, const char *outcome)
{
    (void)do_steps(steps);
    compare(steps, outcome);
}

void stage_leads_to(const char *steps, const char *picture)
{
    enum err err = do_steps(steps);
    buf_reset(&text);
    if (err)
        buf_printf(&text, "refused: %s, ", stage_refusal(err));
    for (int i = 0; i < STAGE_USERS; i++)
        stage_write_calls(&text, &w, (char)('A' + i));
    stage_write_sound(&text, &watch, legs, leg_count);
    compare(steps, picture);
}

void stage_config(struct config_item item)
{
    struct input input = {.kind = INPUT_CONFIG, .config = item};
    buf_reset(&text);
    assert_int_equal(apply(&input), ERR_OK);
}

struct call_view stage_view(char user, unsigned call)
{
    char name[3] = {'u', (char)('0' + user - 'A'), '\0'};
    struct answer answer;
    struct query query = {
        .kind = QUERY_CALL, .user = slice_of(name), .target = slice_of(stage_id(call))};
    core_query(w.core, &query, w.now_ms, &answer);
    assert_int_equal(answer.err, ERR_OK);
    struct call_view view = answer.calls[0];
    answer.calls[0].call = call_part_ref(view.call);
    answer_release(&answer);
    return view;
}

int stage_begin(void **state)
{
    (void)state;
    world_init(&w, STAGE_USERS);
    stage_write_sound(&heard, &watch, legs, 0);
    return 0;
}

static void count_leg(void *ctx, const struct core_leg *leg)
{
    (void)leg;
    ++*(size_t *)ctx;
}

/* Everybody hangs up, and the clock goes on: then there is neither a call nor a leg. */
int stage_finish(void **state)
{
    (void)state;
    struct core_stats stats;
    size_t left = 0;
    for (size_t i = 0; i < leg_count; i++) { /* those that ring again come behind */
        if (!legs[i].is_gone)
            assert_int_equal(hang_up(&legs[i]), ERR_OK);
        if (i + 1 == leg_count)
            do_clock("200000");
    }
    core_stats(w.core, &stats);
    core_each_leg(w.core, count_leg, &left);
    assert_int_equal(stats.calls, 0);
    assert_int_equal(left, 0);
    watch_free(&watch);
    buf_free(&text);
    buf_free(&heard);
    memset(legs, 0, sizeof legs);
    leg_count = 0;
    stage_forget_calls();
    world_free(&w);
    return 0;
}
