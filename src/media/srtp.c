/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SRTP (RFC 3711) by libsrtp, with keys that SIP exchanged (RFC 4568). A context lives as long as
 * its key: repeating the same far keeps it, so the replay window and the roll-over counter go on.
 *
 * After a restart of ours a telephone goes on with a roll-over counter that we have not seen, one
 * for each 22 minutes of its call. Its first packet then does not authenticate with counter zero,
 * and higher ones are tried; only with the first packets of a context, and only until one is good,
 * so that forged ones can't make us work. */
#include <srtp2/srtp.h>
#include <string.h>
#include <threads.h>

#include "base/log.h"
#include "media/media_int.h"

#define WINDOW_PACKETS 256
#define GUESS_PACKETS  20 /* whose counter is guessed */
#define GUESS_ROLLS    24 /* about nine hours of a call */

static once_flag library_once = ONCE_FLAG_INIT;

static void library_init(void)
{
    if (srtp_init() != srtp_err_status_ok)
        log_abort("libsrtp can't be used");
}

/* The key is borrowed by the policy. */
static srtp_policy_t policy_of(enum media_cipher cipher, uint8_t *key, srtp_ssrc_t ssrc)
{
    srtp_policy_t policy = {.ssrc = ssrc, .key = key, .window_size = WINDOW_PACKETS};
    if (cipher == MEDIA_AES_32)
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
    else
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    /* The short tag is for RTP only (RFC 4568 section 6.2). */
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    return policy;
}

static srtp_t context_create(enum media_cipher cipher, const uint8_t *key, srtp_ssrc_type_t side)
{
    unsigned char copy[MEDIA_KEY_BYTES];
    srtp_t context = NULL;
    memcpy(copy, key, sizeof copy);
    srtp_policy_t policy = policy_of(cipher, copy, (srtp_ssrc_t){.type = side});
    if (srtp_create(&context, &policy) != srtp_err_status_ok)
        context = NULL;
    explicit_bzero(copy, sizeof copy);
    return context;
}

static void context_free(struct srtp_ctx_t_ **context)
{
    if (*context)
        srtp_dealloc(*context);
    *context = NULL;
}

void media_srtp_free(struct stream *s)
{
    context_free(&s->srtp_in);
    context_free(&s->srtp_out);
}

/* Each direction by itself: who says another key of his own goes on with ours, and were its counter
 * begun anew after a roll-over, he could read nothing, and others too much: one key stream would
 * have been used twice. */
enum err media_srtp_set(struct stream *s, const struct media_far *far)
{
    bool is_same = s->has_far && s->far.cipher == far->cipher;
    if (!is_same || memcmp(s->far.send_key, far->send_key, MEDIA_KEY_BYTES) != 0)
        context_free(&s->srtp_out);
    if (!is_same || memcmp(s->far.receive_key, far->receive_key, MEDIA_KEY_BYTES) != 0)
        context_free(&s->srtp_in);
    if (far->cipher == MEDIA_PLAIN)
        return ERR_OK;
    call_once(&library_once, library_init);
    if (!s->srtp_out)
        s->srtp_out = context_create(far->cipher, far->send_key, ssrc_any_outbound);
    if (!s->srtp_in) {
        s->srtp_in = context_create(far->cipher, far->receive_key, ssrc_any_inbound);
        s->srtp_guesses = 0;
    }
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

/* Tries the packet with the counter, as a stream of its own, which stays when it is good. */
static bool unprotect_rolled(struct stream *s, uint8_t *packet, int *bytes, uint32_t rolls)
{
    uint8_t key[MEDIA_KEY_BYTES];
    uint32_t source = media_read_32(packet + 8);
    memcpy(key, s->far.receive_key, sizeof key);
    srtp_policy_t policy =
        policy_of(s->far.cipher, key, (srtp_ssrc_t){.type = ssrc_specific, .value = source});
    bool is_made = srtp_add_stream(s->srtp_in, &policy) == srtp_err_status_ok;
    explicit_bzero(key, sizeof key);
    if (!is_made)
        return false;
    if (srtp_set_stream_roc(s->srtp_in, source, rolls) == srtp_err_status_ok &&
        srtp_unprotect(s->srtp_in, packet, bytes) == srtp_err_status_ok)
        return true;
    (void)srtp_remove_stream(s->srtp_in, htonl(source));
    return false;
}

bool media_srtp_unprotect(struct stream *s, uint8_t *packet, size_t *len)
{
    int bytes = (int)*len;
    if (!s->srtp_in)
        return true;
    srtp_err_status_t status = srtp_unprotect(s->srtp_in, packet, &bytes);
    bool is_good = status == srtp_err_status_ok;
    if (status == srtp_err_status_auth_fail && s->srtp_guesses < GUESS_PACKETS) {
        s->srtp_guesses++;
        for (uint32_t rolls = 1; !is_good && rolls <= GUESS_ROLLS; rolls++)
            is_good = unprotect_rolled(s, packet, &bytes, rolls);
    }
    if (!is_good)
        return false;
    s->srtp_guesses = GUESS_PACKETS;
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
