/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Finding somebody to call: by name and number, in pages, among ten thousand. */
#include "desk.h"

#include "base/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CONTACTS "/api/v2/contacts"

static const char *const adas[] = {"15000", "15009"};
static const char *const umlauts[] = {"15001"};
static const struct api_user users[] = {
    {.name = "ada",
     .first_name = "Ada",
     .last_name = "Lovelace",
     .numbers = adas,
     .number_count = 2,
     .roles = ROLE_AGENT | ROLE_SUPERVISOR,
     .employee_id = "E1"},
    {.name = "jm",
     .first_name = "J\xc3\xb6rg",
     .last_name = "M\xc3\xbcLLER",
     .numbers = umlauts,
     .number_count = 1},
    {.name = "zoe"},
};
static const struct api_queue queues[] = {{.number = "9000", .name = "Sales"}};
static const struct api_contact others[] = {{"Taxi, central", "+49 30 210210"},
                                            {"ada's desk", "+4930555"}};

static int with_directory(void **state)
{
    (void)state;
    struct api_directory directory = {.users = users,
                                      .user_count = 3,
                                      .queues = queues,
                                      .queue_count = 1,
                                      .contacts = others,
                                      .contact_count = 2};
    api_set_directory(api, &directory);
    return 0;
}

static int without_directory(void **state)
{
    (void)state;
    api_set_directory(api, &(struct api_directory){0});
    return 0;
}

static size_t names_asked(void)
{
    size_t count = 0;
    for (const char *at = asked.names; *at; at++)
        count += *at == ',';
    return count;
}

/* The names of those found, each with a semicolon. */
static char *find(const char *query, unsigned *total)
{
    static char names[512];
    char path[256];
    snprintf(path, sizeof path, CONTACTS "?%s", query);
    asked = (struct asked){0};
    struct fake *f = desk_send("GET", path, NULL);
    if (f->answers)
        fail_msg("%s: %s", query, f->body);
    struct presence presences[8] = {0};
    struct answer answer = {.presences = presences, .presence_count = names_asked()};
    desk_reply(ERR_OK, NULL, &answer);
    struct arena arena = {0};
    struct json_error error;
    const struct json *body = json_parse(&arena, slice_of(f->body), JSON_MAX_DEPTH, &error);
    *total = (unsigned)strtoul(json_get(body, "totalCount")->raw.ptr, NULL, 10);
    names[0] = '\0';
    for (const struct json *one = json_get(body, "contacts")->child; one; one = one->next)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%.*s;",
                 (int)json_get(one, "name")->text.len, json_get(one, "name")->text.ptr);
    arena_free(&arena);
    fake_free(f);
    return names;
}

#define ADA   "Ada Lovelace;"
#define JM    "J\xc3\xb6rg M\xc3\xbcLLER;"
#define ZOE   "zoe;"
#define Q     "Sales;"
#define TAXI  "Taxi, central;"
#define DESK  "ada's desk;"
#define MATCH "filterName=NamesOrPhoneNumberMatches&filterParameters="

static void people_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *names;
    } rows[] = {
        {"", ADA JM ZOE Q TAXI DESK},
        {"type=User", ADA JM ZOE},
        {"type=Queue,Custom", Q TAXI DESK},
        {"type=Agent", ""},
        {"name=ada", ADA},
        {"name=Ada%20Lovelace,Sales", ADA Q},
        {"name=Ada Lovelace", ADA}, /* A raw blank, as sent. */
        {"name=Ada", ""},
        {"phoneNumber=15009", ADA},
        {"phoneNumber=4930555", DESK},
        {"phoneNumber=*", ADA JM Q TAXI DESK},
        {"phoneNumber=1500", ""},
        {"channel=voice", ADA JM Q TAXI DESK},
        {"channel=chat", ""},
        {"roles=ROLE_SUPERVISOR", ADA},
        {"roles=ROLE_AGENT&type=User", ADA JM ZOE},
        {"includeUsersInBusinessUnits=x&_=1", ADA JM ZOE Q TAXI DESK},
        {MATCH "LOVELACE", ADA},
        {MATCH "love", ""},
        {MATCH "*love*", ADA},
        {MATCH "ada*", ADA DESK},
        {MATCH "*", ADA JM ZOE Q TAXI DESK},
        {MATCH "ada*,*desk", DESK},
        {MATCH "ada*,*15000", ADA},
        {MATCH "J%C3%96RG", JM},
        {MATCH "*m%C3%BCller", JM},
        {MATCH "1500*", ADA JM},
        {MATCH "15-0 09", ADA},
        {MATCH "%2B49%2030*", TAXI DESK},
        {MATCH "a1500*", ""},
        {MATCH "**a*a**", ADA TAXI DESK},
        {"sortBy=name&order=Ascending", ADA DESK JM Q TAXI ZOE},
        {"sortBy=name&order=descending", ZOE TAXI Q JM DESK ADA},
        {"sortBy=phoneNumber&type=User", ZOE ADA JM},
        {"sortBy=name&limit=2", ADA DESK},
        {"sortBy=name&limit=2&offset=4", TAXI ZOE},
        {"limit=0", ""},
        {"offset=99", ""},
        {"limit=5000", ADA JM ZOE Q TAXI DESK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned total;
        char *names = find(rows[i].query, &total);
        if (strcmp(names, rows[i].names) != 0)
            fail_msg("%s: %s is not %s", rows[i].query, names, rows[i].names);
    }
    unsigned total;
    find("sortBy=name&limit=2&offset=4", &total);
    assert_int_equal(total, 6);
    find("type=User&limit=1", &total);
    assert_int_equal(total, 3);
}

static void what_can_not_be_searched_for_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        const char *expected;
    } rows[] = {
        {"filterName=Other&filterParameters=x",
         "{\"statusCode\":2,\"statusMessage\":\"filterName must be NamesOrPhoneNumberMatches\"}"},
        {"filterName=NamesOrPhoneNumberMatches",
         "{\"statusCode\":1,\"statusMessage\":\"filterParameters is missing: filterName needs "
         "it\"}"},
        {"filterParameters=x", "{\"statusCode\":1,\"statusMessage\":\"filterName is missing: "
                               "filterParameters needs it\"}"},
        {"sortBy=size", "{\"statusCode\":2,\"statusMessage\":\"sortBy must be name, userName, "
                        "firstName, lastName or phoneNumber\"}"},
        {"order=up", "{\"statusCode\":2,\"statusMessage\":\"order must be Ascending or "
                     "Descending\"}"},
        {"limit=-1", "{\"statusCode\":10,\"statusMessage\":\"limit must be a number from 0 to "
                     "1073741824\"}"},
        {"name=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17",
         "{\"statusCode\":10,\"statusMessage\":\"name has more than 16 items\"}"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[256];
        snprintf(path, sizeof path, CONTACTS "?%s", rows[i].query);
        desk_refused("GET", path, NULL, 400, rows[i].expected);
    }
}

static void a_users_contact_says_whether_he_can_be_had(void **state)
{
    (void)state;
    struct state_card ready = {.refs = 1,
                               .mode = AGENT_READY,
                               .operation_name = SLICE("Ready"),
                               .display_name = SLICE("Ready"),
                               .id = "READY"};
    struct device_view devices[] = {desk_device(), desk_device()};
    devices[0].is_registered = false;
    memcpy(devices[1].dn, "15009", 6);
    struct presence presence = {.state = &ready, .device_count = 2};
    struct answer answer = {
        .devices = devices, .device_count = 2, .presences = &presence, .presence_count = 1};
    struct fake *f = desk_send("GET", CONTACTS "?name=ada", NULL);
    assert_string_equal(asked.names, "ada,");
    desk_reply(ERR_OK, NULL, &answer);
    const char *user = strstr(f->body, ",\"userName\":");
    assert_non_null(user);
    assert_string_equal(
        user,
        ",\"userName\":\"ada\",\"firstName\":\"Ada\",\"lastName\":\"Lovelace\",\"employeeId\":"
        "\"E1\",\"roles\":[\"ROLE_AGENT\",\"ROLE_SUPERVISOR\"],\"businessUnits\":[],"
        "\"phoneNumbers\":[{\"phoneNumber\":\"15000\",\"description\":\"\",\"switchName\":\"\"},"
        "{\"phoneNumber\":\"15009\",\"description\":\"\",\"switchName\":\"\"}],\"availability\":"
        "{\"channels\":[{\"channel\":\"voice\",\"available\":true,\"phoneNumber\":\"15009\","
        "\"userActivity\":\"Idle\",\"userState\":{\"id\":\"READY\",\"displayName\":\"Ready\","
        "\"state\":\"Ready\"}}]}}]}");
    fake_free(f);
    presence.has_call = true;
    f = desk_send("GET", CONTACTS "?name=ada&fields=availability", NULL);
    desk_reply(ERR_OK, NULL, &answer);
    assert_non_null(strstr(f->body, "\"contacts\":[{\"availability\":{\"channels\":[{\"channel\":"
                                    "\"voice\",\"available\":false,\"phoneNumber\":\"15009\","
                                    "\"userActivity\":\"Busy\","));
    fake_free(f);
}

static void a_contact_is_where_it_says(void **state)
{
    (void)state;
    struct fake *f = desk_send("GET", CONTACTS "?name=Sales", NULL);
    desk_reply(ERR_OK, NULL, &(struct answer){0});
    char *uri = strstr(f->body, "\"uri\":\"" PUBLIC_URL "/api/v2/contacts/");
    assert_non_null(uri);
    char path[128];
    snprintf(path, sizeof path, CONTACTS "/%.32s?fields=name,type,phoneNumber",
             uri + strlen("\"uri\":\"" PUBLIC_URL "/api/v2/contacts/"));
    fake_free(f);
    f = desk_send("GET", path, NULL);
    desk_reply(ERR_OK, NULL, &(struct answer){0});
    assert_string_equal(f->body, "{\"statusCode\":0,\"contact\":{\"name\":\"Sales\",\"type\":"
                                 "\"Queue\",\"phoneNumber\":\"9000\"}}");
    fake_free(f);
    desk_refused("GET", CONTACTS "/nobody", NULL, 404,
                 "{\"statusCode\":6,\"statusMessage\":\"there is no such contact\"}");
}

static void a_new_directory_leaves_who_waits_with_the_old(void **state)
{
    struct fake *f = desk_send("GET", CONTACTS "?name=ada&fields=name", NULL);
    without_directory(state);
    struct presence presence = {0};
    desk_reply(ERR_OK, NULL, &(struct answer){.presences = &presence, .presence_count = 1});
    assert_string_equal(
        f->body, "{\"statusCode\":0,\"totalCount\":1,\"contacts\":[{\"name\":\"Ada Lovelace\"}]}");
    fake_free(f);
    f = desk_send("GET", CONTACTS, NULL);
    desk_reply(ERR_OK, NULL, &(struct answer){0});
    assert_string_equal(f->body, "{\"statusCode\":0,\"totalCount\":0,\"contacts\":[]}");
    fake_free(f);
    f = desk_send("GET", CONTACTS, NULL);
    desk_reply(ERR_OVERLOAD, NULL, NULL);
    assert_int_equal(f->status, 500);
    fake_free(f);
}

static double seconds_since(const struct timespec *begin)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begin->tv_sec) + (double)(now.tv_nsec - begin->tv_nsec) / 1e9;
}

#define MANY 10000

/* Of a search by a pattern that has to look at everything: under a sanitizer and on a busy machine
 * a hundred times what it takes; a walk over pairs would take minutes. */
static void ten_thousand_are_searched_in_no_time(void **state)
{
    (void)state;
    static struct api_user many[MANY];
    static char names[MANY][16];
    static char numbers[MANY][8];
    static const char *pointers[MANY];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "agent%zu", (i * 7919) % MANY);
        snprintf(numbers[i], sizeof numbers[i], "%zu", 20000 + i);
        pointers[i] = numbers[i];
        many[i] = (struct api_user){.name = names[i],
                                    .first_name = "Agent",
                                    .last_name = numbers[i],
                                    .numbers = &pointers[i],
                                    .number_count = 1};
    }
    api_set_directory(api, &(struct api_directory){.users = many, .user_count = MANY});
    struct timespec begin;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct presence presences[2] = {0};
    for (int i = 0; i < 10; i++) {
        struct fake *f =
            desk_send("GET", CONTACTS "?sortBy=userName&" MATCH "*a*g*e*n*t*9999*", NULL);
        struct answer answer = {.presences = presences, .presence_count = 2};
        desk_reply(ERR_OK, NULL, &answer);
        assert_non_null(strstr(f->body, "{\"statusCode\":0,\"totalCount\":2,\"contacts\":[{"));
        fake_free(f);
    }
    assert_true(seconds_since(&begin) < 10.0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, with_directory, without_directory)

const struct CMUnitTest contact_tests[] = {
    TEST(people_are_found),
    TEST(what_can_not_be_searched_for_is_refused),
    TEST(a_users_contact_says_whether_he_can_be_had),
    TEST(a_contact_is_where_it_says),
    TEST(a_new_directory_leaves_who_waits_with_the_old),
    TEST(ten_thousand_are_searched_in_no_time),
};
const size_t contact_test_count = sizeof contact_tests / sizeof *contact_tests;
