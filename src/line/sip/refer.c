/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Transfers by the telephone's own buttons: REFER in a dialog (RFC 3515). Refer-To names a number,
 * or, by the Replaces in its URI (RFC 3891), another dialog that the same telephone has with us: we
 * are the other end of both, so nobody is sent anywhere, and the core joins what is behind the two.
 * What became of it is told by NOTIFY, unless the telephone does not want that (RFC 4488): 100 at
 * once, and as soon as the core has answered the end. */
#include <sofia-sip/sip_extra.h>

#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

struct refer {
    bool wants_notify;
    uint32_t id; /* of a dialog's second and later ones; 0: the first */
};

static void refer_notify(struct dialog *d, int status, const char *phrase, bool is_last)
{
    char id[24] = "";
    if (!d->refer->wants_notify)
        return;
    if (d->refer->id)
        snprintf(id, sizeof id, ";id=%u", d->refer->id);
    char *headers = line_sip_text("Event: refer%s\r\nSubscription-State: %s\r\n", id,
                                  is_last ? "terminated;reason=noresource" : "active;expires=60");
    char *body = line_sip_text("SIP/2.0 %d %s\r\n", status, phrase);
    struct request notify = {.method = SIP_METHOD_NOTIFY,
                             .on_response = line_sip_dialog_forget,
                             .headers = headers,
                             .body = body,
                             .type = "message/sipfrag;version=2.0"};
    line_sip_dialog_send(d, &notify);
    mem_free(headers);
    mem_free(body);
}

/* The value of Replaces among a URI's headers, unescaped; one's own, or NULL. */
static char *refer_replaces_text(const url_t *url)
{
    struct slice rest = url->url_headers ? slice_of(url->url_headers) : SLICE_NONE;
    while (rest.len > 0) {
        struct slice value, header = slice_split(rest, '&', &rest);
        struct slice name = slice_split(header, '=', &value);
        if (!slice_equal_nocase(name, SLICE("Replaces")) || !value.ptr)
            continue;
        char *text = line_sip_text("%.*s", (int)value.len, value.ptr);
        url_unescape(text, text);
        return text;
    }
    return NULL;
}

static bool is_tag(const char *tag, const char *wanted)
{
    return tag && wanted && strcmp(tag, wanted) == 0;
}

/* The leg of that telephone whose dialog it is. Some telephones take the two tags the other way
 * round. */
static struct leg *refer_find(const struct leg *from, const sip_replaces_t *r)
{
    LIST_EACH(it, &from->sip->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        const struct dialog *d = leg->dialog;
        if (leg == from || leg->device != from->device || !d ||
            strcmp(d->call_id, r->rp_call_id) != 0)
            continue;
        if ((is_tag(d->local_tag, r->rp_to_tag) && is_tag(d->remote_tag, r->rp_from_tag)) ||
            (is_tag(d->local_tag, r->rp_from_tag) && is_tag(d->remote_tag, r->rp_to_tag)))
            return leg;
    }
    return NULL;
}

/* Fills in where to; 0, or the status that refuses it. */
static int refer_to_dialog(const struct leg *from, const char *text, struct signal *signal)
{
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    const sip_replaces_t *r = sip_replaces_make(home, text);
    struct leg *other = r && r->rp_call_id ? refer_find(from, r) : NULL;
    su_home_deinit(home);
    if (!r)
        return 400;
    if (!other)
        return 404;
    signal->other = other->number;
    return 0;
}

static int refer_read(const struct leg *leg, const sip_t *msg, struct buf *number,
                      struct signal *signal)
{
    const sip_refer_to_t *to = msg->sip_refer_to;
    if (!to || (!to->r_url->url_host && to->r_url->url_type != url_tel))
        return 400;
    if (to->r_url->url_type != url_sip && to->r_url->url_type != url_sips &&
        to->r_url->url_type != url_tel)
        return 400;
    char *replaces = refer_replaces_text(to->r_url);
    if (replaces) {
        int status = refer_to_dialog(leg, replaces, signal);
        mem_free(replaces);
        return status;
    }
    char *uri = line_sip_agent_url(to->r_url);
    enum err err = line_sip_uri_number(slice_of(uri), number);
    mem_free(uri);
    signal->number = buf_view(number);
    return err == ERR_OK ? 0 : 404;
}

static bool refer_is_silent(const sip_t *msg)
{
    const sip_refer_sub_t *wish = sip_refer_sub(msg);
    return wish && strncasecmp(wish->rs_value, "false", 5) == 0;
}

static void refer_accept(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    struct refer *refer = mem_zalloc(sizeof *refer);
    refer->wants_notify = !refer_is_silent(msg);
    refer->id = d->has_referred ? msg->sip_cseq->cs_seq : 0;
    d->has_referred = true;
    d->refer = refer;
    char *contact = line_sip_dialog_contact(d);
    nta_incoming_treply(irq, SIP_202_ACCEPTED, SIPTAG_CONTACT_STR(contact),
                        TAG_IF(!refer->wants_notify, SIPTAG_REFER_SUB_STR("false")), TAG_END());
    mem_free(contact);
    refer_notify(d, 100, "Trying", false);
}

int line_sip_refer_request(struct dialog *d, nta_incoming_t *irq, const sip_t *msg)
{
    struct leg *leg = d->leg;
    if (!leg)
        return 481;
    if (!leg->device || leg->state != SIP_LEG_UP)
        return 403;
    if (d->refer)
        return 491;
    struct buf number = {0};
    struct signal signal = {.kind = SIGNAL_TRANSFER};
    int status = refer_read(leg, msg, &number, &signal);
    if (status == 0) {
        refer_accept(d, irq, msg);
        line_sip_leg_signal(leg, signal);
        status = 202;
    }
    buf_free(&number);
    return status;
}

void line_sip_refer_answer(struct dialog *d, enum cause cause)
{
    if (!d->refer)
        return;
    int status = cause == CAUSE_NONE ? 200 : line_sip_cause_status(cause);
    refer_notify(d, status, sip_status_phrase(status), true);
    line_sip_refer_free(d);
}

void line_sip_refer_free(struct dialog *d)
{
    mem_free(d->refer);
    d->refer = NULL;
}
