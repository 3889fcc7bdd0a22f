/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Links from talkers to those who hear them: listeners, and taps. A talker may be named before it
 * is open and after it is closed; its links wait in one list meanwhile, which is short, as the next
 * order of who hears whom leaves it out. */
#include <string.h>

#include "base/mem.h"
#include "media/media_int.h"

static void link_resolve(struct media_loop *loop, struct link *link, struct stream *talker)
{
    link->talker = talker;
    list_remove(&link->as_listener);
    list_remove(&link->as_unresolved);
    if (talker)
        list_append(&talker->listeners, &link->as_listener);
    else
        list_append(&loop->unresolved, &link->as_unresolved);
}

void media_links_free(struct link_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        media_link_hold_voice(&set->links[i], false);
        list_remove(&set->links[i].as_listener);
        list_remove(&set->links[i].as_unresolved);
    }
    mem_free(set->links);
    *set = (struct link_set){0};
}

bool media_links_are(const struct link_set *set, const uint64_t *legs, size_t count)
{
    if (set->count != count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (set->links[i].leg != legs[i])
            return false;
    return true;
}

void media_links_set(struct media_loop *loop, struct link_set *set, const uint64_t *legs,
                     size_t count, struct stream *listener, struct tap *tap)
{
    struct link_set made = {.count = count};
    if (count)
        made.links = mem_zalloc(count * sizeof *made.links);
    for (size_t i = 0; i < count; i++) {
        struct link *link = &made.links[i];
        link->leg = legs[i];
        link->listener = listener;
        link->tap = tap;
        list_init(&link->as_listener);
        list_init(&link->as_unresolved);
        link_resolve(loop, link, media_stream_find(loop, legs[i]));
        /* Before the old one lets it go: who is decoded already goes on without a gap. */
        for (size_t k = 0; k < set->count; k++)
            if (set->links[k].leg == legs[i] && set->links[k].holds_voice)
                media_link_hold_voice(link, true);
    }
    media_links_free(set);
    *set = made;
}

void media_link_hold_voice(struct link *link, bool is_wanted)
{
    if (link->holds_voice == is_wanted || !link->talker)
        return;
    link->holds_voice = is_wanted;
    if (is_wanted)
        media_voice_hold(link->talker);
    else
        media_voice_release(link->talker);
}

static void link_changed(struct link *link)
{
    if (link->listener)
        media_stream_update(link->listener);
    else
        media_link_hold_voice(link, link->tap->is_on);
}

void media_links_opened(struct stream *talker)
{
    LIST_EACH_SAFE(it, &talker->loop->unresolved)
    {
        struct link *link = LIST_OWNER(it, struct link, as_unresolved);
        if (link->leg != talker->leg)
            continue;
        link_resolve(talker->loop, link, talker);
        link_changed(link);
    }
}

void media_links_closed(struct stream *talker)
{
    LIST_EACH_SAFE(it, &talker->listeners)
    {
        struct link *link = LIST_OWNER(it, struct link, as_listener);
        media_link_hold_voice(link, false);
        link_resolve(talker->loop, link, NULL);
        link_changed(link);
    }
}
