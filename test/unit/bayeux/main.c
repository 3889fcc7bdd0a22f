/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The unit tests of the room bayeux: every group, in order from what the
 * others rest on. */
#include "stage.h"

int main(void)
{
    int failed = 0;
    failed += run_channel_tests();
    failed += run_handshake_tests();
    failed += run_connect_tests();
    failed += run_subscribe_tests();
    failed += run_deliver_tests();
    failed += run_ack_tests();
    failed += run_socket_tests();
    failed += run_durable_tests();
    failed += run_http_tests();
    failed += run_presence_tests();
    return failed;
}
