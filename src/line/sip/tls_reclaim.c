/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The stack's release of a TLS connection forgets OpenSSL's object of it, with 20 to 45 kB that
 * nobody would ever free: whoever connects often enough would have all memory. So here each object
 * that is made on the driver's thread is noted, which OpenSSL tells to whoever reserves a place in
 * them, and freed when the stack has let go of it. That it has is seen in two ways:
 *
 * - It told the far end that the connection ends (SSL_shutdown), which it does in that release and
 *   nowhere else.
 * - Before the end of the handshake that leaves no trace. Then the socket's file is gone, and the
 *   stack releases a connection that nobody waits for in the same turn of its loop; we give it ten
 *   seconds, and two minutes, longer than any transaction, where we may have connected.
 *
 * The release gives back one reference to the context and one to the socket's BIO, which are the
 * object's; so one of each is taken before it is freed. */
#include <sys/stat.h>

#include <pthread.h>

#include "base/mem.h"
#include "line/sip/tls_int.h"

#define GONE_ACCEPTED_S  10
#define GONE_CONNECTED_S 120

static __thread struct list *objects; /* of this thread's driver */

static void note(void *parent, void *ptr, CRYPTO_EX_DATA *data, int index, long argl, void *argp)
{
    (void)ptr, (void)data, (void)index, (void)argl, (void)argp;
    if (!objects)
        return;
    struct tls_object *o = mem_zalloc(sizeof *o);
    o->ssl = parent;
    list_append(objects, &o->as_object);
}

static void reserve(void)
{
    (void)SSL_get_ex_new_index(0, NULL, note, NULL, NULL);
}

void line_sip_tls_reclaim_open(struct sip_line *sip)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, reserve);
    objects = &sip->tls_objects;
}

static void object_free(struct tls_object *o)
{
    BIO *bio = SSL_get_rbio(o->ssl);
    SSL_CTX_up_ref(SSL_get_SSL_CTX(o->ssl));
    if (bio)
        BIO_up_ref(bio);
    SSL_free(o->ssl);
    list_remove(&o->as_object);
    mem_free(o);
}

/* Whether its socket is still the one that it was. */
static bool object_has_socket(struct tls_object *o)
{
    struct stat file;
    int fd = SSL_get_fd(o->ssl);
    if (fd < 0 || fstat(fd, &file) != 0)
        return false;
    if (!o->has_file) {
        o->has_file = true;
        o->device = file.st_dev;
        o->inode = file.st_ino;
    }
    return file.st_dev == o->device && file.st_ino == o->inode;
}

static bool object_is_over(struct tls_object *o)
{
    if (SSL_get_shutdown(o->ssl) & SSL_SENT_SHUTDOWN)
        return true;
    if (SSL_is_init_finished(o->ssl) || object_has_socket(o)) {
        o->gone_s = 0;
        return false;
    }
    bool was_accepted = SSL_is_server(o->ssl) && !SSL_in_before(o->ssl);
    return o->gone_s++ >= (was_accepted ? GONE_ACCEPTED_S : GONE_CONNECTED_S);
}

void line_sip_tls_reclaim_second(struct sip_line *sip)
{
    size_t count = 0;
    LIST_EACH_SAFE(it, &sip->tls_objects)
    {
        struct tls_object *o = LIST_OWNER(it, struct tls_object, as_object);
        bool is_over = object_is_over(o);
        if (is_over)
            object_free(o);
        count += !is_over;
    }
    line_sip_meters_tls(&sip->meters, count);
}

void line_sip_tls_reclaim_close(struct sip_line *sip)
{
    objects = NULL;
    LIST_EACH_SAFE(it, &sip->tls_objects)
    object_free(LIST_OWNER(it, struct tls_object, as_object));
}
