/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is looked at in each message before the stack knows it. The stack answers malformed requests
 * by itself, and matches others to transactions, before it asks anybody; but it has a message's
 * body parsed by a function that can be replaced, and by then the headers are there and nothing was
 * done with them. So here messages are counted, those of addresses that are shut out become
 * nothing, and malformed ones count as failures of their sender.
 *
 * A Via's maddr is taken off: the stack would answer to that place, which is anybody's, and ask the
 * domain name system where it is. */
#include "base/metrics.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/msg_addr.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/msg_parser.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const method_names[] = {"INVITE",    "ACK",      "CANCEL",  "BYE",     "OPTIONS",
                                           "INFO",      "REGISTER", "PRACK",   "UPDATE",  "REFER",
                                           "SUBSCRIBE", "NOTIFY",   "MESSAGE", "PUBLISH", "other"};
#define METHOD_COUNT (sizeof method_names / sizeof *method_names)

/* The stack's callback knows no context of ours; it is called on the driver's thread only. */
static __thread struct {
    struct sip_line *sip;
    msg_mclass_t *class;
    issize_t (*extract_body)(msg_t *msg, msg_pub_t *pub, char b[], isize_t bsiz, int eos);
    struct metric *requests[METHOD_COUNT];
    struct metric *responses[6]; /* by hundreds */
} filter;

static void count_message(const sip_t *sip)
{
    if (sip->sip_status) {
        int kind = sip->sip_status->st_status / 100;
        metric_add(filter.responses[kind >= 1 && kind <= 6 ? kind - 1 : 5], 1);
        return;
    }
    size_t i = 0;
    while (i + 1 < METHOD_COUNT && strcmp(sip->sip_request->rq_method_name, method_names[i]) != 0)
        i++;
    metric_add(filter.requests[i], 1);
}

static bool is_malformed(const sip_t *sip, issize_t result)
{
    return result < 0 || sip->sip_error || sip->sip_flags & MSG_FLG_ERROR ||
           sip_sanity_check(sip) < 0;
}

static issize_t filter_body(msg_t *msg, msg_pub_t *pub, char b[], isize_t bsiz, int eos)
{
    sip_t *sip = (sip_t *)(void *)pub;
    su_sockaddr_t *from = msg_addr(msg);
    struct sip_line *line = filter.sip;
    bool is_first = !(sip->sip_flags & MSG_FLG_BODY);
    bool is_from_network = line && from->su_family == AF_INET;
    if (!is_from_network || (!sip->sip_request && !sip->sip_status))
        return filter.extract_body(msg, pub, b, bsiz, eos);
    struct in_addr source = from->su_sin.sin_addr;
    uint64_t now_ms = line->host.now_ms(line->host.ctx);
    if (is_first && line_sip_guard_is_shut_out(line, source, now_ms)) {
        sip->sip_request = NULL;
        sip->sip_status = NULL;
        sip->sip_flags |= MSG_FLG_COMPLETE;
        return (issize_t)bsiz;
    }
    if (is_first)
        count_message(sip);
    if (is_first && sip->sip_request && sip->sip_via && sip->sip_via->v_maddr)
        msg_header_remove_param(sip->sip_via->v_common, "maddr");
    issize_t result = filter.extract_body(msg, pub, b, bsiz, eos);
    bool is_over = result < 0 || sip->sip_flags & (MSG_FLG_COMPLETE | MSG_FLG_ERROR);
    if (is_over && sip->sip_request && is_malformed(sip, result))
        line_sip_guard_refused(line, source, GUARD_MALFORMED, now_ms);
    return result;
}

static struct metric *counter(const char *name, const char *label, const char *value,
                              const char *help)
{
    char labels[64];
    snprintf(labels, sizeof labels, "%s=\"%s\"", label, value);
    return metric_register(METRIC_COUNTER, name, labels, help);
}

const void *line_sip_filter_open(struct sip_line *sip)
{
    static const char *const kinds[] = {"1xx", "2xx", "3xx", "4xx", "5xx", "6xx"};
    filter.sip = sip;
    filter.class = msg_mclass_clone(sip_default_mclass(), 0, 0);
    if (!filter.class)
        return NULL;
    filter.extract_body = filter.class->mc_extract_body;
    filter.class->mc_extract_body = filter_body;
    for (size_t i = 0; i < METHOD_COUNT; i++)
        filter.requests[i] = counter("cordboard_sip_requests_total", "method", method_names[i],
                                     "SIP requests received.");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        filter.responses[i] =
            counter("cordboard_sip_responses_total", "status", kinds[i], "SIP responses received.");
    return filter.class;
}

void line_sip_filter_close(void)
{
    free(filter.class);
    filter.class = NULL;
    filter.sip = NULL;
}
