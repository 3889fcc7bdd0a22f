/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The table of errors. It is the only place that knows how a symbol looks from outside, so that the
 * core speaks of causes, the API of status codes and HTTP of its own, and no two of them can
 * disagree. Status codes: platform API reference, section 1.6. HTTP statuses follow RFC 9110; where
 * the reference names one (20 is 403, with this text) it wins.
 *
 * The texts are for when the one who refused had no better reason to give; they name no parameter
 * and hold no bound, which a reason must. */
#include "base/error.h"

#include "base/log.h"

static const struct err_row rows[ERR_COUNT] = {
    [ERR_OK] = {"ok", 0, 200, "OK"},
    [ERR_MISSING] = {"missing", 1, 400, "A required parameter is missing"},
    [ERR_INVALID] = {"invalid", 2, 400, "A parameter is not valid"},
    [ERR_JSON] = {"json", 2, 400, "The request body is not valid JSON"},
    [ERR_PRECONDITION] = {"precondition", 2, 412, "A precondition of the request does not hold"},
    [ERR_STATE] = {"state", 3, 400, "The operation is not possible in the current state"},
    [ERR_METHOD] = {"method", 3, 405, "The method is not allowed for this resource"},
    [ERR_RATE] = {"rate", 3, 429, "Too many requests"},
    [ERR_INTERNAL] = {"internal", 4, 500, "Internal error"},
    [ERR_NOT_REGISTERED] = {"not_registered", 4, 500, "The telephone is not registered"},
    [ERR_OVERLOAD] = {"overload", 4, 500, "The server is overloaded; nothing was done"},
    [ERR_PERMISSION] = {"permission", 5, 403, "Permission denied"},
    [ERR_NOT_FOUND] = {"not_found", 6, 404, "Resource not found"},
    [ERR_PARTIAL] = {"partial", 7, 200, "Only a part of the request succeeded"},
    [ERR_PASSWORD_CHANGE] = {"password_change", 8, 403, "The password must be changed first"},
    [ERR_INCOMPLETE] = {"incomplete", 9, 202, "Processing is not complete"},
    [ERR_RANGE] = {"range", 10, 400, "A value is out of the valid range"},
    [ERR_READ_ONLY] = {"read_only", 11, 400, "The property is read-only"},
    [ERR_EXISTS] = {"exists", 18, 409, "The resource exists already"},
    [ERR_IN_USE] = {"in_use", 19, 409, "The resource is in use"},
    [ERR_NO_ACCESS] = {"no_access", 20, 403, "Access denied"},
    [ERR_IO] = {"io", 4, 500, "The disk or the network failed"},
    [ERR_CORRUPT] = {"corrupt", 4, 500, "Stored data is damaged"},
};

const struct err_row *err_row(enum err err)
{
    if ((unsigned)err >= ERR_COUNT) {
        log_abort("no such error: %u", (unsigned)err);
    }
    return &rows[err];
}
