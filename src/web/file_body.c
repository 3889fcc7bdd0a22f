/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* An answer's body from a file, a bit at a time: as much as one write holds is read when the write
 * before it is done. So a recording of hours costs a buffer, and each connection gets its turn. The
 * read is of this machine's own disk, and small; a disk so slow that it would be felt is one on
 * which nothing can be committed either. */
#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "web/web_int.h"

#define BIT_BYTES 65536

struct file_body {
    int fd;
    uint64_t at;
    uint64_t left;
};

void file_body_begin(struct connection *c, const struct exchange_file *file)
{
    struct file_body *body = mem_alloc(sizeof *body);
    *body = (struct file_body){file->fd, file->from, file->bytes};
    c->file = body;
}

void file_body_end(struct connection *c)
{
    if (!c->file) {
        return;
    }
    close(c->file->fd);
    mem_free(c->file);
    c->file = NULL;
}

/* False when the file has not what was promised of it. */
static bool read_bit(struct file_body *body, struct buf *out)
{
    size_t want = body->left < BIT_BYTES ? (size_t)body->left : BIT_BYTES;
    ssize_t got;
    buf_reserve(out, want);
    do {
        got = pread(body->fd, out->ptr + out->len, want, (off_t)body->at);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) {
        return false;
    }
    out->len += (size_t)got;
    body->at += (uint64_t)got;
    body->left -= (uint64_t)got;
    return true;
}

void file_body_go_on(struct connection *c)
{
    if (!c->file || c->flight || c->is_doomed) {
        return;
    }
    if (c->file->left > 0) {
        bool is_read = read_bit(c->file, connection_out(c));
        if (!is_read) {
            log_line(LOG_WARN, "http.file", "left=%llu error=%d", (unsigned long long)c->file->left,
                     errno);
        }
        if (!is_read || (c->tls && !tls_seal(c))) {
            c->is_doomed = true;
            web_turn_add(c->web, c);
            return;
        }
        connection_launch(c, c->tls ? tls_sealed(c) : &c->out, 0);
    }
    if (c->file->left == 0) {
        file_body_end(c);
    }
}
