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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
