/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Who is behind a proxy. Anybody can send these headers, so they count only where the other end of
 * the connection is one of the proxies that the configuration names.
 *
 * Each proxy appends to X-Forwarded-For whom it got the request from. So the list is read from its
 * end, as long as it names proxies of ours: the first address that is none is the client's, and
 * what stands before it is the client's own word. What can't be read ends the reading.
 *
 * X-Forwarded-Proto and X-Forwarded-Host say how the client came. Of several values the first is
 * taken, which the outermost proxy wrote; somebody who forges them deceives nobody but himself: no
 * page can make a browser send them. The header Forwarded (RFC 7239) is not read: two that disagree
 * would be one too many, and proxies that write it write these too. */
#include "web/web_int.h"

#include <stdio.h>

bool forwarded_is_proxy(const struct web *w, const struct address *address)
{
    for (size_t i = 0; i < w->options.proxy_count; i++) {
        if (network_has(&w->options.proxies[i], address)) {
            return true;
        }
    }
    return false;
}

static struct slice last_of(struct slice *list)
{
    size_t at = list->len;
    while (at > 0 && list->ptr[at - 1] != ',') {
        at--;
    }
    struct slice last = {list->ptr + at, list->len - at};
    *list = at > 0 ? (struct slice){list->ptr, at - 1} : SLICE_NONE;
    return slice_trim(last);
}

static unsigned count_of(const struct request *r, const char *name)
{
    unsigned count = 0;
    while (request_header_at(r, name, count).ptr) {
        count++;
    }
    return count;
}

static void set_peer(struct request *r, const struct address *address, struct slice port)
{
    char text[ADDRESS_TEXT_SIZE];
    snprintf(r->peer, sizeof r->peer, "%s%s%.*s", address_write(address, text), port.ptr ? ":" : "",
             (int)port.len, port.ptr ? port.ptr : "");
}

static void find_client(struct request *r)
{
    static const char name[] = "x-forwarded-for";
    for (unsigned line = count_of(r, name); line > 0; line--) {
        struct slice list = request_header_at(r, name, line - 1);
        while (list.ptr) {
            struct address address;
            struct slice port;
            if (!address_parse(last_of(&list), &address, &port)) {
                return;
            }
            set_peer(r, &address, port);
            if (!forwarded_is_proxy(r->web, &address)) {
                return;
            }
        }
    }
}

static struct slice first_of(const struct request *r, const char *name)
{
    struct slice rest;
    return slice_trim(slice_split(request_header(r, name), ',', &rest));
}

void forwarded_judge(struct request *r)
{
    struct exchange *x = &r->x;
    x->host = request_header(r, "host");
    x->is_https = r->connection->tls != NULL;
    if (!r->connection->is_proxy) {
        return;
    }
    find_client(r);
    struct slice proto = first_of(r, "x-forwarded-proto");
    struct slice host = first_of(r, "x-forwarded-host");
    if (proto.len > 0) {
        x->is_https = slice_equal_nocase(proto, SLICE("https"));
    }
    if (host.len > 0) {
        x->host = host;
    }
}
