/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a leg gives to keep, in bytes. Private to the SIP driver. */
#ifndef LINE_SIP_KEEP_H
#define LINE_SIP_KEEP_H

#include "base/buf.h"
#include "base/error.h"
#include "line/sip/sdp.h"

#define KEEP_DIALOGS_MAX 8

enum keep_kind { KEEP_RINGING = 1, KEEP_OFFERED, KEEP_UP };

/* What a telephone said of itself. */
enum keep_ability {
    ABLE_TALK = 1,   /* goes off hook by NOTIFY "Event: talk" */
    ABLE_HOLD = 2,   /* holds by NOTIFY "Event: hold" */
    ABLE_UPDATE = 4, /* takes UPDATE (RFC 3311) */
    ABLE_TIMER = 8   /* knows session timers (RFC 4028) */
};

/* The session timer that was agreed on (RFC 4028). */
struct session {
    uint32_t interval_s; /* 0: none */
    bool is_ours;        /* we refresh */
    uint64_t at_ms;      /* when we refresh next, or when the other's refresh is overdue */
};

struct keep_dialog {
    struct slice call_id, branch;
    struct slice local, remote;         /* URIs */
    struct slice local_tag, remote_tag; /* remote_tag may be absent */
    struct slice target, hop, route;
    uint32_t cseq;        /* no higher one was used */
    uint32_t invite_cseq; /* of our INVITE; 0: the telephone's INVITE began it */
    uint32_t remote_cseq; /* the telephone's was at least this */
    unsigned abilities;   /* enum keep_ability */
    bool is_secure;       /* our INVITE offers SRTP */
};

struct keep {
    enum keep_kind kind;
    unsigned port;
    uint32_t sdp_version;
    bool has_sound;     /* ringing: what is heard is to be heard */
    const uint8_t *key; /* ours for SRTP, MEDIA_KEY_BYTES; NULL: none was made */
    struct sdp_wish wish;
    struct media_far far; /* its send_key is not kept: it is the key */
    struct session session;
    struct keep_dialog dialogs[KEEP_DIALOGS_MAX];
    size_t dialog_count;
    struct slice invite; /* offered: the telephone's INVITE; absent when it was too long */
};

void line_sip_keep_write(struct buf *out, const struct keep *keep);
/* Borrows from bytes. ERR_CORRUPT. */
enum err line_sip_keep_read(struct slice bytes, struct keep *out);

#endif
