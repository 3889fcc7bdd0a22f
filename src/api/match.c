/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Names are searched without regard to case. The letters of Latin, Greek and Cyrillic alphabets
 * that names in the configuration are likely to have are folded by their places in Unicode, which
 * keeps the length of each; no locale has a word in it. Other letters are compared as they are. */
#include "api/api_int.h"

/* Of the two-byte letters; below U+0800. */
static unsigned fold_letter(unsigned c)
{
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) ||
        (c >= 0x410 && c <= 0x42f))
        return c + 0x20;
    if (c >= 0x400 && c <= 0x40f)
        return c + 0x50;
    /* Latin Extended-A: capital and small letters take turns, with two breaks in the rhythm. */
    bool is_even_capital = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177);
    bool is_odd_capital = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    if ((is_even_capital && c % 2 == 0) || (is_odd_capital && c % 2 == 1))
        return c + 1;
    return c == 0x178 ? 0xff : c;
}

void text_fold(struct slice text, char *out)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0xc3 && c <= 0xdf && i + 1 < text.len) {
            unsigned letter =
                fold_letter((c & 0x1fu) << 6 | ((unsigned char)text.ptr[i + 1] & 0x3fu));
            out[i++] = (char)(0xc0 | letter >> 6);
            out[i] = (char)(0x80 | (letter & 0x3f));
        } else {
            out[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
        }
    }
}

/* Goes back to the last '*' only: what an earlier one could take more of, the last one can too. */
bool text_matches(struct slice text, struct slice pattern)
{
    size_t t = 0;
    size_t p = 0;
    size_t star = pattern.len; /* of the last '*', or none */
    size_t taken = 0;          /* where in the text it ended to stand for */
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++;
            t++;
        } else if (star < pattern.len) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}
