/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* /meta/disconnect: the session is silent and unknown at once. It is gone when its record is: then
 * the reply leaves, and after it the answer to a held connect, with reconnect "none". A client
 * waits for both before it lets go of its connection. */
#include "bayeux/bayeux_int.h"

void bayeux_disconnect_handle(struct envelope *env, const struct message *m)
{
    struct session *s = bayeux_envelope_session(env, m);
    if (!s) {
        bayeux_reply_error(env, m, "402::session_unknown");
        return;
    }
    if (env->is_refusing) {
        bayeux_reply_overload(env, m, "retry");
        return;
    }
    struct touched *t = bayeux_envelope_touch(env, s);
    t->is_dirty = t->is_left = true;
    s->is_leaving = true;
    struct json_writer w = bayeux_reply_begin(env, m, true);
    bayeux_reply_end(&w);
}
