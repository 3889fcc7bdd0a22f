/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The branches of our INVITEs, by which a 200 that comes when its INVITE is forgotten, or was sent
 * by a process before this one, is known to answer one of ours: it has a keyed hash. Such a 200 is
 * followed by ACK and BYE, wherever its Contact points; whoever could make one up would have us
 * send them to anybody. */
#include <sodium.h>
#include <stdio.h>

#include "line/sip/sip_int.h"

#define COOKIE     "z9hG4bK"
#define CHANCE_LEN 16 /* hex digits */
#define MAC_LEN    16

/* Of what no nonce is made of, though the key is the same. */
static void branch_hash(const uint8_t secret[32], const char *chance, char out[MAC_LEN + 1])
{
    char text[sizeof "branch:" + CHANCE_LEN];
    snprintf(text, sizeof text, "branch:%.*s", CHANCE_LEN, chance);
    line_sip_keyed_hash(secret, slice_of(text), out, MAC_LEN);
}

char *line_sip_branch(const uint8_t secret[32])
{
    char chance[CHANCE_LEN + 1], mac[MAC_LEN + 1];
    line_sip_random_hex(chance, CHANCE_LEN / 2);
    branch_hash(secret, chance, mac);
    return line_sip_text(COOKIE "%s%s", chance, mac);
}

bool line_sip_branch_is_ours(const uint8_t secret[32], const char *branch)
{
    char mac[MAC_LEN + 1];
    struct slice text = slice_of(branch);
    size_t head = sizeof COOKIE - 1;
    if (text.len != head + CHANCE_LEN + MAC_LEN || !slice_starts_with(text, SLICE(COOKIE)))
        return false;
    branch_hash(secret, branch + head, mac);
    return sodium_memcmp(mac, branch + head + CHANCE_LEN, MAC_LEN) == 0;
}
