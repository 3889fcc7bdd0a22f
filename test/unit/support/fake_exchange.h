/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An exchange without a web: requests as a test writes them, answers as it finds them. */
#ifndef SUPPORT_FAKE_EXCHANGE_H
#define SUPPORT_FAKE_EXCHANGE_H

#include "base/exchange.h"

#define FAKE_HEADERS_MAX 8

struct fake {
    struct exchange x; /* first */
    struct arena arena;
    const char *names[FAKE_HEADERS_MAX];
    const char *values[FAKE_HEADERS_MAX];
    size_t header_count;
    bool acts;        /* for who asks whether it changes something */
    bool is_gone;     /* the connection broke */
    int answers;      /* how often it was answered */
    int status;       /* of the answer */
    char *body;       /* of the answer, NUL-terminated */
    char *headers;    /* of the answer, with x->set_cookie */
    const char *type; /* of the answer */
};

/* path may have a query; body may be NULL. Texts are borrowed. */
struct fake *fake_new(const char *method, const char *path, const char *body);
void fake_header(struct fake *f, const char *name, const char *value);
void fake_free(struct fake *f);

#endif
