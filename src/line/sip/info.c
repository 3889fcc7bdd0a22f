/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Digits by INFO (application/dtmf-relay), both ways, for telephones without telephone-event in
 * their sound. To one of them each waits for the answer to the one before it, as two requests on
 * their way at once may change places. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

/* "Signal=5" of application/dtmf-relay, or the bare digit of application/dtmf. */
static struct slice digit_of_info(const sip_t *msg)
{
    if (!msg->sip_content_type || !msg->sip_payload)
        return SLICE_NONE;
    struct slice type = slice_of(msg->sip_content_type->c_type);
    struct slice text = {msg->sip_payload->pl_data, msg->sip_payload->pl_len};
    if (slice_equal_nocase(type, SLICE("application/dtmf")))
        return slice_trim(slice_split(text, '\r', &(struct slice){0}));
    if (!slice_equal_nocase(type, SLICE("application/dtmf-relay")))
        return SLICE_NONE;
    while (text.len > 0) {
        struct slice value, line = slice_split(text, '\n', &text);
        struct slice name = slice_split(line, '=', &value);
        if (slice_equal_nocase(slice_trim(name), SLICE("Signal"))) {
            if (value.len > 0 && value.ptr[value.len - 1] == '\r')
                value.len--;
            return slice_trim(value);
        }
    }
    return SLICE_NONE;
}

int line_sip_info_request(struct dialog *d, const sip_t *msg)
{
    struct slice digit = digit_of_info(msg);
    struct leg *leg = d->leg;
    if (!leg)
        return 481;
    if (!msg->sip_payload)
        return 200; /* a sign of life */
    if (digit.len != 1 || !strchr("0123456789*#ABCD", digit.ptr[0]))
        return 415;
    if (leg->state == SIP_LEG_UP) {
        media_pressed(leg->sip->media, leg->number, digit.ptr[0]);
        line_sip_leg_signal(leg, (struct signal){.kind = SIGNAL_DTMF, .number = digit});
    }
    return 200;
}

static int info_response(void *magic, nta_outgoing_t *orq, const sip_t *msg);

static void info_next(struct dialog *d)
{
    struct leg *leg = d->leg;
    if (!leg || leg->dialog != d || d->info || leg->digit_count == 0)
        return;
    char *body = line_sip_text("Signal=%c\r\nDuration=100\r\n", leg->digits[0]);
    struct request info = {.method = SIP_METHOD_INFO,
                           .on_response = info_response,
                           .body = body,
                           .type = "application/dtmf-relay"};
    memmove(leg->digits, leg->digits + 1, --leg->digit_count);
    d->info = line_sip_dialog_send(d, &info);
    mem_free(body);
}

static int info_response(void *magic, nta_outgoing_t *orq, const sip_t *msg)
{
    struct dialog *d = magic;
    int status = nta_outgoing_status(orq);
    (void)msg;
    if (status < 200)
        return 0;
    nta_outgoing_destroy(d->info);
    d->info = NULL;
    if (status >= 300) {
        log_line(LOG_WARN, "sip.digit_refused", "status=%d", status);
        if (d->leg)
            d->leg->digit_count = 0;
    }
    info_next(d);
    return 0;
}

void line_sip_info_send(struct leg *leg, char digit)
{
    if (leg->state != SIP_LEG_UP || !leg->dialog || leg->digit_count == sizeof leg->digits) {
        log_line(LOG_WARN, "sip.digit_lost", "leg=%llu", (unsigned long long)leg->number);
        return;
    }
    leg->digits[leg->digit_count++] = digit;
    info_next(leg->dialog);
}
