/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The words of session descriptions; private to sdp.c and sdp_write.c. */
#ifndef LINE_SIP_SDP_INT_H
#define LINE_SIP_SDP_INT_H

#include "line/sip/sdp.h"

struct sdp_codec {
    unsigned payload;
    const char *map; /* of a=rtpmap */
};

extern const struct sdp_codec line_sip_sdp_codecs[MEDIA_CODEC_COUNT];
extern const char *const line_sip_sdp_directions[];
extern const char *const line_sip_sdp_ciphers[]; /* none for MEDIA_PLAIN */

#endif
