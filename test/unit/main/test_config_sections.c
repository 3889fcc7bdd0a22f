/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a site has besides users and devices: a file with all of it, the rules between its sections,
 * what the demo adds, and what becomes of it for the core. */
#include "base/mem.h"
#include "setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct config config;
static char path[64];
static char why[CONFIG_WHY_SIZE];

static enum err read_text(const char *text)
{
    snprintf(path, sizeof path, "/tmp/cordboard-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    config_init(&config);
    why[0] = '\0';
    enum err err = config_read_file(&config, path, why, sizeof why);
    unlink(path);
    return err;
}

/* The text must be refused with "<path>:<expected>". */
static void refused(const char *text, const char *expected)
{
    assert_int_not_equal(read_text(text), ERR_OK);
    config_free(&config);
    size_t len = strlen(path);
    assert_memory_equal(why, path, len);
    assert_int_equal(why[len], ':');
    assert_string_equal(why + len + 1, expected);
}

#define PEOPLE                                                                                     \
    "[user anna]\npassword = p\n[user bert]\npassword = p\n"                                       \
    "roles = agent, supervisor\ncompat = 8.5.0-2014\n"                                             \
    "[user root]\npassword = p\nroles = admin\nid = 00112233445566778899aabbccddeeff\n"            \
    "[device 4711]\nuser = anna\ncalls = 2\nrecording = on\n[device 4712]\nuser = bert\n"

static const char whole[] = PEOPLE "[site]\ncountry = de\ntime_zone = Europe/Berlin\n"
                                   "area_code = 30\nmain_number = +4930555\n"
                                   "disposition_key = Outcome\n"
                                   "[emergency]\nnumbers = 112, 110\nnumbers = 911\n"
                                   "trunk = outside\ncallback_s = 60\n"
                                   "[device 4713]\nlocation_number = +49307770\n"
                                   "[queue 9000]\nname = Sales\nagents = anna, bert\n"
                                   "agents = root\nwrap_up_s = 10\noverflow = 9001\n"
                                   "[queue 9001]\nagents = all\nno_answer_s = 5\n"
                                   "max_wait_s = 60\nmax_waiting = 7\n"
                                   "[trunk outside]\nchannels = 4\n"
                                   "[place desk 17]\ndevices = 4711, 4712\n"
                                   "[agent_state OutToLunch]\ndisplay_name = Out to lunch\n"
                                   "reason = Lunch\n"
                                   "[agent_state Coaching]\nmode = AuxWork\nid = c0\n"
                                   "[disposition Sale]\ndisplay_name = It was sold\n"
                                   "[disposition NoSale]\n"
                                   "[contact Taxi]\nnumber = 030 26 10 26\n"
                                   "[api]\ncompat = 8.5.0-2014\nprofile = documented\n"
                                   "[calls]\ndisposition_h = 2\n[agents]\nvanished_s = 0\n";

static void a_file_can_describe_a_whole_site(void **state)
{
    (void)state;
    if (read_text(whole))
        fail_msg("%s", why);
    assert_int_equal(config.users[0].roles, ROLE_AGENT);
    assert_int_equal(config.users[1].roles, ROLE_AGENT | ROLE_SUPERVISOR);
    assert_int_equal(config.users[0].compat, CONFIG_USER_COMPAT_SITE);
    assert_int_equal(config.users[1].compat, CONFIG_USER_COMPAT_2014);
    assert_int_equal(config.compat, CONFIG_COMPAT_2014);
    assert_string_equal(config.time_zone, "Europe/Berlin");
    assert_int_equal(config.queue_count, 2);
    assert_string_equal(config.queues[0].agents, "anna, bert,root");
    assert_int_equal(config.disposition_count, 2);
    assert_string_equal(config.dispositions[0].display_name, "It was sold");
    assert_null(config.dispositions[1].display_name);
    assert_string_equal(config.contacts[0].number, "030 26 10 26");
    config_free(&config);
}

static const struct config_item *find(const struct setup *setup, enum config_kind kind,
                                      const char *name)
{
    for (size_t i = 0; i < setup->item_count; i++)
        if (setup->items[i].kind == kind && slice_is(setup->items[i].name, name))
            return &setup->items[i];
    fail_msg("no item of kind %d with name %s", (int)kind, name);
    return NULL;
}

static void assert_slice(struct slice actual, const char *expected)
{
    if (!slice_is(actual, expected))
        fail_msg("%.*s is not %s", (int)actual.len, actual.ptr, expected);
}

static void queues_become_items(const struct setup *setup)
{
    const struct config_item *sales = find(setup, CONFIG_QUEUE, "9000");
    assert_slice(sales->first_name, "Sales");
    assert_int_equal(sales->member_count, 3);
    assert_slice(sales->members[1], "bert");
    assert_slice(sales->members[2], "root");
    assert_int_equal(sales->wrap_up_ms, 10000);
    assert_int_equal(sales->no_answer_ms, 20000);
    assert_slice(sales->overflow, "9001");
    const struct config_item *other = find(setup, CONFIG_QUEUE, "9001");
    assert_slice(other->first_name, "9001");
    assert_int_equal(other->member_count, 2); /* root is no agent */
    assert_int_equal(other->no_answer_ms, 5000);
    assert_int_equal(other->max_wait_ms, 60000);
    assert_int_equal(other->max_waiting, 7);
    assert_int_equal(other->overflow.len, 0);
}

static void it_becomes_items_in_the_order_of_the_core(void **state)
{
    (void)state;
    struct setup setup = {0};
    assert_int_equal(read_text(whole), ERR_OK);
    setup_items(&setup, &config);
    for (size_t i = 1; i < setup.item_count; i++)
        assert_true(setup.items[i].kind >= setup.items[i - 1].kind);
    assert_int_equal(setup.items[0].limits.disposition_ms, 7200000);
    assert_int_equal(setup.items[0].limits.vanished_ms, 0);
    assert_int_equal(setup.items[0].limits.is_documented, 1);
    const struct config_item *site = &setup.items[1];
    assert_int_equal(site->kind, CONFIG_SITE);
    assert_slice(site->country, "49");
    assert_slice(site->international, "00");
    assert_slice(site->national, "0");
    assert_slice(site->area, "30");
    assert_slice(site->outside, "");
    assert_slice(site->main_number, "+4930555");
    assert_slice(site->disposition_key, "Outcome");
    assert_int_equal(site->member_count, 3);
    assert_slice(site->members[1], "110");
    assert_slice(site->members[2], "911");
    assert_slice(site->trunk, "outside");
    assert_int_equal(site->callback_ms, 60000);
    assert_slice(find(&setup, CONFIG_DEVICE, "4713")->location, "+49307770");
    assert_slice(find(&setup, CONFIG_DEVICE, "4711")->location, "");
    assert_slice(find(&setup, CONFIG_AGENT_STATE, "OutToLunch")->reason, "Lunch");
    assert_int_equal(find(&setup, CONFIG_AGENT_STATE, "OutToLunch")->mode, AGENT_NOT_READY);
    assert_slice(find(&setup, CONFIG_AGENT_STATE, "Coaching")->first_name, "Coaching");
    assert_slice(find(&setup, CONFIG_AGENT_STATE, "Coaching")->id, "c0");
    assert_int_equal(find(&setup, CONFIG_AGENT_STATE, "Coaching")->mode, AGENT_AUX_WORK);
    assert_int_equal(find(&setup, CONFIG_USER, "root")->roles, ROLE_ADMIN);
    assert_slice(find(&setup, CONFIG_USER, "root")->id, "00112233445566778899aabbccddeeff");
    assert_int_equal(find(&setup, CONFIG_DEVICE, "4711")->calls, 2);
    assert_true(find(&setup, CONFIG_DEVICE, "4711")->may_record);
    assert_false(find(&setup, CONFIG_DEVICE, "4712")->may_record);
    assert_int_equal(find(&setup, CONFIG_PLACE, "desk 17")->member_count, 2);
    assert_slice(find(&setup, CONFIG_PLACE, "desk 17")->members[0], "4711");
    assert_int_equal(find(&setup, CONFIG_TRUNK, "outside")->calls, 4);
    queues_become_items(&setup);
    mem_free(setup.items);
    arena_free(&setup.arena);
    config_free(&config);
}

static void a_key_beside_the_country_overrides_it(void **state)
{
    (void)state;
    struct number_plan plan;
    assert_int_equal(read_text("[site]\ncountry = US\nnational_prefix =\noutside_prefix = 9\n"),
                     ERR_OK);
    config_number_plan(&config, &plan);
    assert_string_equal(plan.calling_code, "1");
    assert_string_equal(plan.international_prefix, "011");
    assert_string_equal(plan.national_prefix, "");
    assert_string_equal(plan.outside_prefix, "9");
    assert_int_equal(plan.national_digits, 10);
    config_free(&config);
    assert_int_equal(read_text("[site]\ncalling_code = 49\n"), ERR_OK);
    config_number_plan(&config, &plan);
    assert_string_equal(plan.calling_code, "49");
    assert_string_equal(plan.national_prefix, "");
    config_free(&config);
}

static void references_must_lead_somewhere(void **state)
{
    (void)state;
    refused(PEOPLE "[queue 9000]\nagents = anna, carl\n",
            "17: [queue 9000] agents: there is no [user carl]");
    refused(PEOPLE "[queue 9000]\nagents = anna, bert, anna\n",
            "17: [queue 9000] agents: anna is there twice");
    refused(PEOPLE "[queue 9000]\noverflow = 9001\n",
            "17: [queue 9000] overflow: there is no [queue 9001] or [device 9001]");
    refused(PEOPLE "[queue 9000]\noverflow = 9000\n",
            "17: [queue 9000] overflow: allowed is another number than its own");
    refused("[emergency]\ntrunk = out\n", " [emergency] trunk: there is no [trunk out]");
    refused("[emergency]\nnumbers = 112\n",
            " [emergency] numbers: needs a [trunk NAME] to call through");
    refused("[emergency]\nnumbers = 112\n[trunk out]\n[queue 112]\n",
            " [emergency] numbers: there is a [queue 112]");
    refused(PEOPLE "[place a]\ndevices = 4711, 4713\n",
            "17: [place a] devices: there is no [device 4713]");
    assert_int_equal(read_text(PEOPLE "[queue 9000]\noverflow = 4711\n"), ERR_OK);
    config_free(&config);
    assert_int_equal(read_text(PEOPLE "[queue 9000]\noverflow = +4930555\n"), ERR_OK);
    config_free(&config);
}

static void trunks_are_judged(void **state)
{
    (void)state;
    refused("[trunk t]\nusername = a\n", "1: [trunk t] secret: needed with username");
    refused("[trunk t]\nregister = yes\n", "1: [trunk t] username: needed to register");
    refused("[trunk t]\ntransport = tls\n", "1: [trunk t] transport: tls needs [line] sip_tls");
    refused("[trunk t]\ncarry_user_data = headers\n",
            "1: [trunk t] keys: needed with carry_user_data");
    refused("[trunk t]\nkeys = a, b, a\n", "1: [trunk t] keys: a is there twice");
    refused("[trunk t]\nkeys = a,b,c,d,e,f,g,h,i,j,k\n",
            "1: [trunk t] keys: allowed are at most 10");
    refused("[trunk t]\nkeys = a:b\n", "2: [trunk t] keys: not allowed; allowed: letters, digits, "
                                       "'-', '_' and '.', with commas between several");
    refused("[trunk t]\npeer = a:0\n", "2: [trunk t] peer: not allowed; allowed: HOST or "
                                       "HOST:PORT, with commas between several");
    refused("[trunk t]\nprefixes = 49\n", "2: [trunk t] prefixes: not allowed; allowed: begins of "
                                          "numbers such as +49, with commas between several");
    refused("[trunk t]\nnumbers = +4930555100 > 9000\n",
            "1: [trunk t] numbers: there is no [queue 9000] or [device 9000]");
    refused("[trunk t]\nnumbers = 030555100 > 9000\n",
            "2: [trunk t] numbers: not allowed; allowed: NUMBER > NUMBER, the first with +, with "
            "commas between several");
    refused("[line]\ndriver = sip\n[trunk t]\n", "3: [trunk t] peer: it needs one");
}

static void a_trunk_becomes_an_item(void **state)
{
    (void)state;
    struct setup setup = {0};
    assert_int_equal(read_text("[queue 9000]\n[trunk t]\nprefixes = +49, +43\nprefixes = +\n"
                               "numbers = +4930555100 > 9000, +4930555101>+4989111\n"
                               "keys = a, b\ncarry_user_data = user-to-user\n"
                               "peer = sip.example.org, 192.0.2.1:5070\n"),
                     ERR_OK);
    setup_items(&setup, &config);
    const struct config_item *trunk = find(&setup, CONFIG_TRUNK, "t");
    assert_int_equal(trunk->prefix_count, 3);
    assert_slice(trunk->prefixes[1], "+43");
    assert_int_equal(trunk->route_count, 2);
    assert_slice(trunk->routes[1].key, "+4930555101");
    assert_slice(trunk->routes[1].value, "+4989111");
    assert_int_equal(trunk->member_count, 2);
    assert_slice(trunk->members[1], "b");
    arena_free(&setup.arena);
    mem_free(setup.items);
    config_free(&config);
}

static void two_can_not_have_one_number_or_id(void **state)
{
    (void)state;
    refused(PEOPLE "[queue 4711]\n", "17: [queue 4711]: there is a [device 4711] of that number");
    refused("[queue 9]\n[queue 9]\n", "2: [queue 9] is there twice");
    refused("[agent_state Ready]\n", "1: [agent_state Ready]: that is an operation of the API");
    refused("[agent_state Dial]\n", "1: [agent_state Dial]: that is an operation of the API");
    refused("[agent_state A]\nid = 1\n[agent_state B]\nid = 1\n",
            "1: [agent_state A] id: [agent_state B] has it, too");
    refused(PEOPLE "[user carl]\npassword = p\nid = 00112233445566778899aabbccddeeff\n",
            "17: [user carl] id: [user root] has it, too");
}

static void values_of_the_new_types_are_judged(void **state)
{
    (void)state;
    refused("[site]\ncountry = XX\n",
            "2: [site] country: not allowed; allowed: two letters of ISO 3166-1, such as DE");
    refused("[site]\ntime_zone = Europe/Nowhere\n", "2: [site] time_zone: not allowed; allowed: "
                                                    "the name of a time zone, such as "
                                                    "Europe/Berlin");
    refused("[site]\ntime_zone = ../../etc/passwd\n", "2: [site] time_zone: not allowed; allowed: "
                                                      "the name of a time zone, such as "
                                                      "Europe/Berlin");
    refused("[site]\nmain_number = 030555\n",
            "2: [site] main_number: not allowed; allowed: + and 5 to 15 digits");
    refused("[site]\nmain_number = +0305555\n",
            "2: [site] main_number: not allowed; allowed: + and 5 to 15 digits");
    refused("[site]\ncalling_code = 4930\n",
            "2: [site] calling_code: not allowed; allowed: 1 to 3 digits");
    refused("[site]\ncalling_code = 030\n", " [site]: allowed: calling_code is 1 to 3 digits that "
                                            "do not begin with 0, or empty");
    refused("[user a]\nroles = agent, boss\n", "2: [user a] roles: not allowed; allowed: agent, "
                                               "supervisor, admin; with commas between several");
    refused("[place a]\ndevices = 4711,, 4712\n", "2: [place a] devices: not allowed; allowed: "
                                                  "directory numbers, with commas between several");
    refused("[queue 12a]\n", "1: [queue 12a]: allowed are 1 to 40 digits, '*', '#' or '+'");
    refused("[contact Taxi]\n", "1: [contact Taxi] number: it needs one");
}

static void the_demo_has_a_queue_a_supervisor_and_a_trunk(void **state)
{
    (void)state;
    struct setup setup = {0};
    config_init(&config);
    assert_int_equal(config_add_demo(&config, 3, why, sizeof why), ERR_OK);
    assert_int_equal(config_check(&config, NULL, why, sizeof why), ERR_OK);
    setup_items(&setup, &config);
    assert_int_equal(find(&setup, CONFIG_QUEUE, "9000")->member_count, 3);
    assert_int_equal(find(&setup, CONFIG_USER, "super0")->roles, ROLE_AGENT | ROLE_SUPERVISOR);
    assert_slice(find(&setup, CONFIG_DEVICE, "19000")->owner, "super0");
    assert_true(find(&setup, CONFIG_DEVICE, "15002")->may_record);
    assert_slice(find(&setup, CONFIG_SITE, "")->country, "49");
    (void)find(&setup, CONFIG_TRUNK, "outside");
    (void)find(&setup, CONFIG_AGENT_STATE, "OutToLunch");
    assert_true(config.disposition_count > 0);
    mem_free(setup.items);
    arena_free(&setup.arena);
    config_free(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_can_describe_a_whole_site),
        cmocka_unit_test(it_becomes_items_in_the_order_of_the_core),
        cmocka_unit_test(a_key_beside_the_country_overrides_it),
        cmocka_unit_test(references_must_lead_somewhere),
        cmocka_unit_test(trunks_are_judged),
        cmocka_unit_test(a_trunk_becomes_an_item),
        cmocka_unit_test(two_can_not_have_one_number_or_id),
        cmocka_unit_test(values_of_the_new_types_are_judged),
        cmocka_unit_test(the_demo_has_a_queue_a_supervisor_and_a_trunk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
