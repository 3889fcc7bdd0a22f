/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What belongs to media and functions that are not ours. A desktop asks for all that it knows, and
 * must be told that there is none of it: a 404 would stop it. */
#include "api/api_int.h"

/* Named as the address ends. */
void v2_empty_get(const struct request *request)
{
    struct slice name = request->x->path;
    while (name.len > 0 && name.ptr[name.len - 1] == '/')
        name.len--;
    size_t begin = name.len;
    while (begin > 0 && name.ptr[begin - 1] != '/')
        begin--;
    api_answer_empty(request, (struct slice){name.ptr + begin, name.len - begin});
}
