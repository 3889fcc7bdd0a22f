/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The table of all configuration keys and how a value of each type is read. Adding a key is adding
 * a row (and its line in docs/configuration.md, which a test compares with this table). Bounds that
 * are not obvious: the journal wants at least a few batches between snapshots, and a CometD session
 * must outlive the pause between two connects. */
#include "config.h"

#include "base/address.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>

#define IN(member)        offsetof(struct config, member)
#define IN_USER(member)   offsetof(struct config_user, member)
#define IN_DEVICE(member) offsetof(struct config_device, member)

/* clang-format off */
static const struct config_option options[] = {
    {"server", "http", CONFIG_ADDRESS, IN(http), 0, 0, NULL, "127.0.0.1:8080",
     "where HTTP is served; port 0 takes a free one"},
    {"server", "public_url", CONFIG_URL, IN(public_url), 0, 0, NULL, NULL,
     "what clients are told as the begin of addresses; without it, the address HTTP is served at"},
    {"server", "data", CONFIG_TEXT, IN(data), 1, 4096, NULL, "var",
     "directory of the journal; made when absent"},
    {"server", "log_level", CONFIG_CHOICE, IN(log_level), 0, 0, "debug|info|warn|error", "info",
     "what is logged; CORDBOARD_LOG in the environment overrides it"},
    {"server", "header_bytes", CONFIG_NUMBER, IN(header_bytes), 1024, 1048576, NULL, "16384",
     "request line and headers of a request"},
    {"server", "body_bytes", CONFIG_NUMBER, IN(body_bytes), 1024, 16777216, NULL, "262144",
     "body of a request, or one WebSocket message"},
    {"server", "connections", CONFIG_NUMBER, IN(connections), 1, 1000000, NULL, "50000",
     "connections at one time"},
    {"server", "allowed_origins", CONFIG_ORIGINS, IN(allowed_origins), 0, 8192, NULL, NULL,
     "web origins whose pages may read answers and act with an agent's cookie, such as "
     "https://crm.example or https://*.crm.example; may be given several times"},
    {"server", "trusted_proxies", CONFIG_NETWORKS, IN(trusted_proxies), 0, 0, NULL, NULL,
     "proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed; may be "
     "given several times"},
    {"server", "tls_certificate", CONFIG_TEXT, IN(tls_certificate), 1, 4096, NULL, NULL,
     "file in PEM with the certificate and those between it and its root; HTTPS is served then"},
    {"server", "tls_key", CONFIG_TEXT, IN(tls_key), 1, 4096, NULL, NULL,
     "file in PEM with the certificate's key, not encrypted"},
    {"server", "session_idle_s", CONFIG_NUMBER, IN(session_idle_s), 60, 2592000, NULL, "1800",
     "a log-in cookie not used for so long is worth nothing"},

    {"line", "driver", CONFIG_CHOICE, IN(driver), 0, 0, "sim|sip", "sim",
     "simulated telephones, or real ones over SIP"},
    {"line", "sip", CONFIG_ADDRESS, IN(sip), 0, 0, NULL, "127.0.0.1:5060",
     "where telephones register; port 0 takes a free one"},
    {"line", "sip_advertised", CONFIG_WORD, IN(sip_advertised), 1, 255, NULL, NULL,
     "address that telephones are told; without it, that of sip"},
    {"line", "realm", CONFIG_WORD, IN(realm), 1, 255, NULL, "cordboard",
     "realm of the telephones' digest authentication"},
    {"line", "rtp_ports", CONFIG_PORTS, IN(rtp_ports), 1024, 65535, NULL, "16384-32767",
     "UDP ports for sound"},

    {"calls", "pick_up_s", CONFIG_NUMBER, IN(pick_up_s), 1, 600, NULL, "20",
     "the caller's own telephone must go off hook within"},
    {"calls", "no_answer_s", CONFIG_NUMBER, IN(no_answer_s), 1, 3600, NULL, "30",
     "the destination must answer within"},
    {"calls", "busy_tone_s", CONFIG_NUMBER, IN(busy_tone_s), 0, 60, NULL, "3",
     "the tone before a failed call is released"},
    {"calls", "keep_released_s", CONFIG_NUMBER, IN(keep_released_s), 0, 86400, NULL, "60",
     "a released call can be read for"},

    {"user_data", "key_bytes", CONFIG_NUMBER, IN(key_bytes), 1, 4096, NULL, "255",
     "one key"},
    {"user_data", "value_bytes", CONFIG_NUMBER, IN(value_bytes), 1, 1048576, NULL, "16384",
     "one value, as JSON"},
    {"user_data", "call_bytes", CONFIG_NUMBER, IN(call_bytes), 1, 4194304, NULL, "65536",
     "all keys and values of a call"},
    {"user_data", "pairs", CONFIG_NUMBER, IN(pairs), 1, 10000, NULL, "1000",
     "pairs of a call"},
    {"user_data", "nesting", CONFIG_NUMBER, IN(nesting), 0, 120, NULL, "32",
     "levels of arrays and objects in one value"},

    {"events", "ring_notices", CONFIG_NUMBER, IN(ring_notices), 16, 100000, NULL, "256",
     "events kept for each user, to resume from"},
    {"events", "ring_bytes", CONFIG_NUMBER, IN(ring_bytes), 16384, 268435456, NULL, "262144",
     "and their size at most"},
    {"events", "rings_bytes", CONFIG_NUMBER, IN(rings_bytes), 1048576, 1099511627776, NULL,
     "536870912", "the size of all users' events"},
    {"events", "connect_timeout_s", CONFIG_NUMBER, IN(connect_timeout_s), 1, 300, NULL, "30",
     "a long poll without events is held for"},
    {"events", "max_interval_s", CONFIG_NUMBER, IN(max_interval_s), 10, 86400, NULL, "30",
     "a CometD session without a connect lives for"},
    {"events", "sessions", CONFIG_NUMBER, IN(sessions), 1, 1000000, NULL, "50000",
     "CometD sessions at one time"},
    {"events", "user_sessions", CONFIG_NUMBER, IN(user_sessions), 1, 1000000, NULL, "32",
     "and of one user; a handshake beyond is refused"},

    {"journal", "snapshot_batches", CONFIG_NUMBER, IN(snapshot_batches), 100, 10000000, NULL,
     "10000", "commits between two snapshots"},

    {"user", "password", CONFIG_TEXT, IN_USER(password), 1, 128, NULL, NULL,
     "the password itself; or password_hash instead"},
    {"user", "password_hash", CONFIG_TEXT, IN_USER(password_hash), 1, 127, NULL, NULL,
     "what cordboard hash-password prints"},
    {"user", "first_name", CONFIG_TEXT, IN_USER(first_name), 0, 128, NULL, "",
     "shown to others"},
    {"user", "last_name", CONFIG_TEXT, IN_USER(last_name), 0, 128, NULL, "",
     "shown to others"},

    {"device", "user", CONFIG_TEXT, IN_DEVICE(user), 1, 255, NULL, NULL,
     "whose telephone it is; a [user NAME] of this file"},
    {"device", "sip_secret", CONFIG_TEXT, IN_DEVICE(sip_secret), 1, 128, NULL, NULL,
     "with what the telephone registers; or its hashes instead"},
    {"device", "sip_ha1_md5", CONFIG_HEX, IN_DEVICE(ha1_md5), 32, 32, NULL, NULL,
     "MD5 of DN:realm:secret"},
    {"device", "sip_ha1_sha256", CONFIG_HEX, IN_DEVICE(ha1_sha256), 64, 64, NULL, NULL,
     "SHA-256 of DN:realm:secret"},
    {"device", "remoteAnswer", CONFIG_CHOICE, IN_DEVICE(remote_answer), 0, 0,
     "none|talk|reinvite", "talk",
     "how Answer makes it go off hook: NOTIFY talk where it can, ringing it anew, or not at all"},
};
/* clang-format on */

#define OPTION_COUNT (sizeof options / sizeof *options)

const struct config_option *config_options(size_t *count)
{
    *count = OPTION_COUNT;
    return options;
}

const struct config_option *config_option_find(const char *section, const char *key)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(options[i].section, section) == 0 && strcmp(options[i].key, key) == 0)
            return &options[i];
    return NULL;
}

bool config_option_adds(const struct config_option *option)
{
    return option->type == CONFIG_ORIGINS || option->type == CONFIG_NETWORKS;
}

const char *config_option_allowed(const struct config_option *option, char *out, size_t size)
{
    switch (option->type) {
    case CONFIG_TEXT:
        snprintf(out, size, "%ju to %ju bytes of UTF-8 text", (uintmax_t)option->min,
                 (uintmax_t)option->max);
        break;
    case CONFIG_NUMBER:
        snprintf(out, size, "%ju to %ju", (uintmax_t)option->min, (uintmax_t)option->max);
        break;
    case CONFIG_CHOICE: {
        struct slice rest = slice_of(option->choices);
        size_t len = 0;
        for (const char *comma = ""; rest.ptr && len < size; comma = ", ") {
            struct slice choice = slice_split(rest, '|', &rest);
            len += (size_t)snprintf(out + len, size - len, "%s%.*s", comma, (int)choice.len,
                                    choice.ptr);
        }
        break;
    }
    case CONFIG_WORD:
        snprintf(out, size, "%ju to %ju printable characters, no blanks, quotes or commas",
                 (uintmax_t)option->min, (uintmax_t)option->max);
        break;
    case CONFIG_ADDRESS:
        snprintf(out, size, "ADDRESS:PORT or [ADDRESS]:PORT, the address in numbers");
        break;
    case CONFIG_URL:
        snprintf(out, size, "http://HOST or https://HOST, with :PORT if need be");
        break;
    case CONFIG_ORIGINS:
        snprintf(out, size, "http://HOST or https://HOST, with commas between several");
        break;
    case CONFIG_NETWORKS:
        snprintf(out, size,
                 "addresses such as 192.0.2.1 or 2001:db8::1, or networks such as 192.0.2.0/24, "
                 "with commas between several");
        break;
    case CONFIG_PORTS:
        snprintf(out, size, "FIRST-LAST within %ju to %ju, at least 4 ports",
                 (uintmax_t)option->min, (uintmax_t)option->max);
        break;
    case CONFIG_HEX:
        snprintf(out, size, "%ju hex digits", (uintmax_t)option->max);
        break;
    }
    return out;
}

static bool is_number(struct slice text, uint64_t min, uint64_t max, uint64_t *out)
{
    unsigned long long number;
    if (!slice_to_u64(text, max, &number) || number < min)
        return false;
    *out = number;
    return true;
}

static bool is_address(const char *value)
{
    const char *colon = strrchr(value, ':');
    uint64_t port;
    if (!colon || colon == value || strpbrk(value, " \t/") || strlen(value) > 255)
        return false;
    bool is_six = value[0] == '[' && colon[-1] == ']';
    char host[INET6_ADDRSTRLEN + 2];
    unsigned char address[sizeof(struct in6_addr)];
    size_t len = (size_t)(colon - value) - (is_six ? 2 : 0);
    if (len >= sizeof host)
        return false;
    memcpy(host, value + (is_six ? 1 : 0), len);
    host[len] = '\0';
    return inet_pton(is_six ? AF_INET6 : AF_INET, host, address) == 1 &&
           is_number(slice_of(colon + 1), 0, 65535, &port);
}

/* Goes into headers, quoted or not. */
static bool is_word(const char *value)
{
    for (const char *at = value; *at; at++)
        if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 127 || strchr("\"\\<>;,", *at))
            return false;
    return true;
}

/* Length of "http://" or "https://", 0 when it begins with neither. */
static size_t scheme_length(struct slice url)
{
    if (slice_starts_with(url, SLICE("http://")))
        return 7;
    return slice_starts_with(url, SLICE("https://")) ? 8 : 0;
}

static bool is_url(struct slice url)
{
    size_t scheme = scheme_length(url);
    if (scheme == 0 || url.len == scheme)
        return false;
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= ' ' || strchr("\"\\<>?#", url.ptr[i]))
            return false;
    return true;
}

static bool is_origin(struct slice origin)
{
    size_t scheme = scheme_length(origin);
    if (!is_url(origin) || memchr(origin.ptr + scheme, '/', origin.len - scheme))
        return false;
    const char *star = memchr(origin.ptr, '*', origin.len);
    if (!star)
        return true;
    /* "*." right behind the scheme, and something behind it. */
    size_t at = (size_t)(star - origin.ptr);
    return at == scheme && origin.len > at + 2 && star[1] == '.' &&
           !memchr(star + 1, '*', origin.len - at - 1);
}

static void set_text(char **slot, const char *value)
{
    mem_free(*slot);
    *slot = mem_strdup(value);
}

static enum err set_url(char **slot, const char *value)
{
    struct slice url = slice_of(value);
    while (url.len > 0 && url.ptr[url.len - 1] == '/')
        url.len--;
    if (!is_url(url))
        return ERR_INVALID;
    set_text(slot, value);
    (*slot)[url.len] = '\0';
    return ERR_OK;
}

static bool is_network(struct slice text)
{
    struct network network;
    return network_parse(text, &network);
}

static enum err set_list(char **slot, const char *value, bool (*is_fine)(struct slice one))
{
    for (struct slice rest = slice_of(value); rest.ptr;)
        if (!is_fine(slice_trim(slice_split(rest, ',', &rest))))
            return ERR_INVALID;
    if (!*slot) {
        set_text(slot, value);
        return ERR_OK;
    }
    size_t len = strlen(*slot);
    size_t more = strlen(value);
    *slot = mem_realloc(*slot, len + more + 2);
    (*slot)[len] = ',';
    memcpy(*slot + len + 1, value, more + 1);
    return ERR_OK;
}

static enum err set_choice(uint64_t *slot, const char *choices, const char *value)
{
    uint64_t number = 0;
    for (struct slice rest = slice_of(choices); rest.ptr; number++) {
        if (slice_is(slice_split(rest, '|', &rest), value)) {
            *slot = number;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

static enum err set_ports(uint64_t slot[2], const struct config_option *option, const char *value)
{
    struct slice last;
    struct slice first = slice_split(slice_of(value), '-', &last);
    uint64_t ports[2];
    if (!is_number(slice_trim(first), option->min, option->max, &ports[0]) || !last.ptr ||
        !is_number(slice_trim(last), option->min, option->max, &ports[1]) ||
        ports[1] < ports[0] + 3)
        return ERR_INVALID;
    memcpy(slot, ports, sizeof ports);
    return ERR_OK;
}

static bool is_hex(const char *value, size_t digits)
{
    size_t len = 0;
    while (isxdigit((unsigned char)value[len]))
        len++;
    return len == digits && value[len] == '\0';
}

enum err config_set(const struct config_option *option, void *base, const char *value)
{
    char **text = (char **)(void *)((char *)base + option->offset);
    uint64_t *number = (uint64_t *)(void *)((char *)base + option->offset);
    bool is_fine = true;
    switch (option->type) {
    case CONFIG_NUMBER:
        return is_number(slice_of(value), option->min, option->max, number) ? ERR_OK : ERR_INVALID;
    case CONFIG_CHOICE:
        return set_choice(number, option->choices, value);
    case CONFIG_PORTS:
        return set_ports(number, option, value);
    case CONFIG_URL:
        return set_url(text, value);
    case CONFIG_ORIGINS:
        return set_list(text, value, is_origin);
    case CONFIG_NETWORKS:
        return set_list(text, value, is_network);
    case CONFIG_TEXT:
        is_fine = strlen(value) >= option->min && strlen(value) <= option->max &&
                  utf8_is_valid(slice_of(value));
        break;
    case CONFIG_WORD:
        is_fine = strlen(value) >= option->min && strlen(value) <= option->max && is_word(value);
        break;
    case CONFIG_ADDRESS:
        is_fine = is_address(value);
        break;
    case CONFIG_HEX:
        is_fine = is_hex(value, option->max);
        break;
    }
    if (!is_fine)
        return ERR_INVALID;
    set_text(text, value);
    return ERR_OK;
}
