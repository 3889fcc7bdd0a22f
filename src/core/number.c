/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Reading in three steps: strip leaves [+0-9*#] of what was written; number_of_dialled and
 * number_of_received find by their rules which parts of E.164 the digits are; complete puts the
 * missing parts in front and sees whether the result is one of our own. number.h has the rules.
 *
 * No list of area codes and no lengths but the fixed ones: such lists are out of date within a
 * year, and the network knows better. The price is that digits without any prefix stay a guess,
 * and the guess here is the one that telephones of that country make. */
#include "core/number.h"

#define NATIONAL_BARE_MIN       6  /* shorter without any prefix is rather an extension */
#define E164_BARE_MIN           10 /* E.164 without '+': longer than any local number */
#define E164_BARE_MIN_NO_PREFIX 12 /* the same where national numbers have no prefix either */

static const char reason_character[] =
    "a number is written with digits, '+', '*', '#' and - ( ) . / or blanks between them";
static const char reason_empty[] = "a number has at least one digit";
static const char reason_long[] = "a number has at most 40 digits";
static const char reason_plus[] = "'+' stands only before a calling code, such as +49";
static const char reason_star[] =
    "'*' and '#' stand only in codes, which begin with one of them and are dialled inside";
static const char reason_nothing[] = "after '+' or a prefix the number itself is to follow";
static const char reason_zero[] =
    "after '+' or the international prefix comes a calling code, which does not begin with 0";
static const char reason_size[] =
    "an outside number has 5 to 15 digits, its calling code among them";
static const char reason_country[] =
    "the site has no country, so outside numbers are to be written with '+' and calling code";

/* What is left of what was written. */
struct stripped {
    char text[NUMBER_MAX + 1];
    size_t len;
};

struct reader {
    const struct number_plan *plan;
    number_is_internal *is_internal; /* may be NULL */
    const void *ctx;
    struct number *out;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_all_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

static struct slice after(struct slice text, size_t len)
{
    return (struct slice){text.ptr + len, text.len - len};
}

/* Unlike slice_starts_with false for no prefix. */
static bool begins_with(struct slice text, struct slice prefix)
{
    return prefix.len > 0 && slice_starts_with(text, prefix);
}

static enum number_kind invalid(const struct reader *r, const char *reason)
{
    r->out->kind = NUMBER_INVALID;
    r->out->reason = reason;
    return NUMBER_INVALID;
}

static enum number_kind found(const struct reader *r, enum number_kind kind, struct slice digits)
{
    r->out->kind = kind;
    memcpy(r->out->digits, digits.ptr, digits.len);
    return kind;
}

static bool is_known(const struct reader *r, struct slice digits)
{
    return r->is_internal && r->is_internal(r->ctx, digits);
}

/* Bytes of the separator with which text begins; 0: none. Beyond ASCII: the no-break space, and of
 * U+2000 to U+202F the blanks, hyphens and dashes, and the marks of direction that come along when
 * a number is copied from elsewhere. */
static size_t separator_length(struct slice text)
{
    const unsigned char *p = (const unsigned char *)text.ptr;
    if (p[0] != '\0' && strchr(" \t-()./", p[0]))
        return 1;
    if (text.len >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
        return 2;
    bool is_2000 = text.len >= 3 && p[0] == 0xe2 && p[1] == 0x80;
    if (is_2000 && ((p[2] >= 0x80 && p[2] <= 0x95) || (p[2] >= 0xaa && p[2] <= 0xaf)))
        return 3;
    return 0;
}

/* Bytes of "(0)" in "+49 (0)30", with which rest begins after +49 was read; 0: none. In a country
 * whose numbers keep their 0 it is to be dialled, and so is not left out. */
static size_t optional_prefix_length(const struct stripped *read, struct slice rest)
{
    if (read->len < 2 || read->text[0] != '+' || rest.ptr[0] != '(')
        return 0;
    struct slice code = {read->text + 1, read->len - 1};
    const struct country *country = country_of_calling_code(code);
    struct slice prefix = slice_of(country ? country->national_prefix : "");
    if (!begins_with(after(rest, 1), prefix))
        return 0;
    struct slice tail = after(rest, 1 + prefix.len);
    return tail.len > 0 && tail.ptr[0] == ')' ? prefix.len + 2 : 0;
}

/* NULL, or the reason why it is no number. Nothing at all may be left. */
static const char *strip(struct slice written, struct stripped *out)
{
    struct slice rest = slice_trim(written);
    if (rest.len >= 4 && slice_equal_nocase((struct slice){rest.ptr, 4}, SLICE("tel:")))
        rest = after(rest, 4);
    out->len = 0;
    while (rest.len > 0) {
        size_t skip = optional_prefix_length(out, rest);
        if (skip == 0)
            skip = separator_length(rest);
        if (skip > 0) {
            rest = after(rest, skip);
            continue;
        }
        char c = rest.ptr[0];
        if (c == '\0' || !strchr("+0123456789*#", c))
            return reason_character;
        if (out->len == NUMBER_MAX)
            return reason_long;
        out->text[out->len++] = c;
        rest = after(rest, 1);
    }
    out->text[out->len] = '\0';
    return NULL;
}

bool number_strip(struct slice written, char out[NUMBER_MAX + 1])
{
    struct stripped read;
    if (strip(written, &read))
        return false;
    memcpy(out, read.text, read.len + 1);
    return true;
}

/* Where a number goes that has its E.164 form now. */
static enum number_kind place(const struct reader *r, struct slice e164)
{
    if (is_known(r, e164))
        return found(r, NUMBER_INTERNAL, e164);
    struct slice main_number = slice_of(r->plan->main_number);
    if (r->is_internal && begins_with(e164, main_number)) {
        struct slice extension = after(e164, main_number.len);
        bool has_extension = extension.len > 0 && is_known(r, extension);
        return found(r, NUMBER_INTERNAL, has_extension ? extension : e164);
    }
    memcpy(r->out->e164, e164.ptr, e164.len);
    return found(r, NUMBER_OUTSIDE, e164);
}

/* Calling code (empty: rest has it), area code (or empty) and the rest, made one. */
static enum number_kind complete(const struct reader *r, const char *calling_code,
                                 const char *area_code, struct slice rest)
{
    if (rest.len == 0)
        return invalid(r, reason_nothing);
    if (!is_all_digits(rest))
        return invalid(r, memchr(rest.ptr, '+', rest.len) ? reason_plus : reason_star);
    char e164[E164_DIGITS_MAX + 2] = "+";
    const struct slice parts[] = {slice_of(calling_code), slice_of(area_code), rest};
    size_t len = 1;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (len + parts[i].len > E164_DIGITS_MAX + 1)
            return invalid(r, reason_size);
        memcpy(e164 + len, parts[i].ptr, parts[i].len);
        len += parts[i].len;
    }
    if (e164[1] == '0')
        return invalid(r, reason_zero);
    if (len < E164_DIGITS_MIN + 1)
        return invalid(r, reason_size);
    return place(r, (struct slice){e164, len});
}

static enum number_kind complete_national(const struct reader *r, struct slice rest)
{
    if (r->plan->calling_code[0] == '\0')
        return invalid(r, reason_country);
    return complete(r, r->plan->calling_code, "", rest);
}

static bool is_local_length(const struct number_plan *plan, size_t len)
{
    return plan->national_digits == 0 || strlen(plan->area_code) + len == plan->national_digits;
}

static enum number_kind complete_local(const struct reader *r, struct slice rest)
{
    if (r->plan->calling_code[0] == '\0')
        return invalid(r, reason_country);
    bool has_area = is_local_length(r->plan, rest.len);
    return complete(r, r->plan->calling_code, has_area ? r->plan->area_code : "", rest);
}

static bool begins_national(const struct number_plan *plan, struct slice digits)
{
    struct slice prefix = slice_of(plan->national_prefix);
    if (!begins_with(digits, prefix))
        return false;
    return plan->national_prefix[0] == '0' || plan->national_digits == 0 ||
           digits.len - prefix.len == plan->national_digits;
}

/* What says by itself that it is outside: '+', a prefix or its length. */
static bool read_full(const struct reader *r, struct slice digits)
{
    const struct number_plan *plan = r->plan;
    struct slice international = slice_of(plan->international_prefix);
    if (digits.len > 0 && digits.ptr[0] == '+')
        complete(r, "", "", after(digits, 1));
    else if (begins_with(digits, international))
        complete(r, "", "", after(digits, international.len));
    else if (begins_national(plan, digits))
        complete_national(r, after(digits, strlen(plan->national_prefix)));
    else if (plan->national_digits > 0 && digits.len == plan->national_digits)
        complete_national(r, digits);
    else
        return false;
    return true;
}

static bool looks_local(const struct number_plan *plan, struct slice digits)
{
    if (plan->calling_code[0] == '\0')
        return false;
    if (plan->area_code[0] != '\0')
        return is_local_length(plan, digits.len);
    return plan->national_prefix[0] == '\0' && plan->national_digits == 0 &&
           digits.len >= NATIONAL_BARE_MIN;
}

static enum number_kind read_dialled(const struct reader *r, struct slice digits)
{
    const struct number_plan *plan = r->plan;
    if (digits.ptr[0] == '*' || digits.ptr[0] == '#') {
        if (memchr(digits.ptr, '+', digits.len))
            return invalid(r, reason_plus);
        return found(r, NUMBER_CODE, digits);
    }
    struct slice outside = slice_of(plan->outside_prefix);
    bool is_outside = begins_with(digits, outside);
    struct slice rest = is_outside ? after(digits, outside.len) : digits;
    bool may_be_outside = is_outside || outside.len == 0 || rest.ptr[0] == '+';
    if (may_be_outside && read_full(r, rest))
        return r->out->kind;
    if (is_outside || (may_be_outside && looks_local(plan, rest)))
        return complete_local(r, rest);
    if (!is_all_digits(digits))
        return invalid(r, memchr(digits.ptr, '+', digits.len) ? reason_plus : reason_star);
    return found(r, NUMBER_INTERNAL, digits);
}

/* E.164 of the own country that lacks only its '+'. */
static bool lacks_plus(const struct number_plan *plan, struct slice digits)
{
    struct slice code = slice_of(plan->calling_code);
    if (!begins_with(digits, code))
        return false;
    if (plan->national_digits > 0)
        return digits.len == code.len + plan->national_digits;
    return digits.len >= (plan->national_prefix[0] ? E164_BARE_MIN : E164_BARE_MIN_NO_PREFIX);
}

static enum number_kind read_received(const struct reader *r, struct slice digits)
{
    if (read_full(r, digits))
        return r->out->kind;
    if (lacks_plus(r->plan, digits))
        return complete(r, "", "", digits);
    return complete_local(r, digits);
}

static bool is_anonymous_word(struct slice written)
{
    static const char *const words[] = {"anonymous", "unavailable", "restricted",
                                        "private",   "unknown",     "withheld"};
    struct slice word = slice_trim(written);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (slice_equal_nocase(word, slice_of(words[i])))
            return true;
    return false;
}

enum number_kind number_of_dialled(const struct number_plan *plan, struct slice written,
                                   number_is_internal *is_internal, const void *ctx,
                                   struct number *out)
{
    *out = (struct number){NUMBER_INVALID, "", "", NULL};
    const struct reader r = {plan, is_internal, ctx, out};
    struct stripped left;
    const char *reason = strip(written, &left);
    if (!reason && left.len == 0)
        reason = reason_empty;
    if (reason)
        return invalid(&r, reason);
    struct slice digits = {left.text, left.len};
    if (is_known(&r, digits))
        return found(&r, NUMBER_INTERNAL, digits);
    return read_dialled(&r, digits);
}

enum number_kind number_of_received(const struct number_plan *plan, struct slice written,
                                    number_is_internal *is_internal, const void *ctx,
                                    struct number *out)
{
    *out = (struct number){NUMBER_ANONYMOUS, "", "", NULL};
    const struct reader r = {plan, is_internal, ctx, out};
    if (is_anonymous_word(written))
        return NUMBER_ANONYMOUS;
    struct stripped left;
    const char *reason = strip(written, &left);
    if (reason)
        return invalid(&r, reason);
    if (left.len == 0)
        return NUMBER_ANONYMOUS;
    struct slice digits = {left.text, left.len};
    if (is_known(&r, digits))
        return found(&r, NUMBER_INTERNAL, digits);
    return read_received(&r, digits);
}
