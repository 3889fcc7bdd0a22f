/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What tools/build-page.py makes of desktop/. */
#ifndef PAGE_PAGE_INT_H
#define PAGE_PAGE_INT_H

#include "page/page.h"

struct page_file {
    const char *path;
    const char *content_type;
    char etag[24]; /* of the plain bytes, with its quotes; sent as weak, as both forms have it */
    bool is_immutable;   /* its name has a hash of its content */
    size_t plain_bytes;  /* when it is not compressed */
    const uint8_t *gzip; /* the file, compressed */
    size_t gzip_bytes;
};

extern const struct page_file page_files[];
extern const size_t page_file_count;
extern const char page_why_absent[]; /* empty: it is there */

#endif
