/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the core asks of a line driver, and what a line driver tells the core. Plain structs, the
 * only words the two share; line/line.h says how they travel. Slices in both are borrowed for the
 * duration of the call that hands them over.
 *
 * A leg is the signalling and media path to one telephone. Its number is chosen by whoever begins
 * it: the core counts 1, 2, 3 ...; a driver takes a random number with the highest bit set. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define LEG_OF_DRIVER (UINT64_C(1) << 63)
#define MIX_LEGS_MAX  32

/* One of a call's user data. */
struct pair {
    struct slice key;
    struct slice value; /* opaque to the core: JSON, byte for byte as it came */
};

/* How the sound of a leg's telephone arrived, over the leg's whole life; all 0: none did, or the
 * driver does not know. Packets as RFC 3550 section 6.4.1 counts them; the score is the mean
 * opinion by the E-model (ITU-T G.107), 100 to 450. */
struct quality {
    uint64_t packets;
    uint64_t lost;
    uint64_t jitter_us;
    uint64_t score;
};

/* Why a party's part in a call ended, or is to end. The texts are those of ReleaseReason. */
enum cause {
    CAUSE_NONE,
    CAUSE_HANGUP,      /* answered-and-hung-up */
    CAUSE_BUSY,        /* busy */
    CAUSE_NO_ANSWER,   /* no-answer */
    CAUSE_REJECTED,    /* rejected */
    CAUSE_ABANDONED,   /* abandoned: the caller left before the answer */
    CAUSE_UNREACHABLE, /* unreachable: nobody has the number, or its telephone is not registered */
    CAUSE_TRANSFERRED, /* transferred */
    CAUSE_CLEARED,     /* cleared */
    CAUSE_FAILED,      /* failed: the telephone or the network did not do what was asked */
    CAUSE_CONFERENCED, /* conferenced: of a consult call that became part of its parent */
    CAUSE_COUNT
};

const char *cause_text(enum cause cause);

enum tone { TONE_NONE, TONE_RINGBACK, TONE_BUSY, TONE_MUSIC, TONE_COUNT };

/* NONE: the call was never recorded. */
enum recording { RECORDING_NONE, RECORDING_STOPPED, RECORDING_ON, RECORDING_PAUSED };

/* One row of "who hears whom": this leg hears the legs whose bits are set, and the tone. */
struct mix_leg {
    uint64_t leg;
    uint32_t hears; /* bit i = legs[i] of the same order */
    enum tone tone;
};

enum order_kind {
    ORDER_RING,   /* make that telephone ring. Confirmed by answered or gone */
    ORDER_ANSWER, /* make the telephone go off hook by itself; for a leg that the telephone began:
                     accept it; for one that is up and that the telephone holds by its own button:
                     make it retrieve. Confirmed by answered, retrieved, refused or gone */
    ORDER_DROP,   /* end the leg. Confirmed by gone; also when the driver does not know the leg */
    ORDER_MIX,    /* who hears whom from now on, and whether it is recorded; the whole table of one
                     call, repeatable. A leg not yet answered takes part as soon as it can; until
                     then a ring-back tone is the telephone's own affair where the telephone began
                     the leg (180), but what it hears of another leg is early media (183). A leg
                     that rings with sound of its own is in the table, hears nothing, and is heard
                     as if it were answered. A leg that moves to another call is only in the newer
                     table;    the last one of a recorded call is empty and records nothing */
    ORDER_DTMF,   /* send digits to that telephone, once */
    ORDER_KEPT,   /* what the last signal of this leg gave to keep is durable now: the driver may
                     send the 200 or ACK that waited for it. Never repeated */
    ORDER_HOLD,   /* let the telephone show that it holds, where it can. Never repeated */
    ORDER_TRANSFER, /* what SIGNAL_TRANSFER asked for was begun (cause none), or refused. Never
                       repeated */
    ORDER_COUNT
};

struct order {
    enum order_kind kind;
    uint64_t leg;       /* all but mix */
    struct slice dn;    /* ring: the device's directory number, or the outside number ("+49...") */
    struct slice from;  /* ring: the number to show */
    struct slice trunk; /* ring: the trunk to place it through; empty: a device */
    struct slice diverted; /* ring: the number that was called first and led here; may be empty */
    const struct pair *pairs; /* ring: user data to carry, where the trunk may */
    size_t pair_count;
    unsigned passes;          /* ring: systems that the call may still pass; 0: nothing was said */
    bool auto_answer;         /* ring: the telephone is to go off hook by itself (Dial's own leg) */
    bool hides_number;        /* ring: from is for the network, not for the called party */
    bool is_urgent;           /* of an emergency call: released though the disk takes nothing */
    enum cause cause;         /* drop, transfer */
    struct slice digits;      /* dtmf: 0-9 * # A-D */
    uint64_t call;            /* mix: 1, 2, 3 ..., in order of the calls' creation */
    struct slice call_id;     /* mix: of the API; names the recording */
    enum recording recording; /* mix: wanted from now on */
    uint64_t left_leg;        /* mix: recorded on the left, the others on the right; 0: none */
    const struct mix_leg *legs; /* mix */
    size_t leg_count;
};

enum signal_kind {
    SIGNAL_REGISTERED,   /* dn, talks; on change only */
    SIGNAL_UNREGISTERED, /* dn; on change only */
    SIGNAL_INCOMING, /* leg, dn, number, talks, keep: the device's telephone began a call to number;
                        or leg, trunk, from, number, diverted, pairs, keep: so did somebody
                        outside */
    SIGNAL_RINGING,  /* leg, talks, has_sound, (keep); again when one of them changes */
    SIGNAL_ANSWERED, /* leg, keep */
    SIGNAL_GONE,     /* leg, cause, number, quality: hung up, refused, or lost; number: it wants its
                        callers to call that instead. The last signal of a leg */
    SIGNAL_HELD,     /* leg: by the telephone's own button, or after a hold order */
    SIGNAL_RETRIEVED, /* leg */
    SIGNAL_DTMF,      /* leg, number: digits pressed on the telephone */
    SIGNAL_KEEP,      /* leg, keep: something to keep changed (CSeq reserve, route, codec) */
    SIGNAL_REFUSED, /* leg: the telephone did not do what the answer order asked; it is as before */
    SIGNAL_RECORDING_FAILED, /* leg: one of the call whose recording ended by a failure */
    SIGNAL_TRANSFER, /* leg, number or other: the telephone's own button puts whom it talks to on
                        leg through, to number, or to whom it talks to on the leg other. Answered by
                        ORDER_TRANSFER */
    SIGNAL_COUNT
};

struct signal {
    enum signal_kind kind;
    uint64_t leg;
    struct slice dn;
    struct slice number;
    struct slice from;  /* incoming from a trunk: the caller's number as received, may be empty */
    struct slice trunk; /* incoming: name of the trunk; empty: a device */
    struct slice diverted;    /* incoming from a trunk: the number first called; may be empty */
    const struct pair *pairs; /* incoming from a trunk: user data that came with it */
    size_t pair_count;
    uint64_t other;  /* transfer */
    unsigned passes; /* incoming from a trunk: systems that it may still pass, at most PASSES_MAX;
                        0: nothing was said */
    enum cause cause;
    struct quality quality;
    bool talks;     /* the telephone answers when asked by NOTIFY "Event: talk" */
    bool has_sound; /* ringing: what is heard on the leg is to be heard, not our ring-back tone */
    struct slice keep; /* the driver's own bytes, at most SIGNAL_KEEP_MAX, replaced as a whole;
                          absent leaves what is kept. Each signal with keep is answered by
                          ORDER_KEPT once durable */
};

#define SIGNAL_KEEP_MAX 4096
#define PASSES_MAX      255 /* Max-Forwards: RFC 3261 section 20.22 */

#endif
