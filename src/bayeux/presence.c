/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Whether anybody sits at a user's desktop. A desktop that vanishes sends no disconnect: its
 * session runs out. If it was the user's last one, that is said, and it is said before the
 * session's record is removed: so after a crash between the two the session is there again, runs
 * out again, and it is said again. What nobody says twice could be lost.
 *
 * The other way round, a new session says that its user is there when its record is on its way, and
 * a restored one when its client comes to it. Whether anybody had missed the user is not known here
 * after a restart, and so it is said in any case; whoever listens knows what is news. */
#include "bayeux/bayeux_int.h"

void bayeux_presence_tell(struct session *s)
{
    const struct bayeux_options *options = &s->b->options;
    s->owes_presence =
        options->presence &&
        options->presence(options->presence_ctx, bayeux_session_user(s), true) != ERR_OK;
}

bool bayeux_presence_end(struct session *s)
{
    const struct bayeux_options *options = &s->b->options;
    bool is_last = hub_user_cursors(options->hub, bayeux_session_user(s)) == 1;
    if (s->is_missed || !is_last || !options->presence)
        return true;
    if (options->presence(options->presence_ctx, bayeux_session_user(s), false) != ERR_OK)
        return false;
    /* Whoever comes for it now must begin anew, and so say that he is there. */
    s->is_missed = s->is_leaving = s->is_unwanted = true;
    return true;
}
