/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* How a value of each type of key is read, and what may be written, in words. */
#include "config.h"

#include "base/address.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/utf8.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <sys/stat.h>

static void list_choices(const struct config_option *option, char *out, size_t size)
{
    struct slice rest = slice_of(option->choices);
    size_t len = 0;
    for (const char *comma = ""; rest.ptr && len < size; comma = ", ") {
        struct slice choice = slice_split(rest, '|', &rest);
        len +=
            (size_t)snprintf(out + len, size - len, "%s%.*s", comma, (int)choice.len, choice.ptr);
    }
}

static const char *const addresses_allowed =
    "addresses such as 192.0.2.1 or 2001:db8::1, or networks such as 192.0.2.0/24, with commas "
    "between several";

/* Of the types whose bounds are always the same. */
static const char *fixed_words(enum config_type type)
{
    switch (type) {
    case CONFIG_ADDRESS:
        return "ADDRESS:PORT or [ADDRESS]:PORT, the address in numbers";
    case CONFIG_URL:
        return "http://HOST or https://HOST, with :PORT if need be";
    case CONFIG_ORIGINS:
        return "http://HOST or https://HOST, with commas between several";
    case CONFIG_NETWORKS:
        return addresses_allowed;
    case CONFIG_COUNTRY:
        return "two letters of ISO 3166-1, such as DE";
    case CONFIG_ZONE:
        return "the name of a time zone, such as Europe/Berlin";
    case CONFIG_NAMES:
        return "names, with commas between several";
    case CONFIG_PEERS:
        return "HOST or HOST:PORT, with commas between several";
    case CONFIG_PREFIXES:
        return "begins of numbers such as +49, with commas between several";
    case CONFIG_ROUTES:
        return "NUMBER > NUMBER, the first with +, with commas between several";
    case CONFIG_KEYS:
        return "letters, digits, '-', '_' and '.', with commas between several";
    default:
        return "directory numbers, with commas between several";
    }
}

const char *config_option_allowed(const struct config_option *option, char *out, size_t size)
{
    uintmax_t min = option->min;
    uintmax_t max = option->max;
    switch (option->type) {
    case CONFIG_TEXT:
        snprintf(out, size, "%ju to %ju bytes of UTF-8 text", min, max);
        break;
    case CONFIG_NUMBER:
        snprintf(out, size, "%ju to %ju", min, max);
        break;
    case CONFIG_CHOICE:
        list_choices(option, out, size);
        break;
    case CONFIG_FLAGS:
        list_choices(option, out, size);
        snprintf(out + strlen(out), size - strlen(out), "; with commas between several");
        break;
    case CONFIG_WORD:
        snprintf(out, size, "%ju to %ju printable characters, no blanks, quotes or commas", min,
                 max);
        break;
    case CONFIG_PORTS:
        snprintf(out, size, "FIRST-LAST within %ju to %ju, at least 4 ports", min, max);
        break;
    case CONFIG_HEX:
        snprintf(out, size, "%ju hex digits", max);
        break;
    case CONFIG_DIGITS:
        snprintf(out, size, "%ju to %ju digits", min, max);
        break;
    case CONFIG_DN:
        snprintf(out, size, "%ju to %ju digits, '*', '#' or '+'", min, max);
        break;
    case CONFIG_E164:
        snprintf(out, size, "+ and %d to %d digits", E164_DIGITS_MIN, E164_DIGITS_MAX);
        break;
    default:
        snprintf(out, size, "%s", fixed_words(option->type));
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
    if (!is_url(origin) || memchr(origin.ptr + scheme, '/', origin.len - scheme) ||
        memchr(origin.ptr, ';', origin.len)) /* It ends a directive of the page's policy. */
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

/* What one part of a list must be. */
typedef bool is_one(struct slice one);

static enum err set_list(char **slot, const char *value, is_one *is_fine)
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

static enum err set_choice(uint64_t *slot, const char *choices, struct slice value)
{
    uint64_t number = 0;
    for (struct slice rest = slice_of(choices); rest.ptr; number++) {
        if (slice_equal(slice_split(rest, '|', &rest), value)) {
            *slot = number;
            return ERR_OK;
        }
    }
    return ERR_INVALID;
}

static enum err set_flags(uint64_t *slot, const char *choices, const char *value)
{
    uint64_t flags = 0;
    for (struct slice rest = slice_of(value); rest.ptr;) {
        uint64_t bit;
        if (set_choice(&bit, choices, slice_trim(slice_split(rest, ',', &rest))))
            return ERR_INVALID;
        flags |= UINT64_C(1) << bit;
    }
    *slot = flags;
    return ERR_OK;
}

bool config_is_dn(struct slice dn)
{
    size_t len = 0;
    while (len < dn.len && dn.ptr[len] && strchr("0123456789*#+", dn.ptr[len]))
        len++;
    return len > 0 && len == dn.len && len <= NUMBER_MAX;
}

static bool is_digits(const char *value, const struct config_option *option)
{
    size_t len = strspn(value, "0123456789");
    return value[len] == '\0' && len >= option->min && len <= option->max;
}

bool config_is_e164(struct slice number)
{
    size_t len = 1;
    while (len < number.len && number.ptr[len] >= '0' && number.ptr[len] <= '9')
        len++;
    return len == number.len && number.ptr[0] == '+' && len > E164_DIGITS_MIN &&
           len <= E164_DIGITS_MAX + 1 && number.ptr[1] != '0';
}

/* Where the machine has no time zones, any name of that form will do. */
static bool is_zone(const char *value)
{
    static const char *const zones = "/usr/share/zoneinfo";
    char path[128];
    struct stat about;
    if (!*value || strlen(value) > 64 || strstr(value, "..") || value[0] == '/' ||
        value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                            "0123456789/_+-")] != '\0')
        return false;
    if (stat(zones, &about))
        return true;
    snprintf(path, sizeof path, "%s/%s", zones, value);
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

static bool is_listed_name(struct slice name)
{
    return name.len > 0 && utf8_is_valid(name);
}

static bool is_route(struct slice one)
{
    return config_route_split(one, NULL, NULL);
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

/* NULL: it is no list. */
static is_one *part_of(enum config_type type)
{
    switch (type) {
    case CONFIG_ORIGINS:
        return is_origin;
    case CONFIG_NETWORKS:
        return is_network;
    case CONFIG_NAMES:
        return is_listed_name;
    case CONFIG_DNS:
        return config_is_dn;
    case CONFIG_PEERS:
        return config_is_peer;
    case CONFIG_PREFIXES:
        return config_is_prefix;
    case CONFIG_ROUTES:
        return is_route;
    case CONFIG_KEYS:
        return config_is_key;
    default:
        return NULL;
    }
}

/* Of what is kept as it is written. */
static bool is_text(const struct config_option *option, const char *value)
{
    bool is_sized = strlen(value) >= option->min && strlen(value) <= option->max;
    switch (option->type) {
    case CONFIG_TEXT:
        return is_sized && utf8_is_valid(slice_of(value));
    case CONFIG_WORD:
        return is_sized && is_word(value);
    case CONFIG_ADDRESS:
        return is_address(value);
    case CONFIG_HEX:
        return is_hex(value, option->max);
    case CONFIG_DIGITS:
        return is_digits(value, option);
    case CONFIG_DN:
        return config_is_dn(slice_of(value));
    case CONFIG_E164:
        return *value && config_is_e164(slice_of(value));
    case CONFIG_COUNTRY:
        return country_find(slice_of(value)) != NULL;
    case CONFIG_ZONE:
        return is_zone(value);
    default:
        return false;
    }
}

enum err config_set(const struct config_option *option, void *base, const char *value)
{
    char **text = (char **)(void *)((char *)base + option->offset);
    uint64_t *number = (uint64_t *)(void *)((char *)base + option->offset);
    is_one *part = part_of(option->type);
    if (part)
        return set_list(text, value, part);
    switch (option->type) {
    case CONFIG_NUMBER:
        return is_number(slice_of(value), option->min, option->max, number) ? ERR_OK : ERR_INVALID;
    case CONFIG_CHOICE:
        return set_choice(number, option->choices, slice_of(value));
    case CONFIG_FLAGS:
        return set_flags(number, option->choices, value);
    case CONFIG_PORTS:
        return set_ports(number, option, value);
    case CONFIG_URL:
        return set_url(text, value);
    default:
        if (!is_text(option, value))
            return ERR_INVALID;
        set_text(text, value);
        return ERR_OK;
    }
}
