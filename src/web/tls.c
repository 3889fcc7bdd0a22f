/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* TLS of one connection, between its bytes and its text.
 *
 * OpenSSL reads from what has just come and writes behind what is to be sent, through a BIO that
 * holds no bytes itself. (The library's own memory BIOs keep the largest buffer that they ever had,
 * for each of fifty thousand connections.) It takes all input there is, keeping an incomplete
 * record itself, and gives back its buffers when they are empty. So text is sealed only when it is
 * about to be written, and an idle connection holds OpenSSL's state and nothing of ours.
 *
 * Who speaks plain HTTP to this port is told so, in plain HTTP. */
#include "web/tls_int.h"

#include "base/log.h"
#include "base/mem.h"

struct tls {
    SSL *ssl;
    struct slice input; /* borrowed, while the loop looks at it */
    struct buf sealed;
    bool is_broken;
};

/* --- the BIO --- */

static int bio_read(BIO *bio, char *out, size_t size, size_t *done)
{
    struct tls *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (t->input.len == 0) {
        BIO_set_retry_read(bio);
        return 0;
    }
    size_t n = t->input.len < size ? t->input.len : size;
    memcpy(out, t->input.ptr, n);
    t->input.ptr += n;
    t->input.len -= n;
    *done = n;
    return 1;
}

static int bio_write(BIO *bio, const char *bytes, size_t size, size_t *done)
{
    struct tls *t = BIO_get_data(bio);
    buf_append(&t->sealed, bytes, size);
    *done = size;
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *tls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "web");
    if (!method) {
        log_abort("out of memory: OpenSSL");
    }
    BIO_meth_set_read_ex(method, bio_read);
    BIO_meth_set_write_ex(method, bio_write);
    BIO_meth_set_ctrl(method, bio_control);
    return method;
}

/* --- a connection --- */

bool tls_begin(struct connection *c)
{
    const struct tls_server *server = c->web->tls;
    struct tls *t = mem_zalloc(sizeof *t);
    t->ssl = SSL_new(server->context);
    BIO *bio = t->ssl ? BIO_new(server->method) : NULL;
    if (!bio) {
        SSL_free(t->ssl);
        mem_free(t);
        return false;
    }
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio);
    SSL_set_accept_state(t->ssl);
    c->tls = t;
    return true;
}

void tls_free(struct connection *c)
{
    if (c->tls) {
        SSL_free(c->tls->ssl);
        buf_free(&c->tls->sealed);
        mem_free(c->tls);
        c->tls = NULL;
    }
}

bool tls_is_open(const struct connection *c)
{
    return SSL_is_init_finished(c->tls->ssl);
}

struct buf *tls_sealed(struct connection *c)
{
    return &c->tls->sealed;
}

void tls_feed(struct connection *c, struct slice bytes)
{
    c->tls->input = bytes;
    if (!c->tls->sealed.ptr) {
        c->tls->sealed = web_buf_take(c->web);
    }
}

/* Why it can't go on: logged, and told to who speaks no TLS at all. */
static void give_up(struct connection *c)
{
    static const char plain[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
                                "Content-Length: 27\r\nConnection: close\r\n\r\n"
                                "this port speaks https only";
    struct tls *t = c->tls;
    char quoted[160];
    unsigned long code = ERR_peek_error();
    const char *reason = ERR_reason_error_string(code);
    t->is_broken = true;
    if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST) {
        buf_reset(&t->sealed);
        buf_append(&t->sealed, plain, sizeof plain - 1);
    }
    log_line(LOG_INFO, "tls.refused", "reason=%s peer=%s",
             log_quote(quoted, sizeof quoted, slice_of(reason ? reason : "-")), c->peer);
    ERR_clear_error();
}

enum tls_state tls_next(struct connection *c, struct slice *text)
{
    struct tls *t = c->tls;
    size_t len = 0;
    if (t->is_broken) {
        return TLS_BROKEN;
    }
    ERR_clear_error();
    int status = SSL_read_ex(t->ssl, c->web->tls->text, sizeof c->web->tls->text, &len);
    if (status == 1) {
        *text = (struct slice){c->web->tls->text, len};
        return TLS_TEXT;
    }
    int error = SSL_get_error(t->ssl, status);
    t->input = SLICE_NONE;
    if (error == SSL_ERROR_WANT_READ) {
        return TLS_WAITS;
    }
    if (error == SSL_ERROR_ZERO_RETURN) {
        return TLS_ENDED;
    }
    give_up(c);
    return TLS_BROKEN;
}

bool tls_seal(struct connection *c)
{
    struct tls *t = c->tls;
    size_t done;
    if (c->out.len == 0) {
        return true;
    }
    if (!t->sealed.ptr) {
        t->sealed = web_buf_take(c->web);
    }
    ERR_clear_error();
    if (t->is_broken || SSL_write_ex(t->ssl, c->out.ptr, c->out.len, &done) != 1) {
        t->is_broken = true;
        return false;
    }
    web_buf_give(c->web, &c->out);
    return true;
}

void tls_end(struct connection *c)
{
    struct tls *t = c->tls;
    if (!t->is_broken && tls_is_open(c) && !(SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN)) {
        ERR_clear_error();
        t->input = SLICE_NONE;
        (void)SSL_shutdown(t->ssl);
    }
}
