/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Asking about several users at once: in the order of the names, with nothing of unknown ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

#include "base/codec.h"

static struct answer ask(const struct world *w, const char *const *names, size_t count)
{
    struct buf packed = {0};
    for (size_t i = 0; i < count; i++)
        enc_bytes(&packed, slice_of(names[i]));
    struct query query = {.kind = QUERY_PRESENCE, .user = SLICE("u0"), .names = buf_view(&packed)};
    struct answer answer;
    core_query(w->core, &query, w->now_ms, &answer);
    buf_free(&packed);
    return answer;
}

static void presence_is_in_the_order_of_the_names(void **state)
{
    (void)state;
    struct world w;
    world_init(&w, 3);
    assert_int_equal(world_command(&w, "u1", OP_START_CONTACT_CENTER_SESSION, "", ""), ERR_OK);
    assert_int_equal(world_command(&w, "u2", OP_DIAL, "102", "100"), ERR_OK);
    struct answer answer = ask(&w, (const char *const[]){"u2", "nobody", "u1"}, 3);
    assert_int_equal(answer.err, ERR_OK);
    assert_int_equal(answer.presence_count, 3);
    assert_true(answer.presences[0].has_call);
    assert_null(answer.presences[0].state);
    assert_int_equal(answer.presences[0].device_count, 1);
    assert_false(answer.presences[1].has_call);
    assert_int_equal(answer.presences[1].device_count, 0);
    assert_false(answer.presences[2].has_call);
    assert_int_equal(answer.presences[2].state->mode, AGENT_NOT_READY);
    assert_int_equal(answer.device_count, 2);
    assert_string_equal(answer.devices[0].dn, "102");
    assert_string_equal(answer.devices[1].dn, "101");
    assert_true(answer.devices[1].is_registered);
    answer_release(&answer);
    answer = ask(&w, NULL, 0);
    assert_int_equal(answer.presence_count, 0);
    answer_release(&answer);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(presence_is_in_the_order_of_the_names)};
    return cmocka_run_group_tests_name("core presence", tests, NULL, NULL);
}
