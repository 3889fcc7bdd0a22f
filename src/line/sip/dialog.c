/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Dialogs (RFC 3261 section 12) on nta's transactions. The truth about a dialog is in our own
 * strings and numbers, for these are what we keep and rebuild it from after a restart; nta's leg is
 * only the entry by which the telephone's requests find it, and each of our requests is built from
 * scratch. What is kept names a CSeq higher than the one in use, so a new process goes on above
 * whatever the old one sent (docs/decisions/0002-sip-on-nta.md). */
#include <stdlib.h>

#include "base/mem.h"
#include "line/sip/sip_int.h"

#include <sofia-sip/tport_tag.h>

#define PASSES_USUAL 70 /* Max-Forwards of requests of our own (RFC 3261 section 8.1.1.6) */

struct dialog *line_sip_dialog_create(struct leg *leg)
{
    struct dialog *d = mem_zalloc(sizeof *d);
    d->sip = leg->sip;
    d->leg = leg;
    d->trunk = line_sip_trunk_use(leg->trunk);
    list_init(&d->as_lost);
    list_init(&d->as_settled);
    list_init(&d->forks);
    list_append(&leg->dialogs, &d->as_dialog);
    return d;
}

static void dialog_let_go(struct dialog *d)
{
    if (d->leg && d->leg->dialog == d)
        d->leg->dialog = NULL;
    if (d->leg && d->leg->sounding == d)
        d->leg->sounding = NULL;
}

/* The others that its INVITE reached end with it. */
void line_sip_dialog_free_forks(struct dialog *d)
{
    LIST_EACH_SAFE(it, &d->forks)
    line_sip_dialog_free(LIST_OWNER(it, struct dialog, as_dialog));
}

void line_sip_dialog_free(struct dialog *d)
{
    dialog_let_go(d);
    list_remove(&d->as_dialog);
    list_remove(&d->as_lost);
    list_remove(&d->as_settled);
    if (d->nta)
        nta_leg_destroy(d->nta);
    if (d->invite)
        nta_outgoing_destroy(d->invite);
    if (d->notify)
        nta_outgoing_destroy(d->notify);
    if (d->ack)
        nta_outgoing_destroy(d->ack);
    if (d->refresh)
        nta_outgoing_destroy(d->refresh);
    if (d->probe)
        nta_outgoing_destroy(d->probe);
    if (d->info)
        nta_outgoing_destroy(d->info);
    if (d->request)
        nta_incoming_destroy(d->request);
    line_sip_dialog_free_forks(d);
    line_sip_refer_free(d);
    char *texts[] = {d->call_id, d->branch, d->local, d->remote,      d->local_tag, d->remote_tag,
                     d->target,  d->hop,    d->route, d->next_target, d->next_hop};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        mem_free(texts[i]);
    line_sip_trunk_release(d->trunk);
    mem_free(d);
}

/* A telephone that moved, or connected anew, since the dialog began: its registration knows the
 * way. */
static void dialog_follow(struct dialog *d)
{
    const struct device *device = d->leg ? d->leg->device : NULL;
    const struct place *place = device && d->target ? line_sip_place_find(device, d->target) : NULL;
    if (!place || strcmp(place->hop ? place->hop : "", d->hop ? d->hop : "") == 0)
        return;
    mem_free(d->hop);
    d->hop = place->hop ? mem_strdup(place->hop) : NULL;
}

static char *copy_or_null(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

struct dialog *line_sip_dialog_fork(struct dialog *origin)
{
    struct dialog *d = line_sip_dialog_create(origin->leg);
    list_remove(&d->as_dialog);
    list_append(&origin->forks, &d->as_dialog);
    d->origin = origin;
    d->call_id = mem_strdup(origin->call_id);
    d->branch = mem_strdup(origin->branch);
    d->local = mem_strdup(origin->local);
    d->remote = mem_strdup(origin->remote);
    d->local_tag = mem_strdup(origin->local_tag);
    d->target = mem_strdup(origin->target);
    d->hop = copy_or_null(origin->hop);
    d->invite_cseq = origin->invite_cseq;
    d->cseq = origin->cseq;
    d->cseq_reserve = origin->cseq_reserve;
    d->is_secure = origin->is_secure;
    return d;
}

static void swap_texts(char **a, char **b)
{
    char *kept = *a;
    *a = *b;
    *b = kept;
}

void line_sip_dialog_take_fork(struct dialog *d, struct dialog *fork)
{
    nta_leg_t *nta = d->nta;
    swap_texts(&d->remote_tag, &fork->remote_tag);
    swap_texts(&d->target, &fork->target);
    swap_texts(&d->route, &fork->route);
    swap_texts(&d->hop, &fork->hop);
    d->nta = fork->nta;
    fork->nta = nta;
    if (d->nta)
        nta_leg_bind(d->nta, line_sip_inside_request, d);
    d->cseq = d->cseq > fork->cseq ? d->cseq : fork->cseq;
    d->remote_cseq = fork->remote_cseq;
    d->abilities = fork->abilities;
    d->has_early = fork->has_early;
    d->early = fork->early;
    line_sip_dialog_free_forks(d);
}

void line_sip_dialog_orphan(struct dialog *d)
{
    dialog_follow(d);
    line_sip_dialog_free_forks(d);
    dialog_let_go(d);
    d->leg = NULL;
    list_remove(&d->as_dialog);
    list_append(&d->sip->orphans, &d->as_dialog);
}

/* Makes the telephone's requests find the dialog. */
static void dialog_listen(struct dialog *d)
{
    if (d->nta)
        nta_leg_destroy(d->nta);
    char *from = line_sip_text("<%s>;tag=%s", d->local, d->local_tag);
    char *to = line_sip_text("<%s>;tag=%s", d->remote, d->remote_tag);
    d->nta = nta_leg_tcreate(d->sip->agent, line_sip_inside_request, d,
                             SIPTAG_CALL_ID_STR(d->call_id), SIPTAG_FROM_STR(from),
                             SIPTAG_TO_STR(to), NTATAG_REMOTE_CSEQ(d->remote_cseq), TAG_END());
    mem_free(from);
    mem_free(to);
}

static char *route_text(const sip_record_route_t *route, bool is_reversed)
{
    struct buf text = {0};
    su_home_t home[1] = {SU_HOME_INIT(home)};
    su_home_init(home);
    sip_route_t *list =
        is_reversed ? sip_route_reverse(home, route) : sip_route_dup(home, (sip_route_t *)route);
    for (; list; list = list->r_next) {
        char *url = url_as_string(home, list->r_url);
        buf_printf(&text, "%s<%s>", text.len ? ", " : "", url ? url : "");
    }
    su_home_deinit(home);
    char *copy = text.len ? line_sip_text("%.*s", (int)text.len, text.ptr) : NULL;
    buf_free(&text);
    return copy;
}

void line_sip_dialog_establish(struct dialog *d, const char *remote_tag,
                               const sip_contact_t *target, const sip_record_route_t *route)
{
    bool is_new = remote_tag && (!d->remote_tag || strcmp(d->remote_tag, remote_tag) != 0);
    if (is_new) {
        mem_free(d->remote_tag);
        d->remote_tag = mem_strdup(remote_tag);
    }
    if (target) {
        char *url = line_sip_agent_url(target->m_url);
        if (*url) {
            mem_free(d->target);
            d->target = url;
        } else {
            mem_free(url);
        }
    }
    if (route && !d->route)
        d->route = route_text(route, d->invite_cseq != 0);
    if (is_new || !d->nta)
        dialog_listen(d);
}

struct slice line_sip_dialog_next(const struct dialog *d)
{
    if (!d->route)
        return slice_of(d->hop ? d->hop : d->target);
    struct slice rest, uri = slice_split(slice_of(d->route), '>', &rest);
    return (struct slice){uri.ptr + 1, uri.len - 1}; /* route_text writes them in brackets */
}

static char *dialog_next(const struct dialog *d)
{
    struct slice next = line_sip_dialog_next(d);
    return line_sip_text("%.*s", (int)next.len, next.ptr);
}

const char *line_sip_dialog_advertised(const struct dialog *d)
{
    char *next = dialog_next(d);
    const char *advertised = line_sip_network_peer(d->sip, next).advertised;
    mem_free(next);
    return advertised;
}

char *line_sip_dialog_contact(const struct dialog *d)
{
    char *next = dialog_next(d);
    char *contact = line_sip_network_contact(d->sip, next);
    mem_free(next);
    return contact;
}

/* Where to send, when it is not where the target points. A route set goes first. Without one a
 * telephone behind a translator, or at the far end of a connection, is reached where its
 * registration or request came from; if that connection is closed, perhaps where it listens. */
static const char *dialog_hop(struct dialog *d)
{
    dialog_follow(d);
    /* With a trunk's peer we connect anew. */
    if (d->route || !d->hop || (!d->trunk && !line_sip_network_is_open(d->sip, d->hop)))
        return NULL;
    return d->hop;
}

/* What is too long for a datagram goes over TCP (RFC 3261 section 18.1.1), and over UDP after all
 * when that is refused. Not so an ACK, as the stack never hears what became of it; nor what goes to
 * a telephone that said UDP, or that a translator shields from our connections. */
static bool dialog_is_datagram(const struct dialog *d, const char *hop, sip_method_t method)
{
    if (method == sip_method_ack)
        return true;
    struct sip_peer peer = line_sip_network_peer(d->sip, hop ? hop : d->target);
    return !d->route && peer.transport == SIP_TRANSPORT_UDP && (hop || peer.has_transport);
}

/* Of methods that make or change the way back to us. */
static bool has_contact(sip_method_t method)
{
    return method == sip_method_invite || method == sip_method_notify ||
           method == sip_method_update;
}

/* What is kept must go on naming a higher CSeq than any that is used. */
static uint32_t dialog_next_cseq(struct dialog *d)
{
    uint32_t cseq = ++d->cseq;
    struct leg *leg = d->leg;
    if (!leg || leg->dialog != d || leg->state != SIP_LEG_UP ||
        cseq + CSEQ_RESERVE / 4 <= d->cseq_reserve)
        return cseq;
    leg->is_dirty = true;
    line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_KEEP});
    return cseq;
}

nta_outgoing_t *line_sip_dialog_send(struct dialog *d, const struct request *r)
{
    const char *hop = dialog_hop(d);
    char *next = hop ? mem_strdup(hop) : dialog_next(d);
    char *via = line_sip_network_via(d->sip, next);
    char *contact = has_contact(r->method) ? line_sip_network_contact(d->sip, next) : NULL;
    bool has_tag = d->remote_tag && !r->is_outside;
    char *from = line_sip_text("<%s>;tag=%s", d->local, d->local_tag);
    char *to = line_sip_text(has_tag ? "<%s>;tag=%s" : "<%s>", d->remote, d->remote_tag);
    char *number = line_sip_text("%u %s", r->cseq ? r->cseq : dialog_next_cseq(d), r->name);
    const char *type = r->type ? r->type : "application/sdp";
    bool is_ack = r->method == sip_method_ack;
    char *passes = line_sip_text("%u", r->passes ? r->passes : PASSES_USUAL);
    char *lines = line_sip_trunk_request_headers(d, r);
    if (d->trunk)
        line_sip_tls_verify_way(d->sip, next);
    nta_outgoing_t *orq = nta_outgoing_tcreate(
        d->sip->default_leg, r->on_response, r->on_response ? d : NULL, (url_string_t *)hop,
        r->method, r->name, (url_string_t *)d->target, SIPTAG_FROM_STR(from), SIPTAG_TO_STR(to),
        SIPTAG_CALL_ID_STR(d->call_id), SIPTAG_CSEQ_STR(number), SIPTAG_MAX_FORWARDS_STR(passes),
        TAG_IF(!is_ack, SIPTAG_USER_AGENT_STR(OUR_NAME)),
        TAG_IF(d->route, SIPTAG_ROUTE_STR(d->route)), TAG_IF(contact, SIPTAG_CONTACT_STR(contact)),
        TAG_IF(lines, SIPTAG_HEADER_STR(lines)), TAG_IF(r->body, SIPTAG_CONTENT_TYPE_STR(type)),
        TAG_IF(r->body, SIPTAG_PAYLOAD_STR(r->body)), TAG_IF(via, SIPTAG_VIA_STR(via)),
        TAG_IF(via, NTATAG_USER_VIA(1)),
        TAG_IF(dialog_is_datagram(d, hop, r->method), TPTAG_MTU(UINT16_MAX)),
        TAG_IF(r->branch && !is_ack, NTATAG_BRANCH_KEY(r->branch)),
        TAG_IF(r->branch && is_ack, NTATAG_ACK_BRANCH(r->branch)), TAG_END());
    mem_free(from);
    mem_free(to);
    mem_free(number);
    mem_free(passes);
    mem_free(lines);
    mem_free(next);
    mem_free(via);
    mem_free(contact);
    return orq;
}

int line_sip_dialog_forget(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    (void)magic; /* may be gone */
    (void)msg;
    if (nta_outgoing_status(orq) >= 200)
        nta_outgoing_destroy(orq);
    return 0;
}

void line_sip_dialog_ack_as(struct dialog *d, uint32_t cseq, const char *branch)
{
    struct request ack = {.method = SIP_METHOD_ACK, .cseq = cseq, .branch = branch};
    if (d->ack)
        nta_outgoing_destroy(d->ack);
    d->ack = line_sip_dialog_send(d, &ack);
    line_sip_settled_add(d);
}

void line_sip_dialog_ack(struct dialog *d)
{
    if (d->is_acked)
        return;
    d->is_acked = true;
    line_sip_dialog_ack_as(d, d->invite_cseq, d->branch);
}

/* The end of a dialog, whatever the telephone says to it. */
static int dialog_ended(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    struct request bye = {.method = SIP_METHOD_BYE, .on_response = dialog_ended};
    int status = nta_outgoing_status(orq);
    if (status < 200)
        return 0;
    if (!line_sip_trunk_proves_again(d, status, msg) || !line_sip_dialog_send(d, &bye))
        line_sip_dialog_free(d);
    nta_outgoing_destroy(orq); /* and msg with it */
    return 0;
}

void line_sip_dialog_bye(struct dialog *d)
{
    struct request bye = {.method = SIP_METHOD_BYE, .on_response = dialog_ended};
    if (d->is_ending)
        return;
    d->is_ending = true;
    line_sip_dialog_orphan(d);
    if (!line_sip_dialog_send(d, &bye))
        line_sip_dialog_free(d);
}

/* An INVITE of a process before this one has no transaction here: its CANCEL is made by hand. */
static void dialog_cancel_foreign(struct dialog *d, const char *headers)
{
    struct request cancel = {.method = SIP_METHOD_CANCEL,
                             .on_response = dialog_ended,
                             .cseq = d->invite_cseq,
                             .headers = headers,
                             .branch = d->branch,
                             .is_outside = true};
    if (!line_sip_dialog_send(d, &cancel))
        line_sip_dialog_free(d);
}

void line_sip_dialog_cancel(struct dialog *d, const char *reason)
{
    line_sip_dialog_orphan(d);
    if (!d->invite) {
        char *headers = reason ? line_sip_text("Reason: %s\r\n", reason) : NULL;
        dialog_cancel_foreign(d, headers);
        mem_free(headers);
        return;
    }
    /* Its final answer, or a 200 that crosses, still comes to the response handler. */
    if (!d->is_cancelled)
        nta_outgoing_tcancel(d->invite, NULL, NULL, TAG_IF(reason, SIPTAG_REASON_STR(reason)),
                             TAG_END());
    d->is_cancelled = true;
}

static struct slice slice_or_none(const char *text)
{
    return text ? slice_of(text) : SLICE_NONE;
}

struct keep_dialog line_sip_dialog_keep(const struct dialog *d)
{
    return (struct keep_dialog){.call_id = slice_of(d->call_id),
                                .branch = slice_of(d->branch),
                                .local = slice_of(d->local),
                                .remote = slice_of(d->remote),
                                .local_tag = slice_of(d->local_tag),
                                .remote_tag = slice_or_none(d->remote_tag),
                                .target = slice_of(d->next_target ? d->next_target : d->target),
                                .hop = slice_or_none(d->next_target ? d->next_hop : d->hop),
                                .route = slice_or_none(d->route),
                                .cseq = d->cseq_reserve,
                                .invite_cseq = d->invite_cseq,
                                .remote_cseq = d->remote_cseq,
                                .abilities = d->abilities,
                                .is_secure = d->is_secure};
}

static char *text_or_null(struct slice text)
{
    return text.ptr ? line_sip_text("%.*s", (int)text.len, text.ptr) : NULL;
}

struct dialog *line_sip_dialog_restore(struct leg *leg, const struct keep_dialog *kept)
{
    struct dialog *d = line_sip_dialog_create(leg);
    d->call_id = text_or_null(kept->call_id);
    d->branch = text_or_null(kept->branch);
    d->local = text_or_null(kept->local);
    d->remote = text_or_null(kept->remote);
    d->local_tag = text_or_null(kept->local_tag);
    d->remote_tag = text_or_null(kept->remote_tag);
    d->target = text_or_null(kept->target);
    d->hop = text_or_null(kept->hop);
    d->route = text_or_null(kept->route);
    d->cseq = kept->cseq;
    d->cseq_reserve = kept->cseq + CSEQ_RESERVE;
    d->invite_cseq = kept->invite_cseq;
    d->remote_cseq = kept->remote_cseq;
    d->abilities = kept->abilities;
    d->is_secure = kept->is_secure;
    if (d->remote_tag)
        dialog_listen(d);
    return d;
}
