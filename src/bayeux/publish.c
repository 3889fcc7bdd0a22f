/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Messages of the client's own. Events come from the server alone, so publishing is refused; what
 * goes to /service is answered, for old clients send it, and does nothing. Every message gets its
 * reply: the JavaScript client closes its WebSocket when one is missing. */
#include "bayeux/bayeux_int.h"

void bayeux_publish_handle(struct envelope *env, const struct message *m)
{
    if (!bayeux_envelope_session(env, m)) {
        bayeux_reply_error(env, m, "402::session_unknown");
        return;
    }
    if (!slice_starts_with(m->channel, SLICE("/service/"))) {
        bayeux_reply_error(env, m, "403:denied_by_security_policy:publish_denied");
        return;
    }
    if (!json_get(m->json, "data")) {
        bayeux_reply_error(env, m, "400::data_missing");
        return;
    }
    struct json_writer w = bayeux_reply_begin(env, m, true);
    bayeux_reply_end(&w);
}
