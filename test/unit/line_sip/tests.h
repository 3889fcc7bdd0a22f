/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The tests of this program, file by file; each returns how many failed. */
#ifndef TEST_LINE_SIP_TESTS_H
#define TEST_LINE_SIP_TESTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "line/sip/sip_int.h"

int test_digest_run(void);
int test_guard_run(void);
int test_keep_run(void);
int test_network_run(void);
int test_nonce_run(void);
int test_sdp_run(void);
int test_trunk_run(void);
int test_uri_run(void);

static inline void assert_slice(struct slice got, const char *text)
{
    assert_int_equal(got.len, strlen(text));
    assert_memory_equal(got.ptr, text, got.len);
}

#endif
