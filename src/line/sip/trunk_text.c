/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Numbers and identities as a trunk's peer writes and reads them: P-Asserted-Identity (RFC 3325),
 * Privacy (RFC 3323) and Diversion (RFC 5806). sofia-sip does not read these headers without being
 * taught to; they are found among the unknown ones by name. */
#include "line/sip/trunk.h"

#include <strings.h>

#include "base/mem.h"

/* The site's own numbers are extensions inside; outside they have the main number before them. */
static void write_e164(const struct number_plan *plan, struct slice number, struct buf *out)
{
    bool is_extension = number.len > 0 && plan->main_number[0];
    for (size_t i = 0; i < number.len; i++)
        is_extension = is_extension && number.ptr[i] >= '0' && number.ptr[i] <= '9';
    if (is_extension)
        buf_text(out, plan->main_number);
    buf_slice(out, number);
}

static void write_formatted(const struct line_trunk *t, struct slice digits, struct buf *out)
{
    const struct number_plan *plan = &t->plan;
    struct slice code = slice_of(plan->calling_code);
    bool is_ours = code.len > 0 && slice_starts_with(digits, code);
    switch (t->number_format) {
    case LINE_NUMBER_E164:
        buf_char(out, '+');
        break;
    case LINE_NUMBER_PLAIN:
        break;
    case LINE_NUMBER_NATIONAL:
        if (is_ours) {
            buf_text(out, plan->national_prefix);
            digits = (struct slice){digits.ptr + code.len, digits.len - code.len};
            break;
        }
        buf_text(out, plan->international_prefix);
        break;
    case LINE_NUMBER_INTERNATIONAL:
        buf_text(out, plan->international_prefix);
        break;
    }
    buf_slice(out, digits);
}

void line_sip_trunk_number(const struct line_trunk *t, struct slice number, bool is_called,
                           struct buf *out)
{
    struct buf e164 = {0};
    /* Outside numbers have a '+'. What is called without one is an emergency number: as it is. */
    if (is_called && (number.len == 0 || number.ptr[0] != '+')) {
        buf_slice(out, number);
        return;
    }
    write_e164(&t->plan, number, &e164);
    if (is_called && t->prefix_out)
        buf_text(out, t->prefix_out);
    if (e164.len > 0 && e164.ptr[0] == '+')
        write_formatted(t, (struct slice){e164.ptr + 1, e164.len - 1}, out);
    else
        buf_slice(out, buf_view(&e164));
    buf_free(&e164);
}

static void write_uri(struct buf *out, struct slice user, const char *domain)
{
    buf_text(out, "<sip:");
    line_sip_uri_user(out, user);
    buf_printf(out, "@%s>", domain);
}

void line_sip_trunk_write_identity(struct buf *out, const struct trunk_identity *identity)
{
    if (identity->asserts && identity->caller.len > 0) {
        buf_text(out, "P-Asserted-Identity: ");
        write_uri(out, identity->caller, identity->domain);
        buf_text(out, "\r\n");
    }
    if (identity->hides_caller)
        buf_text(out, "Privacy: id\r\n");
    if (identity->diverted.len > 0) {
        buf_text(out, "Diversion: ");
        write_uri(out, identity->diverted, identity->domain);
        buf_text(out, ";reason=unknown\r\n");
    }
}

const char *line_sip_trunk_header(const sip_t *msg, const char *name, bool is_last)
{
    const char *found = NULL;
    for (const sip_unknown_t *u = msg->sip_unknown; u && (is_last || !found); u = u->un_next)
        if (u->un_name && u->un_value && strcasecmp(u->un_name, name) == 0)
            found = u->un_value;
    return found;
}

struct slice line_sip_trunk_uri(struct slice value)
{
    const char *open = value.len > 0 ? memchr(value.ptr, '<', value.len) : NULL;
    if (!open)
        return slice_trim(
            slice_split(slice_split(value, ',', &(struct slice){0}), ';', &(struct slice){0}));
    struct slice rest = {open + 1, value.len - (size_t)(open + 1 - value.ptr)};
    const char *close = memchr(rest.ptr, '>', rest.len);
    return close ? (struct slice){rest.ptr, (size_t)(close - rest.ptr)} : SLICE_NONE;
}

static bool is_private(const sip_t *msg)
{
    struct slice rest = slice_of(line_sip_trunk_header(msg, "Privacy", false));
    if (msg->sip_privacy)
        for (size_t i = 0; msg->sip_privacy->priv_values && msg->sip_privacy->priv_values[i]; i++)
            if (strcasecmp(msg->sip_privacy->priv_values[i], "none") != 0)
                return true;
    while (rest.ptr) {
        struct slice one = slice_trim(slice_split(rest, ';', &rest));
        if (one.len > 0 && !slice_equal_nocase(one, SLICE("none")))
            return true;
    }
    return false;
}

void line_sip_trunk_caller(const sip_t *msg, bool asserted, struct buf *out)
{
    const char *identity =
        asserted ? line_sip_trunk_header(msg, "P-Asserted-Identity", false) : NULL;
    if (is_private(msg))
        return;
    if (identity && line_sip_uri_number(line_sip_trunk_uri(slice_of(identity)), out) == ERR_OK)
        return;
    char *from = line_sip_agent_url(msg->sip_from->a_url);
    (void)line_sip_uri_number(slice_of(from), out); /* who has no number is anonymous */
    mem_free(from);
}

void line_sip_trunk_diverted(const sip_t *msg, struct buf *out)
{
    struct slice value = slice_of(line_sip_trunk_header(msg, "Diversion", true));
    /* Several may stand in one header; the first that diverted is the last of all. */
    for (size_t i = value.len; i-- > 0;) {
        if (value.ptr[i] != '<')
            continue;
        value = (struct slice){value.ptr + i, value.len - i};
        break;
    }
    if (value.len > 0)
        (void)line_sip_uri_number(line_sip_trunk_uri(value), out);
}
