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

#define CONFIG_WHY_SIZE 512

enum config_driver { CONFIG_DRIVER_SIM, CONFIG_DRIVER_SIP };
enum config_clock { CONFIG_CLOCK_REAL, CONFIG_CLOCK_MANUAL };

struct config_user {
    char *name;
    char *password;      /* as written; NULL where there is a hash */
    char *password_hash; /* argon2id, or NULL */
    char *first_name;
    char *last_name;
    unsigned line; /* of the file; 0: not from a file */
};

struct config_device {
    char *dn;
    char *user;             /* NULL: nobody's */
    char *sip_secret;       /* as written, or NULL */
    char *ha1_md5;          /* or NULL */
    char *ha1_sha256;       /* or NULL */
    uint64_t remote_answer; /* enum remote_answer */
    unsigned line;
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
    char *realm;
    uint64_t rtp_ports[2]; /* first and last */

    uint64_t pick_up_s;
    uint64_t no_answer_s;
    uint64_t busy_tone_s;
    uint64_t keep_released_s;

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

    struct config_user *users;
    size_t user_count;
    size_t user_cap;
    struct config_device *devices;
    size_t device_count;
    size_t device_cap;

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
    CONFIG_HEX       /* exactly max hex digits */
};

struct config_option {
    const char *section; /* "user" and "device" stand for [user NAME] and [device DN] */
    const char *key;
    enum config_type type;
    size_t offset; /* in struct config, config_user or config_device */
    uint64_t min;
    uint64_t max;        /* of a text: bytes */
    const char *choices; /* with '|', in the order of the enum */
    const char *initial; /* as it would be written; NULL: nothing */
    const char *words;
};

/* All options; *count is how many. */
const struct config_option *config_options(size_t *count);
const struct config_option *config_option_find(const char *section, const char *key);
/* May be given several times. */
bool config_option_adds(const struct config_option *option);
/* What may be written, in words, into out; returns out. */
const char *config_option_allowed(const struct config_option *option, char *out, size_t size);
/* Sets the option in base, which is the struct that has it. ERR_INVALID: not of the type or out of
 * bounds; nothing changed. */
enum err config_set(const struct config_option *option, void *base, const char *value);

/* All defaults. */
void config_init(struct config *config);
void config_free(struct config *config);

/* New ones, with the defaults of their sections; borrowed until the next is added. */
struct config_user *config_add_user(struct config *config, const char *name);
struct config_device *config_add_device(struct config *config, const char *dn);

/* Reads the file. On failure why says file, line, key and what is allowed. */
enum err config_read_file(struct config *config, const char *path, char *why, size_t why_size);

/* Adds the agents of the demo: agent0, agent1 ... with the telephones 15000, 15001 ... */
enum err config_add_demo(struct config *config, uint64_t agents, char *why, size_t why_size);
#define CONFIG_DEMO_PASSWORD   "demo"
#define CONFIG_DEMO_AGENTS     10
#define CONFIG_DEMO_AGENTS_MAX 50000
#define CONFIG_DEMO_FIRST_DN   15000

/* Whether all of it fits together. path is for the messages, or NULL. */
enum err config_check(const struct config *config, const char *path, char *why, size_t why_size);
/* "127.0.0.1:8080" and the like: an address nobody else can reach. */
bool config_is_loopback(const char *address);

#endif
