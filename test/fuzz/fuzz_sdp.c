/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Any bytes into the reader of session descriptions, under each wish that a leg may have. What we
 * answer to an offer must be one itself: our own reader takes it, it has as many streams, speaks of
 * the same one, in a codec that was offered, and names our port. Our offer to the same is read
 * back, too. A finding is an abort. */
#include "line/sip/sdp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition);               \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#define OUR_PORT 20000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[MEDIA_KEY_BYTES] = "thirty bytes of a key and salt";

static const struct sdp_wish wishes[] = {
    {.codecs = {MEDIA_PCMU}, .codec_count = 1, .takes_plain = true},
    {.codecs = {MEDIA_G722, MEDIA_PCMA, MEDIA_PCMU}, .codec_count = 3, .takes_plain = true},
    {.codecs = {MEDIA_PCMA, MEDIA_PCMU},
     .codec_count = 2,
     .takes_plain = true,
     .takes_secure = true},
    {.codecs = {MEDIA_PCMU, MEDIA_PCMA, MEDIA_G722}, .codec_count = 3, .takes_secure = true},
};

static bool is_wished(const struct sdp_wish *wish, enum media_codec codec)
{
    for (size_t i = 0; i < wish->codec_count; i++)
        if (wish->codecs[i] == codec)
            return true;
    return false;
}

static void answer(const struct sdp *offer, const struct sdp_wish *wish)
{
    struct buf text = {0};
    struct sdp ours;
    struct sdp_local local = {.address = "192.0.2.1",
                              .port = OUR_PORT,
                              .session = 1,
                              .version = 2,
                              .wish = wish,
                              .key = offer->cipher != MEDIA_PLAIN ? key : NULL};
    EXPECT(is_wished(wish, offer->codec));
    EXPECT(offer->cipher == MEDIA_PLAIN ? wish->takes_plain : wish->takes_secure);
    line_sip_sdp_answer(&text, &local, offer);
    EXPECT(line_sip_sdp_read(buf_view(&text), wish, &ours) == ERR_OK);
    EXPECT(line_sip_sdp_is_usable(&ours));
    EXPECT(ours.line_count == offer->line_count && ours.audio == offer->audio);
    EXPECT(ours.codec == offer->codec && ours.port == OUR_PORT && ours.cipher == offer->cipher);
    EXPECT(ours.event_payload == offer->event_payload);
    buf_free(&text);
}

static void offer(const struct sdp_wish *wish)
{
    struct buf text = {0};
    struct sdp ours;
    bool is_secure = !wish->takes_plain;
    struct sdp_local local = {.address = "192.0.2.1",
                              .port = OUR_PORT,
                              .session = 1,
                              .version = 1,
                              .wish = wish,
                              .key = is_secure ? key : NULL};
    line_sip_sdp_offer(&text, &local);
    EXPECT(line_sip_sdp_read(buf_view(&text), wish, &ours) == ERR_OK);
    EXPECT(line_sip_sdp_is_usable(&ours) && ours.port == OUR_PORT);
    EXPECT(ours.codec == wish->codecs[0]);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = {(const char *)data, size};
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
        struct sdp sdp;
        offer(&wishes[i]);
        if (line_sip_sdp_read(text, &wishes[i], &sdp) == ERR_OK && line_sip_sdp_is_usable(&sdp))
            answer(&sdp, &wishes[i]);
    }
    return 0;
}
