/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The one closed table of errors: symbol, statusCode of the API (reference: return values), HTTP
 * status, and a text for when nobody gave a better reason. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

enum err {
    ERR_OK,              /*  0, 200 */
    ERR_MISSING,         /*  1, 400: a required parameter is missing */
    ERR_INVALID,         /*  2, 400: wrong type or value */
    ERR_JSON,            /*  2, 400: the body is not JSON */
    ERR_PRECONDITION,    /*  2, 412 */
    ERR_STATE,           /*  3, 400: not possible in this state */
    ERR_METHOD,          /*  3, 405 */
    ERR_RATE,            /*  3, 429 */
    ERR_INTERNAL,        /*  4, 500 */
    ERR_NOT_REGISTERED,  /*  4, 500: the telephone is not registered */
    ERR_OVERLOAD,        /*  4, 500: refused at the door, nothing was done */
    ERR_PERMISSION,      /*  5, 403 */
    ERR_NOT_FOUND,       /*  6, 404 */
    ERR_PARTIAL,         /*  7, 200 */
    ERR_PASSWORD_CHANGE, /*  8, 403 */
    ERR_INCOMPLETE,      /*  9, 202 */
    ERR_RANGE,           /* 10, 400: over or under a bound */
    ERR_READ_ONLY,       /* 11, 400 */
    ERR_EXISTS,          /* 18, 409 */
    ERR_IN_USE,          /* 19, 409 */
    ERR_NO_ACCESS,       /* 20, 403: not authenticated */
    ERR_IO,              /*  4, 500: disk or network */
    ERR_CORRUPT,         /*  4, 500: stored bytes are not what was stored */
    ERR_COUNT
};

struct err_row {
    const char *symbol;
    int status_code;
    int http_status;
    const char *text;
};

const struct err_row *err_row(enum err err);

#endif
