/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The command line. What it says overrides the environment, which overrides the file, which
 * overrides the defaults; so the file is read first, whatever the order of the arguments. Options
 * are set through the same table as the file's keys, and so have the same bounds and messages. */
#include "auth/auth.h"
#include "base/log.h"
#include "base/mem.h"
#include "config.h"
#include "serve.h"
#include "web/web.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define PASSWORD_SIZE 256

const char *argp_program_version = "cordboard " CORDBOARD_VERSION;

enum {
    KEY_CONFIG = 'c',
    KEY_DEMO = 256,
    KEY_DEMO_AGENTS,
    KEY_HTTP,
    KEY_DATA,
    KEY_LINE,
    KEY_SIP,
    KEY_SIM_CLOCK
};

static const char doc[] =
    "An open contact-centre voice server.\v"
    "Commands:\n"
    "  serve              run the server until SIGTERM or SIGINT\n"
    "  check-config FILE  read FILE, say what is wrong with it, and end\n"
    "  hash-password      read a password from standard input and print its hash,\n"
    "                     for password_hash of a [user NAME] section\n"
    "\n"
    "The options are those of serve; each overrides the configuration file. All keys of the file, "
    "with their bounds, are in docs/configuration.md. CORDBOARD_LOG=debug|info|warn|error in the "
    "environment overrides log_level.";

static const struct argp_option options[] = {
    {"config", KEY_CONFIG, "FILE", 0, "Configuration file (INI)", 0},
    {"demo", KEY_DEMO, NULL, 0,
     "Add demo agents agent0 ... (password demo, telephones 15000 ...); loopback only", 0},
    {"demo-agents", KEY_DEMO_AGENTS, "N", 0, "How many demo agents; 10 without it", 0},
    {"http", KEY_HTTP, "ADDR:PORT", 0,
     "Where HTTP is served (127.0.0.1:8080); port 0 takes a free one", 0},
    {"data", KEY_DATA, "DIR", 0, "Directory of the journal (var)", 0},
    {"line", KEY_LINE, "sim|sip", 0, "Simulated telephones (default), or real ones over SIP", 0},
    {"sip", KEY_SIP, "ADDR:PORT", 0,
     "Where telephones register (127.0.0.1:5060); port 0 takes a free one", 0},
    {"sim-clock", KEY_SIM_CLOCK, "real|manual", 0,
     "The clock of simulated telephones: real, or wound by POST /sim/v1/clock", 0},
    {0}};

struct arguments {
    const char *command;
    const char *file; /* of check-config */
    const char *config;
    bool is_demo;
    const char *demo_agents;
    const char *sim_clock;
    /* Those that are keys of the file too. */
    const char *http;
    const char *data;
    const char *line;
    const char *sip;
    bool has_options;
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct arguments *a = state->input;
    const char **slot = NULL;
    if (!a)
        return EINVAL;
    switch (key) {
    case KEY_CONFIG:
        slot = &a->config;
        break;
    case KEY_DEMO:
        a->is_demo = true;
        break;
    case KEY_DEMO_AGENTS:
        slot = &a->demo_agents;
        break;
    case KEY_HTTP:
        slot = &a->http;
        break;
    case KEY_DATA:
        slot = &a->data;
        break;
    case KEY_LINE:
        slot = &a->line;
        break;
    case KEY_SIP:
        slot = &a->sip;
        break;
    case KEY_SIM_CLOCK:
        slot = &a->sim_clock;
        break;
    case ARGP_KEY_ARG:
        slot = state->arg_num == 0 ? &a->command : &a->file;
        if (state->arg_num > 1)
            argp_usage(state);
        *slot = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    if (slot)
        *slot = value;
    a->has_options = true;
    return 0;
}

static int complain(const char *why)
{
    (void)fprintf(stderr, "cordboard: %s\n", why);
    return 2;
}

static bool override(struct config *config, const char *section, const char *key,
                     const char *argument, const char *value, char *why, size_t why_size)
{
    if (!value)
        return true;
    const struct config_option *option = config_option_find(section, key);
    char allowed[256];
    if (config_set(option, config, value) == ERR_OK)
        return true;
    snprintf(why, why_size, "%s: not allowed; allowed: %s", argument,
             config_option_allowed(option, allowed, sizeof allowed));
    return false;
}

static enum err add_demo(struct config *config, const struct arguments *a, char *why,
                         size_t why_size)
{
    unsigned long long agents = CONFIG_DEMO_AGENTS;
    if (a->demo_agents && !slice_to_u64(slice_of(a->demo_agents), UINT32_MAX, &agents))
        agents = 0;
    if (a->is_demo)
        return config_add_demo(config, agents, why, why_size);
    if (!a->demo_agents)
        return ERR_OK;
    snprintf(why, why_size, "--demo-agents needs --demo");
    return ERR_INVALID;
}

static enum err set_clock(struct config *config, const struct arguments *a, char *why,
                          size_t why_size)
{
    if (!a->sim_clock || strcmp(a->sim_clock, "real") == 0)
        return ERR_OK;
    if (strcmp(a->sim_clock, "manual") != 0) {
        snprintf(why, why_size, "--sim-clock: not allowed; allowed: real, manual");
        return ERR_INVALID;
    }
    if (config->driver != CONFIG_DRIVER_SIM) {
        snprintf(why, why_size, "--sim-clock: manual needs --line sim");
        return ERR_INVALID;
    }
    config->sim_clock = CONFIG_CLOCK_MANUAL;
    return ERR_OK;
}

static enum err check_certificate(const struct config *config, const char *path, char *why,
                                  size_t why_size)
{
    const char *const files[][2] = {
        {config->tls_certificate, config->tls_key},
        {config->sip_tls ? config->sip_tls_certificate : NULL, config->sip_tls_key}};
    char reason[CONFIG_WHY_SIZE / 2];
    for (size_t i = 0; i < 2; i++) {
        if (!files[i][0] || !web_check_certificate(files[i][0], files[i][1], reason, sizeof reason))
            continue;
        snprintf(why, why_size, "%s: %s%s", path, i == 0 ? "" : "[line] sip_", reason);
        return ERR_INVALID;
    }
    return ERR_OK;
}

static enum err configure(struct config *config, const struct arguments *a, char *why,
                          size_t why_size)
{
    enum err err = a->config ? config_parse_file(config, a->config, why, why_size) : ERR_OK;
    if (err)
        return err;
    if (!override(config, "server", "log_level", "CORDBOARD_LOG", getenv("CORDBOARD_LOG"), why,
                  why_size) ||
        !override(config, "server", "http", "--http", a->http, why, why_size) ||
        !override(config, "server", "data", "--data", a->data, why, why_size) ||
        !override(config, "line", "driver", "--line", a->line, why, why_size) ||
        !override(config, "line", "sip", "--sip", a->sip, why, why_size))
        return ERR_INVALID;
    err = set_clock(config, a, why, why_size);
    if (!err)
        err = add_demo(config, a, why, why_size);
    if (!err)
        err = config_check(config, a->config, why, why_size);
    return err ? err : check_certificate(config, a->config, why, why_size);
}

static enum err read_again(void *ctx, struct config *out, char *why, size_t why_size)
{
    config_init(out);
    return configure(out, ctx, why, why_size);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run_serve(struct arguments *a)
{
    struct config config;
    char why[CONFIG_WHY_SIZE];
    raise_file_limit();
    int status =
        read_again(a, &config, why, sizeof why) ? complain(why) : serve(&config, read_again, a);
    config_free(&config);
    return status;
}

static int run_check_config(const struct arguments *a)
{
    struct config config;
    char why[CONFIG_WHY_SIZE];
    int status = 0;
    config_init(&config);
    if (!a->file)
        status = complain("check-config needs a FILE");
    else if (config_read_file(&config, a->file, why, sizeof why))
        status = complain(why);
    else if (check_certificate(&config, a->file, why, sizeof why))
        status = complain(why);
    else
        printf("%s: fine; %zu users, %zu devices, %zu queues\n", a->file, config.user_count,
               config.device_count, config.queue_count);
    config_free(&config);
    return status;
}

static int run_hash_password(void)
{
    char password[PASSWORD_SIZE];
    char hash[AUTH_HASH_SIZE];
    if (!fgets(password, sizeof password, stdin))
        return complain("hash-password reads the password from standard input");
    password[strcspn(password, "\r\n")] = '\0';
    enum err err = *password ? auth_hash_password(password, hash, sizeof hash) : ERR_INVALID;
    explicit_bzero(password, sizeof password);
    if (err)
        return complain(err == ERR_INVALID ? "the password is empty"
                        : err == ERR_RANGE ? "the password is over 128 bytes"
                                           : "no memory for the hash");
    printf("%s\n", hash);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct argp argp = {.options = options,
                                     .parser = parse_option,
                                     .args_doc = "serve\ncheck-config FILE\n"
                                                 "hash-password",
                                     .doc = doc};
    struct arguments a = {0};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &a);
    bool is_serve = strcmp(a.command, "serve") == 0;
    bool is_check = strcmp(a.command, "check-config") == 0;
    if (!is_serve && a.has_options)
        return complain("options are for serve only");
    if (!is_check && a.file)
        return complain("too many arguments; see --help");
    if (is_serve)
        return run_serve(&a);
    if (is_check)
        return run_check_config(&a);
    if (strcmp(a.command, "hash-password") == 0)
        return run_hash_password();
    return complain("there is no such command; allowed: serve, check-config FILE, hash-password");
}
