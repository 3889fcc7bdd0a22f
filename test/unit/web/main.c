/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The unit tests of the room web: a web on a free port of the loopback, and raw bytes. */
#include "suite.h"

#include "base/log.h"

#include <stdlib.h>

int main(void)
{
    log_set_level(LOG_WARN);
    int failed = run_http_tests() + run_file_tests() + run_limit_tests() + run_held_tests() +
                 run_socket_tests() + run_deflate_tests() + run_loop_tests() +
                 run_forwarded_tests() + run_tls_tests();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
