/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* After load_update killed the server and it was started again: every call must be there, and each
 * of its ten keys must have the last value that was acknowledged, or that a notice told of. The one
 * operation of a call that was under way may have happened or not. */
#include "calls.h"
#include "common.h"

#include <stdio.h>
#include <string.h>

struct expected {
    unsigned agent;
    char id[40];
    uint64_t acked;
    uint64_t heard;
    uint64_t sent;
};

/* The last operation up to n that wrote the key. */
static uint64_t last_of(uint64_t n, unsigned key)
{
    uint64_t back = (n + CALL_KEYS - key) % CALL_KEYS;
    return n > back ? n - back : 0;
}

static void check(const struct expected *e, const char *text, size_t len)
{
    size_t at = 0;
    size_t end = 0;
    uint64_t least = e->acked > e->heard ? e->acked : e->heard;
    uint64_t newest = user_data_newest(text, len, &at, &end);
    if (newest == UINT64_MAX || newest < least || newest > e->sent)
        die("call %s: newest value %ju; acknowledged %ju, told %ju, sent %ju", e->id,
            (uintmax_t)newest, (uintmax_t)e->acked, (uintmax_t)e->heard, (uintmax_t)e->sent);
    for (unsigned key = 0; key < CALL_KEYS; key++) {
        char pair[64];
        snprintf(pair, sizeof pair, "\"Key%u\":\"%0*ju\"", key, VALUE_DIGITS,
                 (uintmax_t)last_of(newest, key));
        if (!text_has(text + at, end - at, pair))
            die("call %s: %s is missing in %.*s", e->id, pair, (int)(end - at), text + at);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct client client;
    struct expected e;
    unsigned count = 0;
    options_read(&options, argc, argv);
    FILE *file = options.file ? fopen(options.file, "r") : NULL;
    if (!file)
        die("--port and --file must be given");
    client_open(&client, options.port);
    while (fscanf(file, "%u %39s %ju %ju %ju", &e.agent, e.id, &e.acked, &e.heard, &e.sent) == 5) {
        char headers[HEADERS_SIZE];
        char path[128];
        struct response response;
        agent_headers(e.agent, headers);
        snprintf(path, sizeof path, "/api/v2/me/calls/%s", e.id);
        agent_ask(&client, headers, path, NULL, &response);
        check(&e, response.body, response.body_len);
        count++;
    }
    fclose(file);
    row("- calls complete after SIGKILL and restart", "all", "%u of %u", count, options.calls);
    return count == options.calls ? 0 : 1;
}
