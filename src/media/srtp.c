/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SRTP (RFC 3711) by libsrtp, with keys that SIP exchanged (RFC 4568). A context lives as long as
 * its key: repeating the same far keeps it, so the replay window and the roll-over counter go on.
 *
 * After a restart of ours a telephone goes on with a roll-over counter that we have not seen. Its
 * first packet then does not authenticate with counter zero; a few higher ones are tried, once for
 * each context. */
#include <srtp2/srtp.h>
#include <string.h>
#include <threads.h>

#include "base/log.h"
#include "media/media_int.h"

#define WINDOW_PACKETS 256

static once_flag library_once = ONCE_FLAG_INIT;

static void library_init(void)
{
    if (srtp_init() != srtp_err_status_ok)
        log_abort("libsrtp can't be used");
}

static srtp_t context_create(const struct media_far *far, const uint8_t *key, srtp_ssrc_type_t side)
{
    unsigned char copy[MEDIA_KEY_BYTES];
    srtp_policy_t policy = {.ssrc = {.type = side}, .key = copy, .window_size = WINDOW_PACKETS};
    srtp_t context = NULL;
    memcpy(copy, key, sizeof copy);
    if (far->cipher == MEDIA_AES_32)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    /* The short tag is for RTP only (RFC 4568 section 6.2). */
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    if (srtp_create(&context, &policy) != srtp_err_status_ok)
        context = NULL;
    explicit_bzero(copy, sizeof copy);
    return context;
}

void media_srtp_free(struct stream *s)
{
    if (s->srtp_in)
        srtp_dealloc(s->srtp_in);
    if (s->srtp_out)
        srtp_dealloc(s->srtp_out);
    s->srtp_in = s->srtp_out = NULL;
}

enum err media_srtp_set(struct stream *s, const struct media_far *far)
{
    bool is_same = s->has_far && s->far.cipher == far->cipher &&
                   memcmp(s->far.send_key, far->send_key, MEDIA_KEY_BYTES) == 0 &&
                   memcmp(s->far.receive_key, far->receive_key, MEDIA_KEY_BYTES) == 0;
    if (is_same)
        return ERR_OK;
    media_srtp_free(s);
    if (far->cipher == MEDIA_PLAIN)
        return ERR_OK;
    call_once(&library_once, library_init);
    s->srtp_in = context_create(far, far->receive_key, ssrc_any_inbound);
    s->srtp_out = context_create(far, far->send_key, ssrc_any_outbound);
    return s->srtp_in && s->srtp_out ? ERR_OK : ERR_INTERNAL;
}

bool media_srtp_protect(struct stream *s, uint8_t *packet, size_t *len)
{
    int bytes = (int)*len;
    if (s->srtp_out && srtp_protect(s->srtp_out, packet, &bytes) != srtp_err_status_ok)
        return false;
    *len = (size_t)bytes;
    return true;
}

bool media_srtp_unprotect(struct stream *s, uint8_t *packet, size_t *len)
{
    int bytes = (int)*len;
    if (s->srtp_in && srtp_unprotect(s->srtp_in, packet, &bytes) != srtp_err_status_ok)
        return false;
    *len = (size_t)bytes;
    return true;
}

bool media_srtcp_protect(struct stream *s, uint8_t *packet, size_t *len)
{
    int bytes = (int)*len;
    if (s->srtp_out && srtp_protect_rtcp(s->srtp_out, packet, &bytes) != srtp_err_status_ok)
        return false;
    *len = (size_t)bytes;
    return true;
}

bool media_srtcp_unprotect(struct stream *s, uint8_t *packet, size_t *len)
{
    int bytes = (int)*len;
    if (s->srtp_in && srtp_unprotect_rtcp(s->srtp_in, packet, &bytes) != srtp_err_status_ok)
        return false;
    *len = (size_t)bytes;
    return true;
}
