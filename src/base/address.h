/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Addresses of IPv4 and IPv6, and networks of them. An address of IPv4 is kept as the IPv6 address
 * that stands for it (::ffff:192.0.2.1, RFC 4291, section 2.5.5.2), so that both are compared alike
 * and one that comes over a socket for both kinds is the same one. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define ADDRESS_BYTES     16
#define ADDRESS_TEXT_SIZE 48

struct address {
    uint8_t bytes[ADDRESS_BYTES];
};

struct network {
    struct address first;
    unsigned bits; /* of the 128 that its addresses share */
};

/* "192.0.2.1", "2001:db8::1" or "[2001:db8::1]", the first and the last also with :PORT. *port is
 * absent when there is none; NULL: nobody asks. */
bool address_parse(struct slice text, struct address *out, struct slice *port);
bool address_is_v4(const struct address *address);
/* "192.0.2.1" or "[2001:db8::1]"; returns out. */
const char *address_write(const struct address *address, char out[ADDRESS_TEXT_SIZE]);

/* An address, or "192.0.2.0/24". Bits behind the given ones count for nothing. */
bool network_parse(struct slice text, struct network *out);
bool network_has(const struct network *network, const struct address *address);

#endif
