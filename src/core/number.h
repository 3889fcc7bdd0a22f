/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What a number means that somebody dialled or that came in: an extension, an outside number, a
 * code, or nobody's. All numbers pass here, so that the same number has one form wherever it is
 * looked up, shown or placed. The outside form is that of ITU-T E.164: '+', calling code, national
 * number, 5 to 15 digits in all. Prefixes are as in ITU-T E.123 and the list of dialling
 * procedures (annex to ITU Operational Bulletin 994).
 *
 * Pure functions: no state, no allocation, no locale; the same plan and text give the same number.
 * Emergency numbers are not known here: emergency.c is asked before. */
#ifndef CORE_NUMBER_H
#define CORE_NUMBER_H

#include "core/view.h"

#define E164_DIGITS_MIN 5  /* below is no number that could be called from abroad */
#define E164_DIGITS_MAX 15 /* E.164, 6.1; without the '+' */

/* A country as seen from its telephones. All texts are static, digits but for code and name, and
 * never NULL; "" where the country has none. */
struct country {
    const char *code; /* ISO 3166-1 alpha-2, upper case; and AC, TA, XK, used beside it */
    const char *name; /* English, UTF-8 */
    const char *calling_code;
    const char *international_prefix; /* before a calling code; the plain one where carriers have
                                         their own */
    const char *national_prefix;      /* before an area code; not part of the E.164 number */
    const char *area_code;            /* where the whole country is one area of a calling code */
    unsigned national_digits;         /* of every number after the calling code; 0: they differ */
};

/* By its two letters in either case; NULL when there is none. */
const struct country *country_find(struct slice code);
/* Of those that share the code the first in the table; NULL when it is nobody's. */
const struct country *country_of_calling_code(struct slice calling_code);
/* The index-th in order of code; index < country_count(). */
const struct country *country_at(size_t index);
size_t country_count(void);

/* How a site dials. Plain values, NUL-terminated; all zero is a site of which nothing is known:
 * there only '+' is outside. number_plan_check says whether one can be used: the readers below take
 * it that it can. */
struct number_plan {
    char calling_code[4];         /* "49" */
    char international_prefix[8]; /* "00", "011" */
    char national_prefix[8];      /* "0", "1"; Italy has none: its numbers keep their 0 */
    char area_code[8];            /* what a number without national prefix gets; empty: nothing */
    char outside_prefix[8];       /* what a user dials to get outside, such as "0" or "9". Empty:
                                     nothing, outside is what looks so */
    char main_number[E164_DIGITS_MAX + 2]; /* "+4930555": this and all that begins with it is the
                                              site's own */
    unsigned national_digits;              /* as in struct country */
};

/* The country's part of a plan; the site's own part (outside prefix, main number) is empty. */
void number_plan_of_country(const struct country *country, struct number_plan *out);
/* NULL when the plan can be used, else a static text that names the field and what it may be. */
const char *number_plan_check(const struct number_plan *plan);

enum number_kind {
    NUMBER_INVALID,
    NUMBER_INTERNAL,                     /* stays in the house, though nobody may have it */
    NUMBER_OUTSIDE,                      /* goes out, or came from there */
    NUMBER_CODE,                         /* begins with '*' or '#' */
    NUMBER_ANONYMOUS,                    /* received only: the caller did not say */
    NUMBER_KIND_COUNT,                   /* of those that are read here */
    NUMBER_EMERGENCY = NUMBER_KIND_COUNT /* found in emergency.c; digits as configured */
};

/* A number that was read. Digits are of [+0-9*#], and reading them again in the same way gives the
 * same number. */
struct number {
    enum number_kind kind;
    char digits[NUMBER_MAX + 1];    /* internal: what to look up, the extension for main number and
                                       extension. Outside: E.164 with '+'. Code: as dialled. Else "" */
    char e164[E164_DIGITS_MAX + 2]; /* outside: = digits; else "" */
    const char *reason;             /* invalid: static, what would be right. Else NULL */
};

/* Whether a device or queue has exactly this number, of [+0-9*#]; borrowed for the call. */
typedef bool number_is_internal(const void *ctx, struct slice number);

/* What the two readers below begin with: what was written without "tel:" and what stands between
 * digits. false: it holds anything but [+0-9*#] besides, or is too long; out is not written. */
bool number_strip(struct slice written, char out[NUMBER_MAX + 1]);

/* Reads what a user dialled, UTF-8 or any bytes. Left out are "tel:" at the begin, blanks and tabs,
 * - ( ) . / with their Unicode kin, and a national prefix in parentheses, "+49 (0)30". The first
 * rule that holds decides:
 *   1. what is_internal knows is internal
 *   2. '*' or '#' begins a code
 *   3. '+' begins E.164, with or without the outside prefix
 *   4. with an outside prefix in the plan, what begins with it is outside without it, and all else
 *      is internal, known or not. So a number copied from a page needs its '+'
 *   5. international prefix; 6. national prefix; 7. as many digits as all national numbers have
 *   8. after the outside prefix, or with an area code in the plan, what is left is local. In a
 *      country without national prefix 6 digits and more are national
 *   9. all else is internal, known or not
 * A national prefix that does not begin with 0 counts only before as many digits as all national
 * numbers have, for extensions may begin so too.
 * What is outside by this and yet known to is_internal in its E.164 form, or the site's own by its
 * main number, is internal: as the extension after the main number when that is known, else in its
 * E.164 form. Returns the kind; all of *out is written. */
enum number_kind number_of_dialled(const struct number_plan *plan, struct slice written,
                                   number_is_internal *is_internal, const void *ctx,
                                   struct number *out);

/* Reads what came from outside. Called numbers: with is_internal, the site's own become internal as
 * above. Callers: is_internal NULL, then nobody who calls in seems to be internal. Empty text and
 * anonymous, unavailable, restricted, private, unknown, withheld (in any case) are anonymous. There
 * are no codes and no outside prefix. Without any prefix it is
 *   - national with as many digits as all national numbers have
 *   - E.164 without its '+' when it begins with the plan's calling code and is as long as that with
 *     a national number; where these differ in length, has 10 digits or more (12 in a country
 *     without national prefix, where such are national)
 *   - else local. */
enum number_kind number_of_received(const struct number_plan *plan, struct slice written,
                                    number_is_internal *is_internal, const void *ctx,
                                    struct number *out);

/* For people to read: a blank after the calling code of an E.164 number, "+49 305551234"; anything
 * else as it is, cut at NUMBER_MAX. NUL-terminated. */
void number_format(struct slice number, char out[NUMBER_MAX + 2]);

#endif
