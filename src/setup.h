/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* From the configuration to what the rooms are given of it. */
#ifndef SETUP_H
#define SETUP_H

#include "api/api.h"
#include "auth/auth.h"
#include "base/address.h"
#include "config.h"
#include "journal/journal.h"
#include "line/sip/line_sip.h"

struct setup {
    uint8_t secret[32]; /* the server's own, the same after a restart */
    struct line_device *devices;
    size_t device_count;
    struct line_sip_network *networks;
    size_t network_count;
    char *recordings; /* directory; NULL: no sound, and so nothing to record */
    struct line_trunk *trunks;
    size_t trunk_count;
    struct auth_user *users;
    size_t user_count;
    char (*hashes)[AUTH_HASH_SIZE]; /* those we made ourselves */
    size_t hash_count;
    struct engine_record *records; /* of hashes made anew */
    size_t record_count;
    struct config_item *items;
    size_t item_count;
    struct arena arena; /* of the items' lists of members, and of the records' values */
    char *origin_text;
    const char **origins;
    size_t origin_count;
    struct network *proxies;
    size_t proxy_count;
};

/* The secret from the journal; made, and durable, at the first start. */
enum err setup_secret(struct setup *s, struct journal *journal);
/* A key for one purpose, from the secret. */
void setup_derive(const struct setup *s, const char *purpose, uint8_t out[32]);
/* Hashes of the passwords that stand in the configuration are kept in the journal, so that they,
 * and the sessions begun under them, are the same after a restart. */
enum err setup_users(struct setup *s, const struct config *config, struct journal *journal);
/* While the server runs: hashes of unchanged passwords are those of before; what is to be kept of
 * new ones is in records. The secret must be there. */
enum err setup_users_anew(struct setup *s, const struct config *config, const struct setup *before,
                          const struct config *config_before);
void setup_devices(struct setup *s, const struct config *config);
/* In the order that core/input.h asks for. */
void setup_items(struct setup *s, const struct config *config);
/* The driver that is configured, not started; fills devices, trunks, and for SIP networks and
 * recordings. NULL when it can't be made. */
struct line_driver *setup_line(struct setup *s, const struct config *config);
/* The parts of a list with commas, without blanks around them; in the setup's arena. */
const struct slice *setup_list(struct setup *s, const char *list, size_t *count);
void setup_trunks(struct setup *s, const struct config *config);
/* Of the core, as setup_items has them. */
void setup_trunk_item(struct setup *s, const struct config_trunk *trunk, struct config_item *item);
/* For the API, which copies it; the arena is the caller's. */
void setup_directory(const struct config *config, struct arena *arena, struct api_directory *out);
/* Who may read answers and act with a cookie: public_url, and what is allowed beside it. */
void setup_origins(struct setup *s, const struct config *config, const char *public_url);
void setup_proxies(struct setup *s, const struct config *config);
void setup_free(struct setup *s);

#endif
