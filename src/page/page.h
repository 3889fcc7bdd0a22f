/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The page for agents and supervisors: what desktop/ is built to, as part of the program. Nothing
 * is read from the disk, so program and page are always of one build. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "base/exchange.h"

struct page {
    /* Patterns of origin_matches, borrowed: pages of these may have ours in a frame. */
    const char *const *origins;
    size_t origin_count;
};

/* NULL: the page is part of this build. Else why not, in words. */
const char *page_absence(void);
/* Answers, when the path is one of the page's; false: x was not touched. "/" is index.html.
 * Compressed for who takes gzip, 304 for who has it already. */
bool page_handle(const struct page *page, struct exchange *x);

#endif
