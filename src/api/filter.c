/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Filters on collections: ?attribute=value, exact and all of them (platform reference 1.4). A
 * parameter that is no attribute of what is listed is none: clients add numbers against caches and
 * names that other servers know. */
#include "api/api_int.h"

void api_filters_read(const struct exchange *x, const char *const *attributes, struct filters *out)
{
    *out = (struct filters){0};
    for (size_t i = 0; attributes[i]; i++) {
        struct slice value = api_parameter(x, attributes[i]);
        if (value.ptr && out->count < FILTERS_MAX) {
            out->attributes[out->count] = attributes[i];
            out->values[out->count++] = value;
        }
    }
}

bool api_filters_pass(const struct filters *filters, const void *item,
                      struct slice (*attribute)(const void *item, const char *name))
{
    for (size_t i = 0; i < filters->count; i++)
        if (!slice_equal(attribute(item, filters->attributes[i]), filters->values[i]))
            return false;
    return true;
}
