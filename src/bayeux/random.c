/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Random identifiers straight from the kernel: whoever guesses a clientId reads another's events,
 * so 160 bits and no generator of our own that could be seeded badly. They are made once per
 * handshake; the system call does not matter. */
#include "bayeux/bayeux_int.h"

#include "base/ids.h"
#include "base/random.h"

void bayeux_random_id(char out[CLIENT_ID_BYTES + 1])
{
    uint8_t bytes[20];
    random_fill(bytes, sizeof bytes);
    ids_base32(bytes, out);
}

uint32_t bayeux_random_below(uint32_t bound)
{
    uint32_t value;
    random_fill(&value, sizeof value);
    return value % bound;
}
