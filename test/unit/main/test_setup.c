/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Passwords of the configuration: hashed once, and again only when they change. Hashing is a fake
 * here, which numbers its hashes. */
#include "setup.h"

#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "../journal/scratch.h"

static const char *directory;
static unsigned hashed;
static char hashes[2][AUTH_HASH_SIZE];

enum err auth_hash_password(const char *password, char *out, size_t out_size)
{
    (void)password;
    snprintf(out, out_size, "$argon2id$%u", ++hashed);
    return ERR_OK;
}

/* A start with these passwords; how many of them were hashed. The hashes are left in hashes. */
static unsigned start(const char *anna, const char *bert)
{
    struct config config;
    struct setup setup = {0};
    struct journal *journal = NULL;
    struct journal_options options = {.directory = directory, .version = 1};
    char why[256];
    unsigned before = hashed;
    config_init(&config);
    config_add_user(&config, "anna")->password = mem_strdup(anna);
    config_add_user(&config, "bert")->password = mem_strdup(bert);
    assert_int_equal(journal_open(&options, &journal, why, sizeof why), ERR_OK);
    assert_int_equal(setup_secret(&setup, journal), ERR_OK);
    assert_int_equal(setup_users(&setup, &config, journal), ERR_OK);
    assert_int_equal(setup.user_count, 2);
    for (size_t i = 0; i < 2; i++)
        snprintf(hashes[i], AUTH_HASH_SIZE, "%s", setup.users[i].password_hash);
    setup_free(&setup);
    journal_close(journal);
    config_free(&config);
    return hashed - before;
}

static void an_unchanged_password_is_not_hashed_again(void **state)
{
    (void)state;
    assert_int_equal(start("one", "two"), 2);
    assert_int_equal(start("one", "two"), 0);
    assert_string_equal(hashes[0], "$argon2id$1");
    assert_string_equal(hashes[1], "$argon2id$2");
    assert_int_equal(start("one", "changed"), 1);
    assert_string_equal(hashes[0], "$argon2id$1");
    assert_string_equal(hashes[1], "$argon2id$3");
    assert_int_equal(start("one", "changed"), 0);
    assert_int_equal(start("one", "two"), 1);
    assert_int_equal(start("two", "one"), 2);
}

static void the_password_of_another_user_is_another(void **state)
{
    (void)state;
    assert_int_equal(start("same", "same"), 2);
    assert_string_not_equal(hashes[0], hashes[1]);
    assert_int_equal(start("same", "same"), 0);
}

static void a_record_without_a_mac_is_made_anew(void **state)
{
    (void)state;
    struct journal *journal = NULL;
    struct journal_options options = {.directory = directory, .version = 1};
    char why[256];
    assert_int_equal(journal_open(&options, &journal, why, sizeof why), ERR_OK);
    assert_int_equal(journal_begin(journal), ERR_OK);
    assert_int_equal(journal_put(journal, RECORD_CREDENTIAL, SLICE("anna"),
                                 SLICE("$argon2id$v=19$m=19456,t=2,p=1$abcdefghijklmnopqrstuv$ab")),
                     ERR_OK);
    assert_int_equal(journal_commit(journal), ERR_OK);
    journal_close(journal);
    assert_int_equal(start("one", "two"), 2);
    assert_int_equal(start("one", "two"), 0);
}

/* The users of config, whose passwords are hashed anew where they are not as in before. */
static void set_up_anew(struct setup *now, struct config *config, const struct setup *before,
                        const struct config *config_before)
{
    memcpy(now->secret, before->secret, sizeof now->secret);
    assert_int_equal(setup_users_anew(now, config, before, config_before), ERR_OK);
}

static void while_it_runs_only_new_passwords_are_hashed(void **state)
{
    (void)state;
    struct config first;
    struct config second;
    struct setup before = {0};
    struct setup now = {0};
    struct journal *journal = NULL;
    struct journal_options options = {.directory = directory, .version = 1};
    char why[256];
    config_init(&first);
    config_add_user(&first, "anna")->password = mem_strdup("one");
    config_add_user(&first, "bert")->password = mem_strdup("two");
    config_add_user(&first, "carl")->password_hash = mem_strdup("$argon2id$of carl");
    config_init(&second);
    config_add_user(&second, "carl")->password_hash = mem_strdup("$argon2id$of carl");
    config_add_user(&second, "dora")->password = mem_strdup("one");
    config_add_user(&second, "bert")->password = mem_strdup("changed");
    config_add_user(&second, "anna")->password = mem_strdup("one");
    assert_int_equal(journal_open(&options, &journal, why, sizeof why), ERR_OK);
    assert_int_equal(setup_secret(&before, journal), ERR_OK);
    assert_int_equal(setup_users(&before, &first, journal), ERR_OK);
    assert_int_equal(hashed, 2);
    set_up_anew(&now, &second, &before, &first);
    assert_int_equal(hashed, 4);
    assert_string_equal(now.users[0].password_hash, "$argon2id$of carl");
    assert_string_equal(now.users[1].password_hash, "$argon2id$3");
    assert_string_equal(now.users[2].password_hash, "$argon2id$4");
    assert_string_equal(now.users[3].password_hash, "$argon2id$1");
    /* What it gives to keep is what the next start finds. */
    assert_int_equal(now.record_count, 2);
    assert_int_equal(journal_begin(journal), ERR_OK);
    for (size_t i = 0; i < now.record_count; i++)
        assert_int_equal(
            journal_put(journal, now.records[i].table, now.records[i].key, now.records[i].value),
            ERR_OK);
    assert_int_equal(journal_commit(journal), ERR_OK);
    setup_free(&before);
    before = (struct setup){0};
    assert_int_equal(setup_secret(&before, journal), ERR_OK);
    assert_int_equal(setup_users(&before, &second, journal), ERR_OK);
    assert_int_equal(hashed, 4);
    assert_string_equal(before.users[2].password_hash, "$argon2id$4");
    setup_free(&now);
    setup_free(&before);
    journal_close(journal);
    config_free(&first);
    config_free(&second);
}

static void set(struct config *config, const char *section, const char *key, const char *value)
{
    assert_int_equal(config_set(config_option_find(section, key), config, value), ERR_OK);
}

static void what_needs_a_restart_is_kept(void **state)
{
    (void)state;
    struct config start;
    struct config now;
    config_init(&start);
    config_init(&now);
    set(&start, "server", "public_url", "https://voice.example");
    set(&now, "server", "http", "127.0.0.1:9999");
    set(&now, "line", "rtp_ports", "20000-20100");
    set(&now, "line", "driver", "sip");
    set(&now, "calls", "no_answer_s", "7");
    set(&now, "server", "allowed_origins", "https://crm.example");
    config_keep(&now, &start);
    assert_string_equal(now.http, "127.0.0.1:8080");
    assert_string_equal(now.public_url, "https://voice.example");
    assert_int_equal(now.rtp_ports[0], 16384);
    assert_int_equal(now.rtp_ports[1], 32767);
    assert_int_equal(now.driver, CONFIG_DRIVER_SIM);
    assert_int_equal(now.no_answer_s, 7);
    assert_string_equal(now.allowed_origins, "https://crm.example");
    config_free(&start);
    config_free(&now);
}

static int begin(void **state)
{
    (void)state;
    directory = scratch_make();
    hashed = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_remove(directory);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_unchanged_password_is_not_hashed_again),
        TEST(the_password_of_another_user_is_another),
        TEST(a_record_without_a_mac_is_made_anew),
        TEST(while_it_runs_only_new_passwords_are_hashed),
        TEST(what_needs_a_restart_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
