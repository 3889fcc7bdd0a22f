/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* SHA-1 of the client's key and a constant, in base64: it proves that a WebSocket server answered
 * and not a cache or a form handler. That SHA-1 is broken for signatures does not matter here. */
#include "web/accept_key.h"

#include "base/log.h"

#include <openssl/evp.h>

#define SHA1_BYTES 20
#define GUID       "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

bool accept_key_is_valid(struct slice key)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (key.len != ACCEPT_KEY_LEN || key.ptr[22] != '=' || key.ptr[23] != '=') {
        return false;
    }
    for (size_t i = 0; i < 22; i++) {
        if (!memchr(digits, key.ptr[i], sizeof digits - 1)) {
            return false;
        }
    }
    return true;
}

void accept_key_value(struct slice key, char out[ACCEPT_VALUE_LEN + 1])
{
    char text[ACCEPT_KEY_LEN + sizeof GUID];
    unsigned char digest[SHA1_BYTES];
    memcpy(text, key.ptr, ACCEPT_KEY_LEN);
    memcpy(text + ACCEPT_KEY_LEN, GUID, sizeof GUID);
    if (!EVP_Digest(text, sizeof text - 1, digest, NULL, EVP_sha1(), NULL)) {
        log_abort("libcrypto has no SHA-1");
    }
    EVP_EncodeBlock((unsigned char *)out, digest, sizeof digest);
}
