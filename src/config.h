/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What the server is told at start: one struct, filled from defaults, then the file, then the
 * command line. Each key is one row of a table (config_options.c) with its type, bounds, default
 * and the words that docs/configuration.md has of it. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "core/input.h"
#include "core/number.h"

#define CONFIG_WHY_SIZE 512

enum config_driver { CONFIG_DRIVER_SIM, CONFIG_DRIVER_SIP };
enum config_clock { CONFIG_CLOCK_REAL, CONFIG_CLOCK_MANUAL };

enum config_profile { CONFIG_PROFILE_FULL, CONFIG_PROFILE_DOCUMENTED };

/* Versions of the API whose form of a call clients may be written against. */
enum config_compat { CONFIG_COMPAT_2016, CONFIG_COMPAT_2014 };
enum config_user_compat {
    CONFIG_USER_COMPAT_SITE,
    CONFIG_USER_COMPAT_2016,
    CONFIG_USER_COMPAT_2014
};

/* What stands in a section with a name, such as [user NAME]: each begins with that name and the
 * line of the file; 0: not from a file. Texts are owned; absent ones are NULL where they may be. */
struct config_user {
    char *name;
    unsigned line;
    char *password;      /* as written; NULL where there is a hash */
    char *password_hash; /* argon2id, or NULL */
    char *first_name;
    char *last_name;
    char *id;       /* NULL: derived from the name */
    uint64_t roles; /* enum user_role */
    uint64_t may_connect_outside;
    uint64_t compat;   /* enum config_user_compat */
    char *email;       /* or NULL */
    char *employee_id; /* or NULL */
};

struct config_device {
    char *dn;
    unsigned line;
    char *user;             /* NULL: nobody's */
    char *sip_secret;       /* as written, or NULL */
    char *ha1_md5;          /* or NULL */
    char *ha1_sha256;       /* or NULL */
    uint64_t remote_answer; /* enum remote_answer */
    uint64_t nat;           /* enum line_nat */
    uint64_t calls;
    uint64_t recording;   /* whether its calls may be recorded */
    uint64_t remote_hold; /* whether Hold is shown by it */
    uint64_t srtp;        /* enum line_srtp */
    char *location;       /* number that emergency calls show, or NULL */
};

struct config_queue {
    char *number;
    unsigned line;
    char *name;   /* NULL: the number */
    char *agents; /* user names with commas, or CONFIG_ALL, or NULL */
    uint64_t wrap_up_s;
    uint64_t no_answer_s;
    uint64_t max_wait_s;
    uint64_t max_waiting;
    char *overflow; /* a number, or NULL */
};
#define CONFIG_ALL "all"

#define CONFIG_KEYS_MAX 10 /* of user data that a trunk carries */

struct config_trunk {
    char *name;
    unsigned line;
    uint64_t channels;
    char *prefixes;     /* with commas, or NULL: any number */
    char *numbers;      /* "+4930555100 > 9000" with commas, or NULL */
    char *peers;        /* with commas, or NULL */
    char *allow;        /* networks with commas, or NULL */
    uint64_t transport; /* enum line_transport */
    uint64_t verifies_peer;
    uint64_t registers;
    char *username; /* or NULL */
    char *secret;   /* or NULL */
    uint64_t expires_s;
    char *from_user;   /* NULL: the caller's number */
    char *from_domain; /* NULL: the peer's name */
    uint64_t asserts_identity;
    uint64_t number_format; /* enum line_number_format */
    char *prefix_out;       /* or NULL */
    uint64_t codecs;        /* bits of enum line_codec */
    uint64_t carriage;      /* enum line_carriage */
    char *keys;             /* with commas, or NULL */
};

struct config_network {
    char *name;
    unsigned line;
    char *addresses; /* addresses and networks with commas, or NULL */
    char *advertised;
};

struct config_place {
    char *name;
    unsigned line;
    char *devices; /* directory numbers with commas, or NULL */
};

struct config_agent_state {
    char *name; /* its operationName */
    unsigned line;
    char *display_name; /* NULL: the name */
    uint64_t mode;      /* enum agent_mode */
    char *reason;       /* or NULL */
    char *id;           /* NULL: derived from the name */
};

struct config_disposition {
    char *name;
    unsigned line;
    char *display_name; /* NULL: the name */
};

struct config_contact {
    char *name;
    unsigned line;
    char *number;
};

struct config {
    char *http;
    char *public_url; /* NULL: from the address it listens on */
    char *data;
    char *allowed_origins; /* with commas, or NULL */
    char *trusted_proxies; /* with commas, or NULL */
    char *tls_certificate; /* file, or NULL */
    char *tls_key;         /* file, or NULL */
    uint64_t log_level;    /* enum log_level */
    uint64_t header_bytes;
    uint64_t body_bytes;
    uint64_t connections;
    uint64_t session_idle_s;

    uint64_t driver; /* enum config_driver */
    char *sip;
    char *sip_advertised; /* or NULL */
    char *sip_tls;        /* or NULL */
    char *sip_tls_certificate;
    char *sip_tls_key;
    char *sip_tls_ca; /* or NULL */
    uint64_t guard_rate;
    uint64_t guard_failures;
    uint64_t guard_shut_out_s;
    uint64_t guard_idle_s;
    char *realm;
    char *resolv_conf;
    uint64_t rtp_ports[2]; /* first and last */
    char *music;           /* WAV file; NULL: generated */
    uint64_t silence_s;

    uint64_t pick_up_s;
    uint64_t no_answer_s;
    uint64_t busy_tone_s;
    uint64_t keep_released_s;
    uint64_t disposition_h;
    uint64_t transit_minutes;

    uint64_t vanished_s;

    char *recordings; /* directory; NULL: below data */
    uint64_t keep_days;

    char *country; /* ISO 3166-1 alpha-2, or NULL */
    char *calling_code;
    char *international_prefix; /* these four: NULL: as in the country */
    char *national_prefix;
    char *area_code;
    char *outside_prefix; /* or NULL */
    char *main_number;    /* or NULL */
    char *time_zone;
    char *disposition_key;

    char *emergency_numbers; /* with commas, or NULL */
    char *emergency_trunk;   /* or NULL */
    uint64_t emergency_callback_s;

    uint64_t compat;  /* enum config_compat */
    uint64_t profile; /* enum config_profile */

    uint64_t key_bytes;
    uint64_t value_bytes;
    uint64_t call_bytes;
    uint64_t pairs;
    uint64_t nesting;

    uint64_t ring_notices;
    uint64_t ring_bytes;
    uint64_t rings_bytes;
    uint64_t connect_timeout_s;
    uint64_t max_interval_s;
    uint64_t sessions;
    uint64_t user_sessions;

    uint64_t snapshot_batches;
    uint64_t reserve_mb;

    struct config_user *users;
    size_t user_count;
    size_t user_cap;
    struct config_device *devices;
    size_t device_count;
    size_t device_cap;
    struct config_network *networks;
    size_t network_count;
    size_t network_cap;
    struct config_place *places;
    size_t place_count;
    size_t place_cap;
    struct config_queue *queues;
    size_t queue_count;
    size_t queue_cap;
    struct config_trunk *trunks;
    size_t trunk_count;
    size_t trunk_cap;
    struct config_agent_state *states;
    size_t state_count;
    size_t state_cap;
    struct config_disposition *dispositions;
    size_t disposition_count;
    size_t disposition_cap;
    struct config_contact *contacts;
    size_t contact_count;
    size_t contact_cap;

    bool is_demo;
    uint64_t demo_agents;
    uint64_t sim_clock; /* enum config_clock; command line only */
};

enum config_type {
    CONFIG_TEXT,
    CONFIG_WORD,
    CONFIG_NUMBER,
    CONFIG_CHOICE,
    CONFIG_ADDRESS,  /* ADDR:PORT or [ADDR]:PORT */
    CONFIG_URL,      /* http://... or https://..., kept without a slash at the end */
    CONFIG_ORIGINS,  /* web origins with commas; given again, it adds */
    CONFIG_NETWORKS, /* addresses and networks with commas; given again, it adds */
    CONFIG_PORTS,    /* FIRST-LAST */
    CONFIG_HEX,      /* exactly max hex digits */
    CONFIG_FLAGS,    /* of the choices, with commas: a bit for each */
    CONFIG_DIGITS,   /* min to max decimal digits */
    CONFIG_DN,       /* digits, '*', '#', '+' */
    CONFIG_E164,     /* '+' and digits */
    CONFIG_COUNTRY,  /* two letters that the table of countries has */
    CONFIG_ZONE,     /* a time zone that the machine has, if it has any */
    CONFIG_NAMES,    /* texts with commas; given again, it adds */
    CONFIG_DNS,      /* directory numbers with commas; given again, it adds */
    CONFIG_PEERS,    /* HOST[:PORT] with commas; given again, it adds */
    CONFIG_PREFIXES, /* begins of E.164 numbers with commas; given again, it adds */
    CONFIG_ROUTES,   /* "NUMBER > NUMBER" with commas; given again, it adds */
    CONFIG_KEYS      /* names that can be part of a header's, with commas; given again, it adds */
};

struct config_option {
    const char *section; /* "user" stands for [user NAME], and so on */
    const char *key;
    enum config_type type;
    size_t offset; /* in struct config, or in what its section makes */
    uint64_t min;
    uint64_t max;        /* of a text: bytes */
    const char *choices; /* with '|', in the order of the enum */
    const char *initial; /* as it would be written; NULL: nothing */
    const char *words;
};

/* A section that is there once for each of something. */
struct config_section {
    const char *name;   /* "user" */
    const char *called; /* what stands behind it: "NAME" */
    size_t items;       /* offset of the array in struct config, of its count and capacity */
    size_t count;
    size_t cap;
    size_t size;           /* of one */
    enum config_type type; /* of what stands behind it: CONFIG_TEXT or CONFIG_DN */
};

const struct config_section *config_sections(size_t *count);
/* NULL when the section of that name, such as "server", is there once. */
const struct config_section *config_section_find(const char *name);
/* All options; *count is how many. */
const struct config_option *config_options(size_t *count);
const struct config_option *config_option_find(const char *section, const char *key);
/* May be given several times. */
bool config_option_adds(const struct config_option *option);
/* What may be written, in words, into out; returns out. */
const char *config_option_allowed(const struct config_option *option, char *out, size_t size);
/* Takes effect when the file is read again. */
bool config_option_is_live(const struct config_option *option);
/* Digits, '*', '#', '+'; 1 to NUMBER_MAX of them. */
bool config_is_dn(struct slice dn);
bool config_is_e164(struct slice number);
/* Of lists in [trunk NAME]: one of peers, prefixes, numbers (split into its two, which may be NULL)
 * and keys. */
bool config_is_peer(struct slice one);
bool config_is_prefix(struct slice one);
bool config_is_key(struct slice one);
bool config_route_split(struct slice one, struct slice *number, struct slice *destination);
/* Whether its member is a char *, and not a uint64_t. */
bool config_option_is_text(const struct config_option *option);
/* Sets the option in base, which is the struct that has it. ERR_INVALID: not of the type or out of
 * bounds; nothing changed. */
enum err config_set(const struct config_option *option, void *base, const char *value);

/* All defaults. */
void config_init(struct config *config);
void config_free(struct config *config);

/* New ones, with the defaults of their sections; borrowed until the next is added. */
void *config_add(struct config *config, const char *section, const char *name);
struct config_user *config_add_user(struct config *config, const char *name);
struct config_device *config_add_device(struct config *config, const char *dn);

/* What a section with a name has made, whatever the name is of. */
size_t config_count(const struct config *config, const struct config_section *section);
void *config_at(const struct config *config, const struct config_section *section, size_t index);
const char *config_name(void *one);
unsigned *config_line(void *one);

/* Reads the file, key by key; whether all fits together can be said when everything else is in,
 * such as the demo. On failure why says file, line, key and what is allowed. */
enum err config_parse_file(struct config *config, const char *path, char *why, size_t why_size);
/* Reads the file and checks it as a whole. On failure why says file, line, key and what is allowed.
 */
enum err config_read_file(struct config *config, const char *path, char *why, size_t why_size);

/* Adds the agents of the demo: agent0, agent1 ... with the telephones 15000, 15001 ..., all of them
 * in queue 9000; a supervisor; a trunk; agent states and dispositions. */
enum err config_add_demo(struct config *config, uint64_t agents, char *why, size_t why_size);
#define CONFIG_DEMO_PASSWORD   "demo"
#define CONFIG_DEMO_AGENTS     10
#define CONFIG_DEMO_AGENTS_MAX 50000
#define CONFIG_DEMO_FIRST_DN   15000
#define CONFIG_DEMO_QUEUE      "9000"
#define CONFIG_DEMO_SUPERVISOR "super0"

/* The site's way of dialling: its country's, but for what is set. */
void config_number_plan(const struct config *config, struct number_plan *out);

/* Keys that only a start can change are set to what they were at the start; the log names each that
 * was to change. */
void config_keep(struct config *config, const struct config *at_start);

/* Whether all of it fits together. path is for the messages, or NULL. */
enum err config_check(const struct config *config, const char *path, char *why, size_t why_size);
/* "127.0.0.1:8080" and the like: an address nobody else can reach. */
bool config_is_loopback(const char *address);

#endif
