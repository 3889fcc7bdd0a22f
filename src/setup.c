/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The rooms know no configuration file: here it becomes their users, devices and inputs. All of it
 * borrows the configuration's strings, which live as long as the server.
 *
 * The demo's agents share one password and one hash of it: ten thousand hashes would take minutes.
 * A password that stands in the file is hashed once, and the hash kept as a record together with a
 * keyed MAC of the password. At later starts the MAC tells whether it is still the same: comparing
 * it with the hash would take the hundredth of a second that the hash is there to cost, ten
 * thousand times. Who reads the journal can try passwords against that MAC as fast as he likes, so
 * the data directory is as secret as the file with the passwords; a file with hashes has no MAC. */
#include "setup.h"

#include "base/map.h"
#include "base/mem.h"
#include "ha1.h"

#include <sodium.h>
#include <stdio.h>

#define MAC_BYTES     32
#define SECRET_KEY    SLICE("secret")
#define DEMO_HASH_KEY SLICE("demo_hash")

#define STORED_PURPOSE "cordboard stored passwords"

static enum err put(struct journal *journal, enum record_table table, struct slice key,
                    struct slice value)
{
    enum err err = journal_begin(journal);
    if (err)
        return err;
    err = journal_put(journal, table, key, value);
    if (!err)
        err = journal_commit(journal);
    if (err)
        journal_rollback(journal);
    return err;
}

enum err setup_secret(struct setup *s, struct journal *journal)
{
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    struct buf stored = {0};
    enum err err = journal_get(journal, RECORD_META, SECRET_KEY, &stored);
    if (err == ERR_NOT_FOUND) {
        randombytes_buf(s->secret, sizeof s->secret);
        struct slice secret = {(const char *)s->secret, sizeof s->secret};
        err = put(journal, RECORD_META, SECRET_KEY, secret);
    } else if (!err && stored.len != sizeof s->secret) {
        err = ERR_CORRUPT;
    } else if (!err) {
        memcpy(s->secret, buf_view(&stored).ptr, sizeof s->secret);
    }
    buf_free(&stored);
    return err;
}

void setup_derive(const struct setup *s, const char *purpose, uint8_t out[32])
{
    crypto_generichash(out, 32, (const unsigned char *)purpose, strlen(purpose), s->secret,
                       sizeof s->secret);
}

/* --- hashes of passwords that stand in the configuration --- */

struct stored {
    struct journal *journal;
    uint8_t key[MAC_BYTES];
};

/* What a record holds behind the hash: whoever has the password and the key finds it again. */
static void mac_of(const struct stored *s, const char *hash, const char *password,
                   unsigned char out[MAC_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, s->key, sizeof s->key, MAC_BYTES);
    crypto_generichash_update(&state, (const unsigned char *)hash, strlen(hash) + 1);
    crypto_generichash_update(&state, (const unsigned char *)password, strlen(password));
    crypto_generichash_final(&state, out, MAC_BYTES);
}

/* Whether the record is that password's; the hash is in out then. */
static bool is_record_of(const struct stored *s, struct slice record, const char *password,
                         char out[AUTH_HASH_SIZE])
{
    unsigned char mac[MAC_BYTES];
    if (record.len <= MAC_BYTES || record.len - MAC_BYTES >= AUTH_HASH_SIZE)
        return false;
    size_t len = record.len - MAC_BYTES;
    memcpy(out, record.ptr, len);
    out[len] = '\0';
    mac_of(s, out, password, mac);
    return sodium_memcmp(mac, record.ptr + len, MAC_BYTES) == 0;
}

static void make_record(const struct stored *s, const char *hash, const char *password,
                        struct buf *out)
{
    unsigned char mac[MAC_BYTES];
    mac_of(s, hash, password, mac);
    buf_text(out, hash);
    buf_append(out, mac, sizeof mac);
}

static enum err stored_hash(const struct stored *s, enum record_table table, struct slice key,
                            const char *password, char out[AUTH_HASH_SIZE])
{
    struct buf record = {0};
    enum err err = journal_get(s->journal, table, key, &record);
    bool is_known = !err && is_record_of(s, buf_view(&record), password, out);
    buf_reset(&record);
    if (err == ERR_NOT_FOUND)
        err = ERR_OK;
    if (!err && !is_known) {
        err = auth_hash_password(password, out, AUTH_HASH_SIZE);
        if (!err) {
            make_record(s, out, password, &record);
            err = put(s->journal, table, key, buf_view(&record));
        }
    }
    buf_free(&record);
    return err;
}

enum err setup_users(struct setup *s, const struct config *config, struct journal *journal)
{
    s->users = mem_zalloc((config->user_count + 1) * sizeof *s->users);
    s->hashes = mem_zalloc((config->user_count + 1) * sizeof *s->hashes);
    struct stored stored = {.journal = journal};
    setup_derive(s, STORED_PURPOSE, stored.key);
    const char *demo_hash = "";
    bool has_demo_hash = false;
    for (size_t i = 0; i < config->user_count; i++) {
        const struct config_user *user = &config->users[i];
        bool is_demo = config->is_demo && user->line == 0;
        const char *hash = is_demo ? demo_hash : user->password_hash;
        if (is_demo ? !has_demo_hash : user->password != NULL) {
            char *made = s->hashes[s->hash_count++];
            enum err err =
                stored_hash(&stored, is_demo ? RECORD_META : RECORD_CREDENTIAL,
                            is_demo ? DEMO_HASH_KEY : slice_of(user->name), user->password, made);
            if (err)
                return err;
            hash = made;
        }
        if (is_demo) {
            demo_hash = hash;
            has_demo_hash = true;
        }
        s->users[s->user_count++] = (struct auth_user){user->name, hash};
    }
    return ERR_OK;
}

/* The hash that the user had, when the password is the same; NULL otherwise. */
static const char *hash_before(const struct setup *before, const struct config *config_before,
                               const struct map *by_name, const struct config_user *user)
{
    const struct config_user *old = map_get(by_name, slice_of(user->name));
    if (!old || !old->password || strcmp(old->password, user->password) != 0)
        return NULL;
    return before->users[old - config_before->users].password_hash;
}

static enum err hash_anew(struct setup *s, const struct stored *stored,
                          const struct config_user *user, const char **out)
{
    char *hash = s->hashes[s->hash_count++];
    enum err err = auth_hash_password(user->password, hash, AUTH_HASH_SIZE);
    if (err)
        return err;
    struct buf value = {0};
    make_record(stored, hash, user->password, &value);
    s->records[s->record_count++] =
        (struct engine_record){.table = RECORD_CREDENTIAL,
                               .key = slice_of(user->name),
                               .value = arena_copy(&s->arena, buf_view(&value))};
    buf_free(&value);
    *out = hash;
    return ERR_OK;
}

enum err setup_users_anew(struct setup *s, const struct config *config, const struct setup *before,
                          const struct config *config_before)
{
    struct map by_name = {0};
    struct stored stored = {0};
    enum err err = ERR_OK;
    setup_derive(s, STORED_PURPOSE, stored.key);
    for (size_t i = 0; i < config_before->user_count; i++)
        map_put(&by_name, slice_of(config_before->users[i].name), &config_before->users[i]);
    s->users = mem_zalloc((config->user_count + 1) * sizeof *s->users);
    s->hashes = mem_zalloc((config->user_count + 1) * sizeof *s->hashes);
    s->records = mem_zalloc((config->user_count + 1) * sizeof *s->records);
    for (size_t i = 0; i < config->user_count && !err; i++) {
        const struct config_user *user = &config->users[i];
        const char *known = user->password ? hash_before(before, config_before, &by_name, user)
                                           : user->password_hash;
        const char *hash = NULL;
        if (known) /* copied: the one before goes with its setup */
            hash = arena_string(&s->arena, slice_of(known));
        else if (user->password)
            err = hash_anew(s, &stored, user, &hash);
        s->users[s->user_count++] = (struct auth_user){user->name, hash};
    }
    map_free(&by_name);
    return err;
}

static void copy_hex(char *out, size_t size, const char *hex)
{
    for (size_t i = 0; hex && hex[i] && i + 1 < size; i++)
        out[i] = (char)(hex[i] >= 'A' && hex[i] <= 'F' ? hex[i] | 0x20 : hex[i]);
}

void setup_devices(struct setup *s, const struct config *config)
{
    bool is_sip = config->driver == CONFIG_DRIVER_SIP;
    s->devices = mem_zalloc((config->device_count + 1) * sizeof *s->devices);
    s->device_count = config->device_count;
    for (size_t i = 0; i < config->device_count; i++) {
        const struct config_device *from = &config->devices[i];
        struct line_device *to = &s->devices[i];
        to->dn = from->dn;
        to->nat = (enum line_nat)from->nat;
        to->answers_by_reinvite = from->remote_answer == REMOTE_ANSWER_REINVITE;
        to->srtp = (enum line_srtp)from->srtp;
        if (is_sip && from->sip_secret) {
            ha1_md5(from->dn, config->realm, from->sip_secret, to->ha1_md5);
            ha1_sha256(from->dn, config->realm, from->sip_secret, to->ha1_sha256);
        } else {
            copy_hex(to->ha1_md5, sizeof to->ha1_md5, from->ha1_md5);
            copy_hex(to->ha1_sha256, sizeof to->ha1_sha256, from->ha1_sha256);
        }
    }
}

/* As browsers write it: no path, and no port where it is the scheme's own. */
static void cut_to_origin(char *url)
{
    bool is_https = strncmp(url, "https://", 8) == 0;
    char *host = url + (is_https ? 8 : 7);
    host[strcspn(host, "/")] = '\0';
    const char *port = is_https ? ":443" : ":80";
    size_t len = strlen(host);
    if (len > strlen(port) && strcmp(host + len - strlen(port), port) == 0)
        host[len - strlen(port)] = '\0';
}

void setup_origins(struct setup *s, const struct config *config, const char *public_url)
{
    struct buf text = {0};
    buf_printf(&text, "%s,%s", public_url, config->allowed_origins ? config->allowed_origins : "");
    buf_char(&text, '\0');
    s->origin_text = text.ptr;
    size_t commas = 0;
    for (const char *c = text.ptr; *c; c++)
        commas += *c == ',';
    s->origins = mem_zalloc((commas + 1) * sizeof *s->origins);
    char *rest = s->origin_text;
    for (char *one = strtok_r(rest, ", \t", &rest); one; one = strtok_r(NULL, ", \t", &rest)) {
        cut_to_origin(one);
        s->origins[s->origin_count++] = one;
    }
}

void setup_proxies(struct setup *s, const struct config *config)
{
    size_t cap = 0;
    for (struct slice rest = slice_of(config->trusted_proxies); rest.ptr;) {
        struct slice one = slice_trim(slice_split(rest, ',', &rest));
        s->proxies = mem_grow(s->proxies, &cap, s->proxy_count + 1, sizeof *s->proxies);
        s->proxy_count += network_parse(one, &s->proxies[s->proxy_count]);
    }
}

void setup_free(struct setup *s)
{
    mem_free(s->devices);
    mem_free(s->networks);
    mem_free(s->recordings);
    mem_free(s->trunks);
    mem_free(s->users);
    mem_free(s->hashes);
    mem_free(s->records);
    mem_free(s->items);
    arena_free(&s->arena);
    mem_free(s->origin_text);
    mem_free(s->origins);
    mem_free(s->proxies);
    sodium_memzero(s, sizeof *s);
}
