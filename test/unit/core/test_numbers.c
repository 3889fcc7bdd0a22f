/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Numbers: a row for each rule of number.h and its edges, in plans of five countries and of none,
 * and random bytes in random plans for what holds whatever comes in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/number.h"

enum {
    NONE,
    DE,
    DE_LOCAL,
    DE_ZERO,
    US,
    US_NINE,
    US_NO_AREA,
    IT,
    DK,
    CH,
    WITHOUT_INTERNATIONAL,
    PLAN_COUNT
};

static struct number_plan plans[PLAN_COUNT];

#define SET(field, text) memcpy(field, text, sizeof(text))

static int begin(void **state)
{
    (void)state;
    number_plan_of_country(country_find(SLICE("DE")), &plans[DE]);
    SET(plans[DE].main_number, "+4930555");
    plans[DE_LOCAL] = plans[DE];
    SET(plans[DE_LOCAL].area_code, "30");
    plans[DE_ZERO] = plans[DE_LOCAL];
    SET(plans[DE_ZERO].outside_prefix, "0");
    number_plan_of_country(country_find(SLICE("us")), &plans[US]);
    SET(plans[US].main_number, "+1212777");
    SET(plans[US].area_code, "212");
    plans[US_NINE] = plans[US];
    SET(plans[US_NINE].outside_prefix, "9");
    plans[US_NO_AREA] = plans[US_NINE];
    plans[US_NO_AREA].area_code[0] = '\0';
    number_plan_of_country(country_find(SLICE("IT")), &plans[IT]);
    number_plan_of_country(country_find(SLICE("DK")), &plans[DK]);
    number_plan_of_country(country_find(SLICE("CH")), &plans[CH]);
    plans[WITHOUT_INTERNATIONAL] = plans[DE];
    plans[WITHOUT_INTERNATIONAL].international_prefix[0] = '\0';
    for (int i = 0; i < PLAN_COUNT; i++)
        assert_null(number_plan_check(&plans[i]));
    return 0;
}

/* The numbers in the house; ctx is a string of them, each between blanks. */
static const char house[] = " 100 15000 0800 *55 12*3 9 1555 +493033 +4930444 ";

static bool is_in_house(const void *ctx, struct slice number)
{
    char padded[NUMBER_MAX + 3];
    assert_in_range(number.len, 1, NUMBER_MAX);
    snprintf(padded, sizeof padded, " %.*s ", (int)number.len, number.ptr);
    return strstr(ctx, padded) != NULL;
}

struct row {
    int plan;
    const char *written;
    enum number_kind kind;
    const char *digits; /* of an invalid one: words of the reason */
};

typedef enum number_kind reader(const struct number_plan *plan, struct slice written,
                                number_is_internal *is_internal, const void *ctx,
                                struct number *out);

static void check_rows(reader *read, number_is_internal *is_internal, const struct row *rows,
                       size_t count)
{
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct number number;
        memset(&number, 0x5a, sizeof number);
        enum number_kind kind =
            read(&plans[row->plan], slice_of(row->written), is_internal, house, &number);
        bool is_invalid = kind == NUMBER_INVALID;
        bool is_right = kind == row->kind && kind == number.kind;
        if (is_invalid)
            is_right = is_right && number.digits[0] == '\0' && number.reason &&
                       strstr(number.reason, row->digits);
        else
            is_right = is_right && strcmp(number.digits, row->digits) == 0 && !number.reason;
        if (strcmp(number.e164, kind == NUMBER_OUTSIDE ? number.digits : "") != 0)
            is_right = false;
        if (!is_right) {
            print_error("plan %d, '%s': kind %d '%s' e164 '%s' reason '%s'\n", row->plan,
                        row->written, (int)kind, number.digits, number.e164,
                        number.reason ? number.reason : "none");
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

#define CHECK(read, is_internal, rows)                                                             \
    check_rows(read, is_internal, rows, sizeof(rows) / sizeof((rows)[0]))

static void dialled_punctuation_is_left_out(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "0-30/55 5.12", NUMBER_INTERNAL, "+493055512"},
        {DE, "0-30/66 6.12", NUMBER_OUTSIDE, "+493066612"},
        {DE, "(030) 666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "  1-5 0(0)0\t", NUMBER_INTERNAL, "15000"},
        {DE, "tel:+49-30-666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "TEL:15000", NUMBER_INTERNAL, "15000"},
        {DE, "tel:", NUMBER_INVALID, "at least one digit"},
        {DE, "tel:tel:100", NUMBER_INVALID, "is written with digits"},
        {DE, "tel:+4930666;ext=1", NUMBER_INVALID, "is written with digits"},
        {DE,
         "+49\xc2\xa0"
         "30\xe2\x80\x91"
         "666",
         NUMBER_OUTSIDE, "+4930666"},
        {DE, "\xe2\x80\xaa+49 30 666\xe2\x80\xac", NUMBER_OUTSIDE, "+4930666"},
        {DE, "+49 30 \xe2\x80\xa2 666", NUMBER_INVALID, "is written with digits"},
        {DE, "+49 30 666\xe2\x80", NUMBER_INVALID, "is written with digits"},
        {DE, "", NUMBER_INVALID, "at least one digit"},
        {DE, " (-) ", NUMBER_INVALID, "at least one digit"},
        {DE, "0800-FLOWERS", NUMBER_INVALID, "is written with digits"},
        {DE, "030,666", NUMBER_INVALID, "is written with digits"},
        {DE, "anonymous", NUMBER_INVALID, "is written with digits"},
    };
    CHECK(number_of_dialled, is_in_house, rows);
}

static void dialled_prefixes_become_e164(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "+4930666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "+12125551234", NUMBER_OUTSIDE, "+12125551234"},
        {DE, "0012125551234", NUMBER_OUTSIDE, "+12125551234"},
        {DE, "00 49 30 666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "030666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "+49 (0)30 666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "+49(0)30(0)666", NUMBER_OUTSIDE, "+49300666"},
        {DE, "+44 (0) 20 79460000", NUMBER_OUTSIDE, "+442079460000"},
        {DE, "+36 (06) 1 2345678", NUMBER_OUTSIDE, "+3612345678"},
        {DE, "+39 (0)6 1234567", NUMBER_OUTSIDE, "+39061234567"},
        {DE, "049 (0)1234", NUMBER_OUTSIDE, "+494901234"},
        {CH, "044 555 12 34", NUMBER_OUTSIDE, "+41445551234"},
        {CH, "0900 555", NUMBER_OUTSIDE, "+41900555"},
        {CH, "44 555 12 34", NUMBER_OUTSIDE, "+41445551234"},
        {CH, "44 555 12 3", NUMBER_INTERNAL, "44555123"},
        {DE, "+49 (0", NUMBER_INVALID, "5 to 15 digits"},
        {DE, "+", NUMBER_INVALID, "itself is to follow"},
        {DE, "0", NUMBER_INVALID, "itself is to follow"},
        {DE, "00", NUMBER_INVALID, "itself is to follow"},
        {DE, "000", NUMBER_INVALID, "does not begin with 0"},
        {DE, "+0306667", NUMBER_INVALID, "does not begin with 0"},
        {DE, "++4930666", NUMBER_INVALID, "'+' stands only before"},
        {DE, "0+4930666", NUMBER_INVALID, "'+' stands only before"},
        {DE, "30+666", NUMBER_INVALID, "'+' stands only before"},
        {DE, "+4912", NUMBER_INVALID, "5 to 15 digits"},
        {DE, "+49123", NUMBER_OUTSIDE, "+49123"},
        {DE, "+491234567890123", NUMBER_OUTSIDE, "+491234567890123"},
        {DE, "+4912345678901234", NUMBER_INVALID, "5 to 15 digits"},
        {WITHOUT_INTERNATIONAL, "0012345", NUMBER_OUTSIDE, "+49012345"},
        {NONE, "+4930666", NUMBER_OUTSIDE, "+4930666"},
        {NONE, "+49 (0)30666", NUMBER_OUTSIDE, "+4930666"},
        {NONE, "0030666", NUMBER_INTERNAL, "0030666"},
        {NONE, "030666", NUMBER_INTERNAL, "030666"},
        {NONE, "100", NUMBER_INTERNAL, "100"},
        {NONE, "+", NUMBER_INVALID, "itself is to follow"},
    };
    CHECK(number_of_dialled, is_in_house, rows);
}

static void dialled_extensions_come_first(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "100", NUMBER_INTERNAL, "100"},
        {DE, "0800", NUMBER_INTERNAL, "0800"},
        {DE, "08001", NUMBER_OUTSIDE, "+498001"},
        {DE, "*55", NUMBER_INTERNAL, "*55"},
        {DE, "12*3", NUMBER_INTERNAL, "12*3"},
        {DE, "12*4", NUMBER_INVALID, "'*' and '#' stand only in codes"},
        {DE, "012*4", NUMBER_INVALID, "'*' and '#' stand only in codes"},
        {DE, "+493033", NUMBER_INTERNAL, "+493033"},
        {DE, "03033", NUMBER_INTERNAL, "+493033"},
        {DE, "15001", NUMBER_INTERNAL, "15001"},
        {DE_LOCAL, "444", NUMBER_INTERNAL, "+4930444"},
        {DE_LOCAL, "100", NUMBER_INTERNAL, "100"},
        {US_NINE, "9", NUMBER_INTERNAL, "9"},
        {DE, "*21#", NUMBER_CODE, "*21#"},
        {DE, "*21*030 666#", NUMBER_CODE, "*21*030666#"},
        {DE, "#", NUMBER_CODE, "#"},
        {DE_ZERO, "*21#", NUMBER_CODE, "*21#"},
        {DE_ZERO, "0*21#", NUMBER_INVALID, "'*' and '#' stand only in codes"},
        {DE, "*21*+4930666#", NUMBER_INVALID, "'+' stands only before"},
    };
    CHECK(number_of_dialled, is_in_house, rows);
}

static void dialled_own_numbers_stay_inside(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "+4930555100", NUMBER_INTERNAL, "100"},
        {DE, "030 555 15000", NUMBER_INTERNAL, "15000"},
        {DE, "00 49 30 555-100", NUMBER_INTERNAL, "100"},
        {DE, "+4930555", NUMBER_INTERNAL, "+4930555"},
        {DE, "(030) 555", NUMBER_INTERNAL, "+4930555"},
        {DE, "030555999", NUMBER_INTERNAL, "+4930555999"},
        {DE, "03055", NUMBER_OUTSIDE, "+493055"},
        {DE_LOCAL, "555100", NUMBER_INTERNAL, "100"},
        {DE_ZERO, "0 555100", NUMBER_INTERNAL, "100"},
        {US, "777 1555", NUMBER_INTERNAL, "1555"},
    };
    CHECK(number_of_dialled, is_in_house, rows);
}

static void dialled_outside_prefix_and_area(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE_ZERO, "0 666123", NUMBER_OUTSIDE, "+4930666123"},
        {DE_ZERO, "0 089 666", NUMBER_OUTSIDE, "+4989666"},
        {DE_ZERO, "0 00 1 212 555 1234", NUMBER_OUTSIDE, "+12125551234"},
        {DE_ZERO, "+4989666", NUMBER_OUTSIDE, "+4989666"},
        {DE_ZERO, "0+4989666", NUMBER_OUTSIDE, "+4989666"},
        {DE_ZERO, "0", NUMBER_INVALID, "itself is to follow"},
        {DE_ZERO, "666123", NUMBER_INTERNAL, "666123"},
        {DE_ZERO, "66+6", NUMBER_INVALID, "'+' stands only before"},
        {DE_LOCAL, "666123", NUMBER_OUTSIDE, "+4930666123"},
        {DE_LOCAL, "089666", NUMBER_OUTSIDE, "+4989666"},
        {US, "1 (212) 555-1234", NUMBER_OUTSIDE, "+12125551234"},
        {US, "(646) 555-1234", NUMBER_OUTSIDE, "+16465551234"},
        {US, "555-1234", NUMBER_OUTSIDE, "+12125551234"},
        {US, "15009", NUMBER_INTERNAL, "15009"},
        {US, "5009", NUMBER_INTERNAL, "5009"},
        {US, "011 49 30 666", NUMBER_OUTSIDE, "+4930666"},
        {US, "011", NUMBER_INVALID, "itself is to follow"},
        {US_NINE, "9 555 1234", NUMBER_OUTSIDE, "+12125551234"},
        {US_NINE, "9 1 646 555 1234", NUMBER_OUTSIDE, "+16465551234"},
        {US_NINE, "9 011 49 30 666", NUMBER_OUTSIDE, "+4930666"},
        {US_NINE, "9 5009", NUMBER_OUTSIDE, "+15009"},
        {US_NINE, "212 555 1234", NUMBER_INTERNAL, "2125551234"},
        {US_NO_AREA, "9 555 1234", NUMBER_OUTSIDE, "+15551234"},
        {IT, "06 1234567", NUMBER_OUTSIDE, "+39061234567"},
        {IT, "391 2345678", NUMBER_OUTSIDE, "+393912345678"},
        {IT, "12345", NUMBER_INTERNAL, "12345"},
        {IT, "123456", NUMBER_OUTSIDE, "+39123456"},
        {IT, "00 39 06 1234567", NUMBER_OUTSIDE, "+39061234567"},
        {DK, "12 34 56 78", NUMBER_OUTSIDE, "+4512345678"},
        {DK, "1234567", NUMBER_INTERNAL, "1234567"},
    };
    CHECK(number_of_dialled, is_in_house, rows);
}

static void received_callers_become_e164(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "anonymous", NUMBER_ANONYMOUS, ""},
        {DE, "Anonymous ", NUMBER_ANONYMOUS, ""},
        {DE, "UNAVAILABLE", NUMBER_ANONYMOUS, ""},
        {DE, "Restricted", NUMBER_ANONYMOUS, ""},
        {DE, "private", NUMBER_ANONYMOUS, ""},
        {DE, "unknown", NUMBER_ANONYMOUS, ""},
        {DE, "withheld", NUMBER_ANONYMOUS, ""},
        {DE, "", NUMBER_ANONYMOUS, ""},
        {DE, " - ", NUMBER_ANONYMOUS, ""},
        {DE, "anonymously", NUMBER_INVALID, "is written with digits"},
        {DE, "+4930666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "004930666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "030666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "4930666123", NUMBER_OUTSIDE, "+4930666123"},
        {DE, "493066612", NUMBER_OUTSIDE, "+49493066612"},
        {DE_LOCAL, "666123", NUMBER_OUTSIDE, "+4930666123"},
        {DE_ZERO, "030666", NUMBER_OUTSIDE, "+4930666"},
        {DE, "100", NUMBER_OUTSIDE, "+49100"},
        {DE, "+4930555100", NUMBER_OUTSIDE, "+4930555100"},
        {DE, "*21#", NUMBER_INVALID, "dialled inside"},
        {DE, "+", NUMBER_INVALID, "itself is to follow"},
        {US, "12125551234", NUMBER_OUTSIDE, "+12125551234"},
        {US, "6465551234", NUMBER_OUTSIDE, "+16465551234"},
        {US, "5551234", NUMBER_OUTSIDE, "+12125551234"},
        {US_NINE, "9175551234", NUMBER_OUTSIDE, "+19175551234"},
        {IT, "061234567", NUMBER_OUTSIDE, "+39061234567"},
        {IT, "3912345678", NUMBER_OUTSIDE, "+393912345678"},
        {IT, "393912345678", NUMBER_OUTSIDE, "+393912345678"},
        {DK, "12345678", NUMBER_OUTSIDE, "+4512345678"},
        {DK, "4512345678", NUMBER_OUTSIDE, "+4512345678"},
        {NONE, "+4930666", NUMBER_OUTSIDE, "+4930666"},
        {NONE, "030666", NUMBER_INVALID, "the site has no country"},
    };
    CHECK(number_of_received, NULL, rows);
}

static void received_called_numbers_find_the_extension(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {DE, "+4930555100", NUMBER_INTERNAL, "100"},
        {DE, "004930555100", NUMBER_INTERNAL, "100"},
        {DE, "4930555100", NUMBER_INTERNAL, "100"},
        {DE, "030555100", NUMBER_INTERNAL, "100"},
        {DE_LOCAL, "555100", NUMBER_INTERNAL, "100"},
        {DE, "100", NUMBER_INTERNAL, "100"},
        {DE, "+4930555", NUMBER_INTERNAL, "+4930555"},
        {DE, "+4930555999", NUMBER_INTERNAL, "+4930555999"},
        {DE, "+493033", NUMBER_INTERNAL, "+493033"},
        {DE, "+4930666", NUMBER_OUTSIDE, "+4930666"},
        {US, "2127771555", NUMBER_INTERNAL, "1555"},
    };
    CHECK(number_of_received, is_in_house, rows);
}

static void the_longest_number_fits(void **state)
{
    (void)state;
    char text[NUMBER_MAX + 2];
    struct number number;
    memset(text, '*', sizeof text);
    struct slice fits = {text, NUMBER_MAX};
    struct slice over = {text, NUMBER_MAX + 1};
    assert_int_equal(number_of_dialled(&plans[DE], fits, is_in_house, house, &number), NUMBER_CODE);
    assert_int_equal(strlen(number.digits), NUMBER_MAX);
    assert_int_equal(number_of_dialled(&plans[DE], over, is_in_house, house, &number),
                     NUMBER_INVALID);
    assert_string_equal(number.reason, "a number has at most 40 digits");
    assert_int_equal(NUMBER_MAX, 40);
    assert_int_equal(number_of_dialled(&plans[DE], SLICE_NONE, is_in_house, house, &number),
                     NUMBER_INVALID);
    assert_int_equal(number_of_received(&plans[DE], SLICE_NONE, NULL, NULL, &number),
                     NUMBER_ANONYMOUS);
    assert_int_equal(number_of_received(&plans[DE], SLICE("03\0"), NULL, NULL, &number),
                     NUMBER_INVALID);
}

static uint32_t random_state = 20240607;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

/* What holds of any result; reading it again gives it again. */
static void check_result(reader *read, const struct number_plan *plan,
                         number_is_internal *is_internal, const struct number *number)
{
    size_t len = strnlen(number->digits, sizeof number->digits);
    size_t e164_len = strnlen(number->e164, sizeof number->e164);
    assert_in_range(len, 0, NUMBER_MAX);
    assert_in_range(e164_len, 0, E164_DIGITS_MAX + 1);
    assert_int_equal(strspn(number->digits, "+0123456789*#"), len);
    assert_int_equal(strspn(number->e164, "+0123456789"), e164_len);
    assert_in_range(number->kind, 0, NUMBER_KIND_COUNT - 1);
    assert_int_equal(number->kind == NUMBER_INVALID, number->reason != NULL);
    assert_int_equal(number->kind == NUMBER_INVALID || number->kind == NUMBER_ANONYMOUS, len == 0);
    assert_int_equal(number->kind == NUMBER_OUTSIDE, e164_len > 0);
    if (len == 0)
        return;
    struct number again;
    read(plan, slice_of(number->digits), is_internal, house, &again);
    if (again.kind != number->kind || strcmp(again.digits, number->digits) != 0)
        fail_msg("%d '%s' becomes %d '%s'", (int)number->kind, number->digits, (int)again.kind,
                 again.digits);
}

static void any_bytes_keep_the_shape(void **state)
{
    (void)state;
    static const char likely[] = "0123456789001493055512125+*#-() ./";
    unsigned seen[NUMBER_KIND_COUNT] = {0};
    for (int round = 0; round < 200000; round++) {
        char text[80];
        size_t len = random_below(random_below(8) ? 18 : sizeof text);
        bool is_wild = random_below(8) == 0;
        for (size_t i = 0; i < len; i++)
            text[i] = is_wild && random_below(4) == 0 ? (char)random_below(256)
                                                      : likely[random_below(sizeof likely - 1)];
        struct number_plan plan = plans[random_below(PLAN_COUNT)];
        if (random_below(2) == 0) {
            size_t index = random_below((uint32_t)country_count());
            number_plan_of_country(country_at(index), &plan);
        }
        if (random_below(4) == 0)
            plan.outside_prefix[0] = (char)('0' + random_below(10));
        reader *read = random_below(2) ? number_of_dialled : number_of_received;
        number_is_internal *is_internal =
            read == number_of_dialled || random_below(2) ? is_in_house : NULL;
        struct number number;
        memset(&number, 0x5a, sizeof number);
        enum number_kind kind = read(&plan, (struct slice){text, len}, is_internal, house, &number);
        assert_int_equal(kind, number.kind);
        check_result(read, &plan, is_internal, &number);
        seen[kind]++;
    }
    for (int kind = 0; kind < NUMBER_KIND_COUNT; kind++)
        assert_true(seen[kind] > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dialled_punctuation_is_left_out),
        cmocka_unit_test(dialled_prefixes_become_e164),
        cmocka_unit_test(dialled_extensions_come_first),
        cmocka_unit_test(dialled_own_numbers_stay_inside),
        cmocka_unit_test(dialled_outside_prefix_and_area),
        cmocka_unit_test(received_callers_become_e164),
        cmocka_unit_test(received_called_numbers_find_the_extension),
        cmocka_unit_test(the_longest_number_fits),
        cmocka_unit_test(any_bytes_keep_the_shape),
    };
    return cmocka_run_group_tests(tests, begin, NULL);
}
