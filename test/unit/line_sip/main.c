/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The parts of the SIP driver that need no network. What does is in test/phones. */
#include "tests.h"

int main(void)
{
    int failed = test_digest_run();
    failed += test_guard_run();
    failed += test_keep_run();
    failed += test_network_run();
    failed += test_nonce_run();
    failed += test_sdp_run();
    failed += test_trunk_run();
    failed += test_uri_run();
    return failed ? 1 : 0;
}
