/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* After the server of load_held was killed and started again: each call must be Established for
 * both of its agents, known by the cookies of before; then the caller hangs up, and it must be over
 * for both. That the telephones agree is for who runs them to see. */
#include "calls.h"
#include "common.h"

#include <stdio.h>
#include <string.h>

#define OVER_NS UINT64_C(5000000000)

struct held {
    unsigned agent;
    char id[40];
    char path[PATH_SIZE];
    char headers[2][HEADERS_SIZE]; /* caller and callee */
};

static bool read_held(FILE *file, struct held *out)
{
    if (fscanf(file, "%u %39s\n", &out->agent, out->id) != 2)
        return false;
    snprintf(out->path, sizeof out->path, "/api/v2/me/calls/%s", out->id);
    for (unsigned i = 0; i < 2; i++)
        if (!fgets(out->headers[i], sizeof out->headers[i], file))
            die("a short file");
    return true;
}

static bool has_state(struct client *client, struct held *held, unsigned party, const char *state)
{
    struct response response;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", state);
    agent_ask(client, held->headers[party], held->path, NULL, &response);
    return text_has(response.body, response.body_len, wanted);
}

static void hang_up(struct client *client, struct held *held)
{
    struct response response;
    uint64_t end_ns = now_ns() + OVER_NS;
    agent_ask(client, held->headers[0], held->path, HANGUP_BODY, &response);
    for (unsigned i = 0; i < 2; i++)
        while (!has_state(client, held, i, "Released"))
            if (now_ns() > end_ns)
                die("call %s does not end", held->id);
}

int main(int argc, char **argv)
{
    struct options options;
    struct client client;
    struct held held;
    unsigned count = 0;
    options_read(&options, argc, argv);
    FILE *file = options.file ? fopen(options.file, "r") : NULL;
    if (!file)
        die("--port and --file must be given");
    client_open(&client, options.port);
    while (read_held(file, &held)) {
        for (unsigned i = 0; i < 2; i++)
            if (!has_state(&client, &held, i, "Established"))
                die("call %s of agent %u is not up", held.id, held.agent);
        hang_up(&client, &held);
        count++;
    }
    fclose(file);
    client_close(&client);
    row("- calls up after SIGKILL and restart, and ended then", "all", "%u of %u%s", count,
        options.calls, options.note);
    return count == options.calls ? 0 : 1;
}
