/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* GET /me/recordings, /recordings, each with /{id} and /{id}/audio: who talked in a call while
 * it was recorded may listen to it, and supervisors and administrators to all (platform
 * reference 7.8 for the form of a recording; the rest is our addition). To anybody else a recording
 * is not there. The sound goes out as the file it is, or a range of it. */
#include "api/api_int.h"

#include "base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOT_THERE SLICE("there is no such recording")

struct recording_request {
    struct request request;
    struct fields fields;
    char range[64]; /* the header; empty: none */
};

static struct recording_request *hold(const struct request *request)
{
    struct recording_request *r = mem_zalloc(sizeof *r);
    struct slice range = request->x->verbs->header(request->x, "range");
    r->request = *request;
    api_fields_read(request->x, "fields", &r->fields);
    /* A condition on what we never said of the file (RFC 9110 section 13.1.5) is not met. */
    if (request->x->verbs->header(request->x, "if-range").len > 0)
        range = SLICE("");
    if (range.len < sizeof r->range && range.len > 0)
        memcpy(r->range, range.ptr, range.len);
    return r;
}

/* --- the index --- */

static const struct api_listing recordings = {
    .key = "recordings",
    .is_of_recordings = true,
    .render = api_render_recording,
    .for_whom = "all recordings are for supervisors and administrators",
};

void v2_my_recordings_get(const struct request *request)
{
    api_search_own(request, &recordings);
}

void v2_recordings_get(const struct request *request)
{
    api_search_all(request, &recordings);
}

/* --- one --- */

static void ask_one(const struct request *request, bool wants_file,
                    void (*found)(void *ctx, const struct store_recording *recording))
{
    struct slice user = api_is_overseer(request) ? SLICE("") : request->x->user;
    if (request->api->options.store)
        store_recording(request->api->options.store, request->id, user, wants_file, found,
                        hold(request));
    else
        api_refuse(request->x, ERR_NOT_FOUND, NOT_THERE);
}

static void is_found(void *ctx, const struct store_recording *recording)
{
    struct recording_request *r = ctx;
    struct buf body = {0};
    if (recording->err) {
        api_refuse(r->request.x, recording->err,
                   recording->err == ERR_NOT_FOUND ? NOT_THERE : SLICE_NONE);
    } else {
        struct json_writer w = json_begin_object(&body);
        json_i64(&w, "statusCode", 0);
        json_key(&w, "recording");
        api_render_recording(r->request.api->root, recording->call, &r->fields, &body);
        json_end_object(&w);
        api_answer(r->request.x, &body, NULL);
    }
    buf_free(&body);
    mem_free(r);
}

void v2_recording_get(const struct request *request)
{
    ask_one(request, false, is_found);
}

/* --- its sound --- */

enum range { RANGE_NONE, RANGE_GIVEN, RANGE_OUTSIDE };

/* One range of bytes (RFC 9110 section 14.1.2). Several, and what is none, are answered by the
 * whole.
 */
static enum range read_range(struct slice text, uint64_t size, uint64_t *from, uint64_t *bytes)
{
    struct slice last, unit = slice_split(text, '=', &last);
    struct slice first = last.ptr ? slice_split(last, '-', &last) : SLICE_NONE;
    unsigned long long a = 0, b = UINT64_MAX;
    if (!slice_is(unit, "bytes") || !last.ptr)
        return RANGE_NONE;
    bool has_first = slice_to_u64(first, UINT64_MAX, &a);
    bool has_last = slice_to_u64(last, UINT64_MAX, &b);
    if ((first.len > 0 && !has_first) || (last.len > 0 && !has_last) || (!has_first && !has_last))
        return RANGE_NONE;
    if (!has_first) { /* so many at the end */
        if (b == 0 || size == 0)
            return RANGE_OUTSIDE;
        a = b < size ? size - b : 0;
        b = UINT64_MAX;
    } else if (has_last && b < a) {
        return RANGE_NONE;
    }
    if (a >= size)
        return RANGE_OUTSIDE;
    *from = a;
    *bytes = (b < size ? b + 1 : size) - a;
    return RANGE_GIVEN;
}

static void refuse_range(const struct recording_request *r, uint64_t size)
{
    char header[64];
    struct buf body = {0};
    exchange_refusal_write(&body, ERR_RANGE, SLICE("the range is outside of the recording"));
    snprintf(header, sizeof header, "Content-Range: bytes */%" PRIu64 "\r\n", size);
    struct exchange_answer answer = {.status = 416,
                                     .content_type = API_JSON,
                                     .headers = slice_of(header),
                                     .body = buf_view(&body)};
    r->request.x->verbs->answer(r->request.x, &answer);
    buf_free(&body);
}

static void send_file(const struct recording_request *r, struct slice id, int fd, uint64_t size)
{
    struct exchange_file file = {.fd = fd, .bytes = size};
    enum range range = read_range(slice_of(r->range), size, &file.from, &file.bytes);
    struct buf headers = {0};
    if (range == RANGE_OUTSIDE) {
        close(fd);
        refuse_range(r, size);
        return;
    }
    buf_printf(&headers,
               "Accept-Ranges: bytes\r\nCache-Control: private\r\n"
               "Content-Disposition: attachment; filename=\"%.*s.wav\"\r\n",
               (int)id.len, id.ptr);
    if (range == RANGE_GIVEN)
        buf_printf(&headers, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64 "\r\n",
                   file.from, file.from + file.bytes - 1, size);
    struct exchange_answer answer = {.status = range == RANGE_GIVEN ? 206 : 200,
                                     .content_type = "audio/wav",
                                     .headers = buf_view(&headers),
                                     .file = &file};
    r->request.x->verbs->answer(r->request.x, &answer);
    buf_free(&headers);
}

static void is_open(void *ctx, const struct store_recording *recording)
{
    struct recording_request *r = ctx;
    struct stat stat_of;
    if (recording->err) {
        api_refuse(r->request.x, recording->err,
                   recording->err == ERR_NOT_FOUND ? NOT_THERE : SLICE_NONE);
    } else if (fstat(recording->fd, &stat_of) != 0) {
        close(recording->fd);
        api_refuse(r->request.x, ERR_IO, SLICE_NONE);
    } else {
        send_file(r, recording->call->call.id, recording->fd, (uint64_t)stat_of.st_size);
    }
    mem_free(r);
}

void v2_recording_audio_get(const struct request *request)
{
    ask_one(request, true, is_open);
}
