/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Legs and their dialogs: the part of the SIP driver's private header that is about calls. A leg is
 * what the core knows, with its port and its mix; a dialog is what the telephone knows: tags, CSeq,
 * route, target. */
#ifndef LINE_SIP_CALLS_H
#define LINE_SIP_CALLS_H

#include "line/sip/sip_int.h"

enum leg_state {
    SIP_LEG_LOST,    /* rang when the process ended: waits for its ring order */
    SIP_LEG_RINGING, /* we ring it */
    SIP_LEG_OFFERED, /* the telephone began it; not answered yet */
    SIP_LEG_UP,
    SIP_LEG_ENDING /* over; waits for what the media room counted */
};

/* What waits for ORDER_KEPT. */
enum leg_wait { LEG_WAITS_FOR_NOTHING, LEG_WAITS_TO_ACK, LEG_WAITS_TO_ACCEPT };

/* What a caller got before the answer. */
enum leg_shown { LEG_SHOWN_NOTHING, LEG_SHOWN_RINGING, LEG_SHOWN_SOUND };

/* Unknown after a restart: the last process may have died before it told. */
enum leg_held { HELD_NO, HELD_YES, HELD_UNKNOWN };

struct leg {
    uint64_t number;
    struct list as_leg; /* in sip->legs; sip->endings when it ends */
    struct sip_line *sip;
    struct device *device;
    struct trunk *trunk;         /* instead of a device: its telephone is outside */
    struct trunk_call *outgoing; /* with a trunk, when we ring it */
    enum leg_state state;
    struct list dialogs;
    struct dialog *dialog; /* the one that counts: up, or offered */
    unsigned port;
    struct sdp_wish wish;
    struct media_far far;
    uint64_t call;         /* whose table named it last; 0: none yet */
    struct media_far next; /* what the telephone's re-INVITE changes it to; not in force yet */
    bool has_next;
    uint8_t key[MEDIA_KEY_BYTES]; /* of what we send, once has_key */
    bool has_key;
    uint32_t sdp_version;
    enum leg_held told_held;
    bool is_dirty; /* what is kept is no longer so: the next signal gives it */

    uint64_t keeps_sent, keeps_done;
    enum leg_wait waits;
    uint64_t waits_for; /* that many keeps done */

    /* Ringing. */
    char *from;
    bool is_auto_answer;
    bool was_told_ringing, told_talks, told_sound;
    struct dialog *sounding;         /* whose early media is heard */
    bool wants_answer;               /* the core ordered answer */
    bool was_asked;                  /* by NOTIFY, or the CANCEL of the second way is out */
    char *again_contact, *again_hop; /* where the second way rings again */
    enum cause failure;              /* the best reason among the places that failed */
    char *redirect;                  /* the number that callers are to call instead, or NULL */

    /* The telephone's INVITE or re-INVITE in dialog->request. */
    struct buf offer;  /* its session description; empty: it made none */
    bool is_reliable;  /* it requires reliable 18x */
    struct buf answer; /* ours to it, once told */
    enum leg_shown shown;

    /* Up. */
    struct session session;
    struct heap_node timer;        /* of the session; in sip->timers */
    bool is_silent;                /* nothing comes that should; asked about again and again */
    uint64_t asks_at_ms;           /* when next */
    uint64_t retrieves_by_ms;      /* it said that it would by itself; 0: it was not asked */
    char digits[MEDIA_DIGITS_MAX]; /* to be sent by INFO */
    size_t digit_count;

    /* Ending. */
    enum cause end_cause;
    unsigned seconds_left; /* gone is told then, whatever else comes */
};

struct dialog {
    struct list as_dialog;  /* in leg->dialogs, or in sip->orphans */
    struct list as_lost;    /* in sip->lost until its leg is rung again after a restart */
    struct list as_settled; /* in sip->settled while invite and ack are of use */
    uint64_t settled_ms;
    struct sip_line *sip;
    struct leg *leg;     /* NULL: its leg is gone */
    struct trunk *trunk; /* NULL: with a device */
    char *call_id, *branch;
    char *local, *remote, *local_tag, *remote_tag;
    char *target, *hop, *route;
    char *next_target, *next_hop; /* of the telephone's re-INVITE; not in force yet */
    uint32_t cseq, cseq_reserve, invite_cseq, remote_cseq;
    unsigned abilities;  /* enum keep_ability */
    bool is_secure;      /* our INVITE offers SRTP */
    bool asks_to_answer; /* our INVITE asks the telephone to go off hook by itself */
    bool is_cancelled;
    bool is_acked;           /* our INVITE was answered, and our ACK is out */
    bool is_ending;          /* our BYE is out, and its answer ends the dialog */
    bool was_proven;         /* the trunk's peer asked again who we are */
    bool is_accepted;        /* our 200 to request is out, the ACK is not in */
    nta_incoming_t *request; /* the telephone's INVITE, re-INVITE or UPDATE, until it is over */
    nta_leg_t *nta;          /* matches what comes in; NULL until the tags are known */
    nta_outgoing_t *invite;
    nta_outgoing_t *notify;
    nta_outgoing_t *ack;     /* repeats itself for each further 200 */
    nta_outgoing_t *refresh; /* our re-INVITE or UPDATE for the session timer */
    uint32_t refresh_cseq;
    nta_outgoing_t *probe; /* our OPTIONS to see whether anybody is there */
    nta_outgoing_t *info;  /* our INFO with a digit */

    /* Ringing: one INVITE may be answered by several telephones (RFC 3261 section 12.1). */
    struct list forks;     /* the further ones, with their as_dialog */
    struct dialog *origin; /* whose INVITE led to this one as well; NULL: its own */
    uint32_t rseq;         /* of its last reliable 18x */
    bool has_early;
    struct media_far early; /* by its last description */

    struct refer *refer; /* a transfer that the core has not answered yet, or NULL */
    bool has_referred;
};

/* leg.c */
struct leg *line_sip_leg_create(struct sip_line *sip, uint64_t number, struct device *d);
struct leg *line_sip_leg_find(struct sip_line *sip, uint64_t number);
/* Sends the signal for the leg; with what is to be kept if that changed. */
void line_sip_leg_signal(struct leg *leg, struct signal signal);
/* The end, and the last signal as soon as the media room has told how the sound was. Its dialogs
 * must have been ended or orphaned; the leg is not to be used any more. */
void line_sip_leg_gone(struct leg *leg, enum cause cause);
void line_sip_leg_closed(struct sip_line *sip, uint64_t number, const struct media_stats *stats);
/* Once a second. */
void line_sip_leg_second(struct sip_line *sip);
/* When the driver ends: all that are ending are gone. */
void line_sip_leg_end_all(struct sip_line *sip);
/* Frees without a signal. */
void line_sip_leg_free(struct leg *leg);
void line_sip_leg_kept(struct leg *leg);
/* The leg does that as soon as all that it has given to keep is durable; at once when it is, or
 * when it was too much to keep. */
void line_sip_leg_wait(struct leg *leg, enum leg_wait what);
/* A telephone of the device that was registered there has moved. */
void line_sip_leg_follow(struct sip_line *sip, const struct device *device, const char *from,
                         const struct place *to);
/* HELD or RETRIEVED, when it changed. */
void line_sip_leg_tell_held(struct leg *leg);
/* RINGING, when it is the first or something changed. */
void line_sip_leg_tell_ringing(struct leg *leg, bool talks, bool has_sound);

/* leg_restore.c. Takes a leg up again at the start; signals gone when that can't be done. */
void line_sip_leg_restore(struct sip_line *sip, const struct line_leg *from);

/* leg_sound.c: a leg's session descriptions. */
/* May SRTP be agreed on in that request: only where nobody can read it on its way. */
void line_sip_leg_set_wish(struct leg *leg, nta_incoming_t *irq);
/* Only these, 1u << enum line_codec; without it, all. */
void line_sip_leg_set_codecs(struct leg *leg, unsigned codecs);
/* The telephone's offer. False when there is no speaking with it. */
bool line_sip_leg_read_offer(const struct leg *leg, struct slice text, struct sdp *out);
/* Its answer to an offer of ours, which was one of SRTP or not. */
bool line_sip_leg_read_answer(const struct leg *leg, bool is_secure, struct slice text,
                              struct sdp *out);
/* Where it takes sound, by what it said. */
struct media_far line_sip_leg_far(struct leg *leg, const struct dialog *d, const struct sdp *sdp,
                                  int our_event_payload);
/* From now on the sound goes there. */
void line_sip_leg_connect(struct leg *leg, const struct media_far *far);
/* Session descriptions of ours, for the telephone of that dialog. The version goes up. */
void line_sip_leg_answer(struct leg *leg, const struct dialog *d, const struct sdp *offer,
                         struct buf *out);
void line_sip_leg_offer(struct leg *leg, const struct dialog *d, bool is_secure, struct buf *out);

/* info.c: digits of telephones without telephone-event in their sound. */
int line_sip_info_request(struct dialog *d, const sip_t *msg);
void line_sip_info_send(struct leg *leg, char digit);

/* dialog.c */
struct dialog *line_sip_dialog_create(struct leg *leg);
void line_sip_dialog_free(struct dialog *d);
/* Takes it from its leg; it ends by itself. */
void line_sip_dialog_orphan(struct dialog *d);
/* Sets the telephone's tag and target, and makes what comes in find the dialog. */
void line_sip_dialog_establish(struct dialog *d, const char *remote_tag,
                               const sip_contact_t *target, const sip_record_route_t *route);
/* The URI that requests in it are sent to first: route, hop or target. */
struct slice line_sip_dialog_next(const struct dialog *d);
/* Our address for its telephone. */
const char *line_sip_dialog_advertised(const struct dialog *d);
/* Contact's value for its telephone. One's own. */
char *line_sip_dialog_contact(const struct dialog *d);
struct request {
    sip_method_t method;
    const char *name;            /* both by SIP_METHOD_... */
    nta_response_f *on_response; /* its magic is the dialog; NULL: whatever it is */
    uint32_t cseq;               /* 0: the next one */
    const char *headers;         /* lines, or NULL */
    const char *body;            /* or NULL */
    const char *type;            /* of the body; NULL: a session description */
    const char *branch;          /* NULL: a new one; of an ACK that of its INVITE */
    unsigned passes;             /* Max-Forwards; 0: as is usual */
    bool is_outside;             /* it begins the dialog, or withdraws what did */
};

/* Sends a request to the dialog's telephone. */
nta_outgoing_t *line_sip_dialog_send(struct dialog *d, const struct request *request);
/* A response handler for requests of which nobody wants to know more. */
int line_sip_dialog_forget(void *magic, nta_outgoing_t *orq, const sip_t *msg);
void line_sip_dialog_ack(struct dialog *d);
/* The ACK to the 200 of an INVITE inside the dialog; also once more. */
void line_sip_dialog_ack_as(struct dialog *d, uint32_t cseq, const char *branch);
/* Ends a dialog that is up, and its leg lets go of it; nothing when that is being done. */
void line_sip_dialog_bye(struct dialog *d);
/* Withdraws our INVITE, and its leg lets go of it. The reason (RFC 3326) may be NULL. */
void line_sip_dialog_cancel(struct dialog *d, const char *reason);
/* A further telephone that its INVITE reached. */
struct dialog *line_sip_dialog_fork(struct dialog *origin);
/* The fork is the one: d becomes what it was, and all forks of d end. */
void line_sip_dialog_take_fork(struct dialog *d, struct dialog *fork);
void line_sip_dialog_free_forks(struct dialog *d);
struct keep_dialog line_sip_dialog_keep(const struct dialog *d);
struct dialog *line_sip_dialog_restore(struct leg *leg, const struct keep_dialog *kept);

/* settled.c */
/* The dialog's INVITE was answered and the ACK is out. */
void line_sip_settled_add(struct dialog *d);
/* Once a second: lets go of what no repetition can need any more. */
void line_sip_settled_forget(struct sip_line *sip);

/* cause.c: what final responses mean, and which we give. */
enum cause line_sip_cause_of(int status);
int line_sip_cause_status(enum cause cause);
/* How failures of several places add up: the one with the greater weight is told. */
unsigned line_sip_cause_weight(enum cause cause);

/* ability.c: what a message says that its telephone can; enum keep_ability. */
unsigned line_sip_abilities(const sip_t *msg);

/* ring.c: legs that we begin. */
void line_sip_ring_order(struct sip_line *sip, const struct order *order);
/* Sends the INVITE of a dialog; d->invite is NULL when it can't be sent. */
void line_sip_ring_invite(struct dialog *d, bool asks_to_answer);
/* After a restart: sends the INVITEs of before once more. */
void line_sip_ring_again(struct leg *leg);
/* One place is rung by an INVITE of its own. */
struct dialog *line_sip_ring_place(struct leg *leg, const char *contact, const char *hop,
                                   bool asks_to_answer);

/* early.c: until somebody answers. */
/* The dialog of d's INVITE that the response belongs to; a new one when it is the first of its
 * telephone. */
struct dialog *line_sip_early_dialog(struct dialog *d, const sip_t *msg);
/* A response of 101 to 199. */
void line_sip_early_progress(struct dialog *d, int status, const sip_t *msg);
/* That dialog of the leg is no more; what is heard may change. */
void line_sip_early_ended(struct leg *leg);

/* talk.c: a telephone is asked to do what its buttons do. */
/* The answer order for a leg that rings. */
void line_sip_talk_answer(struct leg *leg);
/* All places have failed: the second way of answering goes on. False when there is none. */
bool line_sip_talk_again(struct leg *leg);
/* The answer order for a leg that is up. */
void line_sip_talk_retrieve(struct leg *leg);
/* Once a second: one that said it would retrieve, and did not, has refused. */
void line_sip_talk_second(struct leg *leg, uint64_t now_ms);
void line_sip_talk_hold(struct leg *leg);

/* offer.c: legs that the telephone begins. */
int line_sip_offer_request(struct sip_line *sip, nta_incoming_t *irq, const sip_t *msg);
/* 0, or the status that refuses the INVITE. */
int line_sip_offer_check(const sip_t *msg, struct buf *number, struct slice *body);
struct leg *line_sip_offer_leg(struct sip_line *sip, struct device *device);
/* The leg is offered and the core is told so; 0, or the status that refuses it, and it is gone. */
int line_sip_offer_begin(struct leg *leg, nta_incoming_t *irq, const sip_t *msg,
                         const struct signal *incoming, struct slice body);

/* offer_early.c */
/* The caller is to make a ring-back tone. */
void line_sip_offer_ring(struct leg *leg);
/* It is to hear what its leg is put through to. */
void line_sip_offer_sound(struct leg *leg);
/* Agrees to the caller's offer: its sound goes there, and our answer is appended. False when there
 * is none to agree to. */
bool line_sip_offer_agree(struct leg *leg, struct buf *description);

void line_sip_offer_answer(struct leg *leg);
void line_sip_offer_refuse(struct leg *leg, enum cause cause);
/* ACK, CANCEL, or their absence (msg NULL), for an INVITE or re-INVITE; magic is the dialog. */
int line_sip_offer_ack(void *magic, nta_incoming_t *irq, const sip_t *msg);
/* After a restart: makes the transaction of the INVITE anew. */
enum err line_sip_offer_restore(struct leg *leg, struct slice invite);

/* inside.c: requests inside a dialog; magic is the dialog. */
int line_sip_inside_request(void *magic, nta_leg_t *nta, nta_incoming_t *irq, const sip_t *msg);
/* 0; or 420, already sent, when it requires what we do not know. */
int line_sip_inside_check_required(nta_incoming_t *irq, const sip_t *msg);

/* change.c: the session changes by re-INVITE or UPDATE of the telephone. */
int line_sip_change_request(struct dialog *d, nta_incoming_t *irq, const sip_t *msg);
/* The 200 to an INVITE, re-INVITE or UPDATE; without a description where that is NULL. */
void line_sip_change_reply(struct dialog *d, nta_incoming_t *irq, const char *description);
/* What it asked for is durable: the 200. */
void line_sip_change_accept(struct leg *leg);
/* It took back what it asked for. */
void line_sip_change_forget(struct dialog *d);

/* session.c: session timers, and whether anybody is there (RFC 4028). */
/* Whether a request asks for something that we take: 0, or 422 already sent. */
int line_sip_session_check(nta_incoming_t *irq, const sip_t *msg);
/* It is so from our 200 to that request on. */
void line_sip_session_take(struct leg *leg, const sip_t *msg);
/* The call that it was taken for is up only now. */
void line_sip_session_begin(struct leg *leg);
/* The Session-Expires of our 200, or NULL; one's own. */
char *line_sip_session_header(const struct leg *leg);
/* What the telephone agreed to in its 200 to an INVITE or UPDATE of ours. */
void line_sip_session_agreed(struct leg *leg, const sip_t *msg);
/* After a restart. */
void line_sip_session_go_on(struct leg *leg);
/* Once a second. */
void line_sip_session_second(struct sip_line *sip);
/* Asks in the dialog; the leg ends when the telephone knows nothing of it, or says nothing. */
void line_sip_probe(struct leg *leg);
/* Nothing comes from the leg's telephone that should send; or something comes again. */
void line_sip_silence_told(struct leg *leg, bool is_silent);

/* refer.c: transfers by the telephone's own buttons (RFC 3515, RFC 3891). */
int line_sip_refer_request(struct dialog *d, nta_incoming_t *irq, const sip_t *msg);
/* The core's answer; cause none: it was done. Nothing happens where none is waited for. */
void line_sip_refer_answer(struct dialog *d, enum cause cause);
void line_sip_refer_free(struct dialog *d);

/* order.c */
/* Ends it, whatever it is at. */
void line_sip_order_drop_leg(struct leg *leg, enum cause cause);
void line_sip_order_carry_out(struct sip_line *sip, const struct order *order);

#endif
