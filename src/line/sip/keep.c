/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The bytes that the core keeps for a leg: all that a new process needs to go on in a dialog that
 * an old one began. Written in base/codec's form behind a version number; bytes of another version
 * are not read, and the leg is then given up. */
#include <arpa/inet.h>

#include "base/codec.h"
#include "line/sip/keep.h"

#define KEEP_VERSION 2

/* Absent and empty are told apart: 0 is absent. */
static void write_text(struct buf *out, struct slice text)
{
    enc_u64(out, text.ptr ? 1 : 0);
    if (text.ptr)
        enc_bytes(out, text);
}

static struct slice read_text(struct dec *d)
{
    return dec_u64_max(d, 1) ? dec_bytes(d) : SLICE_NONE;
}

static void write_far(struct buf *out, const struct media_far *far)
{
    enc_u64(out, ntohl(far->address.s_addr));
    enc_u64(out, far->port);
    enc_u64(out, (uint64_t)far->event_payload + 1); /* none is 0 */
    enc_u64(out, (uint64_t)far->our_event_payload + 1);
    enc_u64(out, far->is_listening);
    enc_u64(out, far->is_sending);
    enc_u64(out, far->is_behind_nat);
    enc_u64(out, far->codec);
    enc_u64(out, far->cipher);
}

static void read_far(struct dec *d, struct media_far *far)
{
    far->address.s_addr = htonl((uint32_t)dec_u64_max(d, UINT32_MAX));
    far->port = (uint16_t)dec_u64_max(d, UINT16_MAX);
    far->event_payload = (int)dec_u64_max(d, 128) - 1;
    far->our_event_payload = (int)dec_u64_max(d, 128) - 1;
    far->is_listening = dec_u64_max(d, 1);
    far->is_sending = dec_u64_max(d, 1);
    far->is_behind_nat = dec_u64_max(d, 1);
    far->codec = (enum media_codec)dec_u64_max(d, MEDIA_CODEC_COUNT - 1);
    far->cipher = (enum media_cipher)dec_u64_max(d, MEDIA_AES_32);
}

/* A new process sends with an SSRC of its own, so it need not know how far the old one counted. */
static void write_key(struct buf *out, const uint8_t *key)
{
    write_text(out, key ? (struct slice){(const char *)key, MEDIA_KEY_BYTES} : SLICE_NONE);
}

static const uint8_t *read_key(struct dec *d)
{
    struct slice text = read_text(d);
    if (text.ptr && text.len != MEDIA_KEY_BYTES)
        d->failed = true;
    return d->failed ? NULL : (const uint8_t *)text.ptr;
}

static void write_wish(struct buf *out, const struct sdp_wish *wish)
{
    enc_u64(out, wish->takes_plain);
    enc_u64(out, wish->takes_secure);
    enc_u64(out, wish->codec_count);
    for (size_t i = 0; i < wish->codec_count; i++)
        enc_u64(out, wish->codecs[i]);
}

static void read_wish(struct dec *d, struct sdp_wish *wish)
{
    wish->takes_plain = dec_u64_max(d, 1);
    wish->takes_secure = dec_u64_max(d, 1);
    wish->codec_count = dec_u64_max(d, MEDIA_CODEC_COUNT);
    for (size_t i = 0; i < wish->codec_count; i++)
        wish->codecs[i] = (enum media_codec)dec_u64_max(d, MEDIA_CODEC_COUNT - 1);
}

static void write_session(struct buf *out, const struct session *session)
{
    enc_u64(out, session->interval_s);
    enc_u64(out, session->is_ours);
    enc_u64(out, session->at_ms);
}

static void read_session(struct dec *d, struct session *session)
{
    session->interval_s = (uint32_t)dec_u64_max(d, UINT32_MAX);
    session->is_ours = dec_u64_max(d, 1);
    session->at_ms = dec_u64(d);
}

static void write_dialog(struct buf *out, const struct keep_dialog *k)
{
    write_text(out, k->call_id);
    write_text(out, k->branch);
    write_text(out, k->local);
    write_text(out, k->remote);
    write_text(out, k->local_tag);
    write_text(out, k->remote_tag);
    write_text(out, k->target);
    write_text(out, k->hop);
    write_text(out, k->route);
    enc_u64(out, k->cseq);
    enc_u64(out, k->invite_cseq);
    enc_u64(out, k->remote_cseq);
    enc_u64(out, k->abilities);
    enc_u64(out, k->is_secure);
}

static void read_dialog(struct dec *d, struct keep_dialog *k)
{
    k->call_id = read_text(d);
    k->branch = read_text(d);
    k->local = read_text(d);
    k->remote = read_text(d);
    k->local_tag = read_text(d);
    k->remote_tag = read_text(d);
    k->target = read_text(d);
    k->hop = read_text(d);
    k->route = read_text(d);
    k->cseq = (uint32_t)dec_u64_max(d, INT32_MAX);
    k->invite_cseq = (uint32_t)dec_u64_max(d, INT32_MAX);
    k->remote_cseq = (uint32_t)dec_u64_max(d, UINT32_MAX);
    k->abilities = (unsigned)dec_u64_max(d, UINT8_MAX);
    k->is_secure = dec_u64_max(d, 1);
}

void line_sip_keep_write(struct buf *out, const struct keep *keep)
{
    enc_u64(out, KEEP_VERSION);
    enc_u64(out, keep->kind);
    enc_u64(out, keep->port);
    enc_u64(out, keep->sdp_version);
    enc_u64(out, keep->has_sound);
    write_wish(out, &keep->wish);
    write_far(out, &keep->far);
    write_key(out, keep->key);
    write_key(out, keep->far.cipher != MEDIA_PLAIN ? keep->far.receive_key : NULL);
    write_session(out, &keep->session);
    enc_u64(out, keep->dialog_count);
    for (size_t i = 0; i < keep->dialog_count; i++)
        write_dialog(out, &keep->dialogs[i]);
    write_text(out, keep->invite);
}

enum err line_sip_keep_read(struct slice bytes, struct keep *out)
{
    struct dec d = dec_of(bytes);
    struct keep keep = {0};
    if (dec_u64(&d) != KEEP_VERSION)
        return ERR_CORRUPT;
    keep.kind = (enum keep_kind)dec_u64_max(&d, KEEP_UP);
    keep.port = (unsigned)dec_u64_max(&d, UINT16_MAX);
    keep.sdp_version = (uint32_t)dec_u64_max(&d, UINT32_MAX);
    keep.has_sound = dec_u64_max(&d, 1);
    read_wish(&d, &keep.wish);
    read_far(&d, &keep.far);
    keep.key = read_key(&d);
    const uint8_t *far_key = read_key(&d);
    if (far_key)
        memcpy(keep.far.receive_key, far_key, MEDIA_KEY_BYTES);
    if (keep.far.cipher != MEDIA_PLAIN && (!far_key || !keep.key))
        return ERR_CORRUPT;
    read_session(&d, &keep.session);
    keep.dialog_count = dec_u64_max(&d, KEEP_DIALOGS_MAX);
    for (size_t i = 0; i < keep.dialog_count; i++) {
        read_dialog(&d, &keep.dialogs[i]);
        const struct keep_dialog *k = &keep.dialogs[i];
        if (!k->call_id.ptr || !k->branch.ptr || !k->local.ptr || !k->remote.ptr ||
            !k->local_tag.ptr || !k->target.ptr)
            return ERR_CORRUPT;
    }
    keep.invite = read_text(&d);
    if (!dec_is_done(&d) || keep.kind < KEEP_RINGING || keep.dialog_count == 0)
        return ERR_CORRUPT;
    *out = keep;
    return ERR_OK;
}
