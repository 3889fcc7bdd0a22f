/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Numbers out of URIs and into them. */
#include "tests.h"

static void numbers(void **state)
{
    static const struct {
        const char *uri, *number; /* NULL: refused */
    } rows[] = {
        {"sip:15001@192.0.2.1", "15001"},
        {"sip:15001@192.0.2.1:5060;transport=udp", "15001"},
        {"SIPS:+493012345@example.org", "+493012345"},
        {"sip:15001;phone-context=x@example.org", "15001"},
        {"sip:15001:secret@example.org", "15001"},
        {"sip:%2A21%23@example.org", "*21#"},
        {"tel:+49-30-12345;isub=1", "+49-30-12345"},
        {"sip:192.0.2.1", NULL},
        {"sip:@192.0.2.1", NULL},
        {"http://15001@x", NULL},
        {"sip:a%2@x", NULL},
        {"sip:a%zz@x", NULL},
        {"sip:a%00b@x", NULL},
        {"sip:a%22b@x", NULL},
        {"15001", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        enum err err = line_sip_uri_number(slice_of(rows[i].uri), &out);
        if (rows[i].number)
            assert_slice(buf_view(&out), rows[i].number);
        assert_int_equal(err, rows[i].number ? ERR_OK : ERR_INVALID);
        assert_true(rows[i].number || out.len == 0);
        buf_free(&out);
    }
}

static void a_number_has_a_bound(void **state)
{
    (void)state;
    struct buf uri = {0}, out = {0};
    buf_text(&uri, "sip:");
    for (int i = 0; i < 65; i++)
        buf_char(&uri, '1');
    buf_text(&uri, "@x");
    assert_int_equal(line_sip_uri_number(buf_view(&uri), &out), ERR_INVALID);
    uri.ptr[4] = '%';
    memcpy(uri.ptr + 5, "31", 2); /* 63 digits now */
    assert_int_equal(line_sip_uri_number(buf_view(&uri), &out), ERR_OK);
    assert_int_equal(out.len, 63);
    buf_free(&uri);
    buf_free(&out);
}

static void users_are_escaped(void **state)
{
    (void)state;
    struct buf out = {0};
    line_sip_uri_user(&out, SLICE("*21#a b@c>"));
    assert_slice(buf_view(&out), "*21%23a%20b%40c%3E");
    buf_free(&out);
}

int test_uri_run(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(numbers),
                                       cmocka_unit_test(a_number_has_a_bound),
                                       cmocka_unit_test(users_are_escaped)};
    return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
