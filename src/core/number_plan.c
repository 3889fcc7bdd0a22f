/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What surrounds the reading of numbers: the plan of a site, and numbers as people read them. */
#include "core/number.h"

static bool is_digits(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    return len < size && strspn(text, "0123456789") == len;
}

static void copy(char *out, size_t size, const char *text)
{
    size_t len = strnlen(text, size - 1);
    memcpy(out, text, len);
    memset(out + len, 0, size - len);
}

void number_plan_of_country(const struct country *country, struct number_plan *out)
{
    *out = (struct number_plan){.national_digits = country->national_digits};
    copy(out->calling_code, sizeof out->calling_code, country->calling_code);
    copy(out->international_prefix, sizeof out->international_prefix,
         country->international_prefix);
    copy(out->national_prefix, sizeof out->national_prefix, country->national_prefix);
    copy(out->area_code, sizeof out->area_code, country->area_code);
}

const char *number_plan_check(const struct number_plan *plan)
{
    const char *main_number = plan->main_number;
    if (!is_digits(plan->calling_code, sizeof plan->calling_code) || plan->calling_code[0] == '0')
        return "calling_code is 1 to 3 digits that do not begin with 0, or empty";
    if (!is_digits(plan->international_prefix, sizeof plan->international_prefix))
        return "international_prefix is at most 7 digits";
    if (!is_digits(plan->national_prefix, sizeof plan->national_prefix))
        return "national_prefix is at most 7 digits";
    if (!is_digits(plan->area_code, sizeof plan->area_code))
        return "area_code is at most 7 digits";
    if (!is_digits(plan->outside_prefix, sizeof plan->outside_prefix))
        return "outside_prefix is at most 7 digits";
    if (plan->national_digits > E164_DIGITS_MAX)
        return "national_digits is at most 15";
    if (main_number[0] != '\0' && (main_number[0] != '+' || main_number[1] == '0' ||
                                   !is_digits(main_number + 1, sizeof plan->main_number - 1) ||
                                   strlen(main_number + 1) < E164_DIGITS_MIN))
        return "main_number is '+' and 5 to 15 digits that do not begin with 0, or empty";
    return NULL;
}

/* The length of a calling code follows from its first two digits (E.164, annex; zones 1 and 7 are
 * one code each), so codes that are yet to be given are split rightly too. */
static size_t calling_code_length(struct slice digits)
{
    static const char two_digits[] = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 "
                                     "53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 "
                                     "93 94 95 98 ";
    if (digits.len == 0 || digits.ptr[0] == '1' || digits.ptr[0] == '7')
        return 1;
    for (const char *code = two_digits; *code; code += 3)
        if (slice_starts_with(digits, (struct slice){code, 2}))
            return 2;
    return 3;
}

void number_format(struct slice number, char out[NUMBER_MAX + 2])
{
    size_t len = number.len < NUMBER_MAX ? number.len : NUMBER_MAX;
    size_t head = 0; /* before the blank; 0: no blank */
    if (len > 0 && number.ptr[0] == '+')
        head = 1 + calling_code_length((struct slice){number.ptr + 1, len - 1});
    memset(out, 0, NUMBER_MAX + 2);
    if (head > 0 && head < len) {
        memcpy(out, number.ptr, head);
        out[head] = ' ';
        memcpy(out + head + 1, number.ptr + head, len - head);
    } else if (len > 0) {
        memcpy(out, number.ptr, len);
    }
}
