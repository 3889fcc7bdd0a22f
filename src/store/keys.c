/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The store's keys: see store_int.h. */
#include "store/store_int.h"

static void put(char *out, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        out[i] = (char)(uint8_t)(number >> 8 * (bytes - 1 - i));
}

static uint64_t get(const char *at, size_t bytes)
{
    uint64_t number = 0;
    for (size_t i = 0; i < bytes; i++)
        number = number << 8 | (uint8_t)at[i];
    return number;
}

struct slice key_of_call(uint64_t call, char out[CALL_KEY_BYTES])
{
    put(out, call, CALL_KEY_BYTES);
    return (struct slice){out, CALL_KEY_BYTES};
}

struct slice key_of_party(uint64_t call, uint32_t party, char out[PARTY_KEY_BYTES])
{
    put(out, call, CALL_KEY_BYTES);
    put(out + CALL_KEY_BYTES, party, PARTY_KEY_BYTES - CALL_KEY_BYTES);
    return (struct slice){out, PARTY_KEY_BYTES};
}

struct slice key_of_user(struct slice user, uint64_t call, struct buf *out)
{
    char number[CALL_KEY_BYTES];
    buf_reset(out);
    buf_slice(out, user);
    buf_char(out, '\0');
    buf_slice(out, key_of_call(call, number));
    return buf_view(out);
}

uint64_t call_of_key(struct slice key)
{
    return key.len < CALL_KEY_BYTES ? 0 : get(key.ptr + key.len - CALL_KEY_BYTES, CALL_KEY_BYTES);
}

uint64_t call_of_part(struct slice key)
{
    return key.len < CALL_KEY_BYTES ? 0 : get(key.ptr, CALL_KEY_BYTES);
}

uint32_t party_of_key(struct slice key)
{
    return key.len < PARTY_KEY_BYTES
               ? 0
               : (uint32_t)get(key.ptr + CALL_KEY_BYTES, PARTY_KEY_BYTES - CALL_KEY_BYTES);
}
