/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The table of countries, the plans made of it, and numbers as they are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/number.h"

#define SET(field, text) memcpy(field, text, sizeof(text))

static void a_bad_plan_is_named(void **state)
{
    (void)state;
    struct number_plan bad[8];
    static const char *const fields[] = {
        "calling_code",   "calling_code", "international_prefix", "national_prefix",
        "outside_prefix", "area_code",    "main_number",          "main_number"};
    for (size_t i = 0; i < 8; i++)
        number_plan_of_country(country_find(SLICE("DE")), &bad[i]);
    SET(bad[0].calling_code, "049");
    memset(bad[1].calling_code, '4', sizeof bad[1].calling_code); /* no end */
    SET(bad[2].international_prefix, "+");
    SET(bad[3].national_prefix, "x");
    SET(bad[4].outside_prefix, "*9");
    SET(bad[5].area_code, "3 0");
    SET(bad[6].main_number, "4930555");
    SET(bad[7].main_number, "+4912");
    for (size_t i = 0; i < 8; i++) {
        const char *reason = number_plan_check(&bad[i]);
        assert_non_null(reason);
        assert_ptr_equal(strstr(reason, fields[i]), reason);
    }
}

static void numbers_are_shown_with_a_blank(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"+4930555", "+49 30555"},
                                          {"+12125551234", "+1 2125551234"},
                                          {"+74951234567", "+7 4951234567"},
                                          {"+35312345", "+353 12345"},
                                          {"+3906123", "+39 06123"},
                                          {"+999123", "+999 123"},
                                          {"15000", "15000"},
                                          {"*21#", "*21#"},
                                          {"+", "+"},
                                          {"+4", "+4"},
                                          {"+49", "+49"},
                                          {"+1", "+1"},
                                          {"", ""}};
    char out[NUMBER_MAX + 2];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        memset(out, 'x', sizeof out);
        number_format(slice_of(rows[i][0]), out);
        assert_string_equal(out, rows[i][1]);
    }
    char longest[NUMBER_MAX + 2] = "+49";
    memset(longest + 3, '1', NUMBER_MAX - 1);
    number_format((struct slice){longest, NUMBER_MAX + 1}, out);
    assert_int_equal(strlen(out), NUMBER_MAX + 1);
}

static void countries_are_in_order_and_plausible(void **state)
{
    (void)state;
    assert_in_range(country_count(), 250, 256);
    for (size_t i = 0; i < country_count(); i++) {
        const struct country *c = country_at(i);
        struct number_plan plan;
        char shown[NUMBER_MAX + 2];
        char expected[32];
        assert_int_equal(strlen(c->code), 2);
        assert_true(i == 0 || strcmp(country_at(i - 1)->code, c->code) < 0);
        assert_ptr_equal(country_find(slice_of(c->code)), c);
        assert_true(strlen(c->name) > 2 && strlen(c->calling_code) > 0);
        assert_true(strlen(c->international_prefix) > 0);
        number_plan_of_country(c, &plan);
        assert_null(number_plan_check(&plan));
        assert_string_equal(plan.calling_code, c->calling_code);
        assert_string_equal(plan.international_prefix, c->international_prefix);
        assert_string_equal(plan.national_prefix, c->national_prefix);
        /* the split by zones agrees with the table */
        snprintf(expected, sizeof expected, "+%s%s", c->calling_code, "12345");
        number_format(slice_of(expected), shown);
        snprintf(expected, sizeof expected, "+%s 12345", c->calling_code);
        assert_string_equal(shown, expected);
        assert_string_equal(country_of_calling_code(slice_of(c->calling_code))->calling_code,
                            c->calling_code);
        assert_true(strcmp(c->calling_code, "1") != 0 || c->national_digits == 10);
    }
    assert_string_equal(country_find(SLICE("de"))->name, "Germany");
    assert_string_equal(country_find(SLICE("GB"))->calling_code, "44");
    assert_string_equal(country_find(SLICE("JP"))->international_prefix, "010");
    assert_string_equal(country_find(SLICE("BB"))->area_code, "246");
    assert_null(country_find(SLICE("ZZ")));
    assert_null(country_find(SLICE("")));
    assert_null(country_find(SLICE("DEU")));
    assert_null(country_of_calling_code(SLICE("999")));
    assert_null(country_of_calling_code(SLICE("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bad_plan_is_named),
        cmocka_unit_test(numbers_are_shown_with_a_blank),
        cmocka_unit_test(countries_are_in_order_and_plausible),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
