/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Private to the api room: what its resources share. */
#ifndef API_API_INT_H
#define API_API_INT_H

#include "api/api.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/list.h"
#include "base/map.h"
#include "base/metrics.h"
#include "engine/ticket.h"
#include "store/store.h"

#define API_JSON "application/json;charset=UTF-8"

struct directory;

/* Who waits for a change of the floor. */
struct floor_waits {
    struct list all;
    uint64_t version; /* the newest that is known to be released */
    uint64_t next_ms; /* when somebody's time has come, or earlier */
    uint64_t owed_us; /* when what the answers so far cost is paid for */
    unsigned asked;   /* of those that wait: for how many the core is asked now */
    bool has_put_off; /* somebody's time has come, but not the thread's */
    bool is_draining;
};

struct api {
    struct api_options options;
    struct directory *directory;
    char *root; /* public_url and "/api/v2" */
    struct floor_waits floor;
    struct metric *accepted[OP_COUNT];
    struct metric *refused[OP_COUNT];
};

/* One request on its way to its resource's file. */
struct request {
    struct api *api;
    struct exchange *x;
    struct slice id; /* what stood for "*" in the route; borrowed from the exchange */
    void *detail;    /* the resource's own, while it renders */
};

/* --- api.c --- */

/* 200 and the body. answer may be NULL: else its time and sequence number go into headers. */
void api_answer(struct exchange *x, const struct buf *body, const struct answer *answer);
/* As much of what a client sent as a message repeats to it; whole characters. */
struct slice api_shown(struct slice text);
/* 200 {"statusCode":0} */
void api_answer_ok(struct exchange *x);

/* --- pending.c: requests that wait for the engine --- */

/* answered is called with the engine's reply; it answers the exchange. detail is the caller's, in
 * the exchange's arena. Engine refusals at the door are answered at once. */
void api_ask(const struct request *request, const struct query *query,
             void (*answered)(const struct request *request, struct reply *reply, void *detail),
             void *detail);
void api_do(const struct request *request, const struct command *command,
            void (*answered)(const struct request *request, struct reply *reply, void *detail),
            void *detail);
/* The usual end of an operation: {"statusCode":0}, or the refusal. */
void api_answer_done(const struct request *request, struct reply *reply, void *detail);

/* --- directory.c: what the configuration says of users, queues and contacts --- */

enum contact_type { CONTACT_USER, CONTACT_QUEUE, CONTACT_CUSTOM };

/* What contacts are sorted by. */
enum contact_order {
    BY_NAME,
    BY_USER_NAME,
    BY_FIRST_NAME,
    BY_LAST_NAME,
    BY_NUMBER,
    CONTACT_ORDER_COUNT
};

struct contact {
    enum contact_type type;
    unsigned roles;         /* user */
    enum api_compat compat; /* user */
    char id[37];            /* user: his own. Others: of the contact */
    char guid[37];          /* queue: its own */
    struct slice name;      /* shown; a user's is made of his names */
    struct slice user_name; /* user; and so on: absent for others */
    struct slice first_name;
    struct slice last_name;
    struct slice email;
    struct slice employee_id;
    const struct slice *numbers;
    const struct slice *digits; /* of each number: by them it is found */
    size_t number_count;
    struct slice folded[CONTACT_ORDER_COUNT]; /* for searching and sorting */
};

struct directory {
    unsigned refs; /* web thread only */
    struct arena arena;
    enum api_compat compat;
    const char *country;      /* NULL: not told */
    struct contact *contacts; /* users, queues, others, each as configured */
    size_t contact_count;
    size_t user_count;
    size_t queue_count;
    const struct contact **sorted[CONTACT_ORDER_COUNT];
    struct map by_id;
    struct map by_user_name;
    struct api_disposition *dispositions;
    size_t disposition_count;
};

struct directory *directory_create(const struct api_directory *from);
/* Who waits for the engine with contacts in hand keeps what they are in. */
struct directory *directory_ref(struct directory *directory);
void directory_unref(struct directory *directory);
/* NULL when there is none. */
const struct contact *directory_user(const struct directory *directory, struct slice name);
const struct contact *directory_contact(const struct directory *directory, struct slice id);
/* enum user_role; an agent where nobody knows better. */
unsigned directory_roles(const struct directory *directory, struct slice user);
/* The dialect of that user's answers and events. */
enum api_compat api_compat_of(const struct api *api, struct slice user);

/* --- match.c: texts as people search them --- */

/* Small letters, of Latin, Greek and Cyrillic; as many bytes as before. */
void text_fold(struct slice text, char *out);
/* '*' in the pattern stands for any bytes, also none. */
bool text_matches(struct slice text, struct slice pattern);

/* --- fields.c: ?fields= and ?subresources= --- */

#define FIELDS_MAX 32

struct fields {
    bool is_given; /* the parameter is there */
    bool is_all;   /* "*" */
    size_t count;
    struct slice names[FIELDS_MAX];
};

void api_fields_read(const struct exchange *x, const char *parameter, struct fields *out);
/* The first value of that parameter, decoded, in the arena; absent when it is not there. */
struct slice api_parameter(const struct exchange *x, const char *name);
/* Whether that attribute is wanted; fields may be NULL or not given: all are. */
bool api_fields_has(const struct fields *fields, const char *name);

/* --- filter.c --- */

#define FILTERS_MAX 8

struct filters {
    size_t count;
    const char *attributes[FILTERS_MAX];
    struct slice values[FILTERS_MAX];
};

/* attributes ends with NULL. */
void api_filters_read(const struct exchange *x, const char *const *attributes, struct filters *out);
bool api_filters_pass(const struct filters *filters, const void *item,
                      struct slice (*attribute)(const void *item, const char *name));

/* --- collection.c: the envelopes of reads --- */

struct collection {
    const char *name; /* the key of its objects */
    const void *ctx;  /* for item */
    size_t count;
    const void *(*item)(const void *ctx, size_t i); /* NULL: not to be listed */
    void (*uri)(const struct request *request, const void *item, struct buf *out); /* NULL: none */
    void (*render)(const struct request *request, const void *item, const struct fields *fields,
                   struct buf *out);
    bool is_always_objects;        /* also without fields */
    const char *const *attributes; /* to filter by; ends with NULL. NULL: not here */
    struct slice (*attribute)(const void *item, const char *name);
    const size_t *total_count; /* NULL: not told */
};

/* answer may be NULL, as for api_answer. */
void api_answer_collection(const struct request *request, const struct collection *collection,
                           const struct answer *answer);
void api_answer_empty(const struct request *request, struct slice name);
/* {"statusCode":0,"<name>":{...}} */
void api_answer_one(const struct request *request, const char *name, const void *item,
                    void (*render)(const struct request *request, const void *item,
                                   const struct fields *fields, struct buf *out),
                    const struct answer *answer);

/* --- page.c --- */

#define PAGE_MAX 1000

struct page {
    size_t limit;
    size_t offset;
    bool is_sorted; /* else as configured */
    bool is_descending;
    enum contact_order by;
    const struct contact **items;
    size_t count;
    size_t total; /* of all pages */
};

/* limit and offset only. */
enum err page_read_bounds(const struct exchange *x, struct page *out, struct slice *reason);
enum err page_read(const struct exchange *x, struct page *out, struct slice *reason);
void page_fill(struct page *page, const struct directory *directory, struct arena *arena,
               bool (*is_wanted)(const struct contact *contact, const void *ctx), const void *ctx);
/* For the presence of the page's users. */
struct query page_presence(const struct request *request, const struct page *page);

/* --- params.c --- */

/* Reads the body of an operation on target. On failure *reason (in the exchange's arena) names the
 * field. *body is the whole object, for who needs more than the table knows. */
enum err api_command_read(const struct request *request, enum op_target target, struct command *out,
                          const struct json **body, struct slice *reason);
/* Why that name is refused, with the names that are not. */
struct slice api_unknown_operation(struct arena *arena, struct slice name, enum op_target target);

/* --- operate.c: operations from request to answer --- */

void api_operate(const struct request *request, enum op_target target);
/* The same for a command that was read already. */
void api_operate_with(const struct request *request, const struct command *command);

/* --- render_call.c, render_device.c: one object each, as a value --- */

void api_render_call(const struct api *api, enum api_compat compat, const struct call_view *view,
                     const struct fields *fields, struct buf *out);
void api_render_calls(const struct api *api, enum api_compat compat, const struct answer *answer,
                      const struct fields *fields, struct buf *out);
void api_render_device(const struct api *api, enum api_compat compat,
                       const struct device_view *device, const struct fields *fields,
                       struct buf *out);
const char *api_state_text(const struct state_card *state);
const char *api_work_mode_text(const struct state_card *state); /* NULL: none */
void api_render_user_state(const struct state_card *state, struct buf *out);
/* {"channel":"voice","userState":{...},"userStateSince":...} */
/* A time of 0 is not told. */
struct channel {
    const struct state_card *state; /* NULL: logged out */
    uint64_t since_ms;
};
void api_render_channel(const struct channel *voice, const struct fields *fields, struct buf *out);
/* All of them: the one. */
void api_render_channels(const struct channel *voice, const struct fields *fields, struct buf *out);
/* That one has no such channel. */
struct slice api_no_channel(struct arena *arena, struct slice name);
/* An array of the names of the operations whose bits are set. */
void api_render_capabilities(uint64_t bits, struct buf *out);

/* An array of all participants but that party. */
void api_render_participants(const struct call_part *call, uint32_t but, struct buf *out);

/* --- render_floor.c --- */

void api_render_floor(const struct api *api, const struct floor *floor, uint64_t time_ms,
                      struct buf *out);

/* --- v2/floor.c: who waits --- */

void floor_begin(struct api *api);
void floor_end(struct api *api); /* forgets who still waits */

/* --- render_user_data.c --- */

/* "userData":{...}, and where keys are there several times also ,"userDataPairs":[...] */
void api_render_user_data(const struct pair *pairs, size_t count, bool repeats, struct buf *out);

/* --- render_history.c: also on other threads, for they need nothing but what they are given --- */

/* Milliseconds since the epoch as "2024-05-06T07:08:09.000+0000". */
void api_write_time(uint64_t time_ms, char out[32]);
/* Its digits, or a time in that form or with Z; false when it is neither. */
bool api_read_time(struct slice text, uint64_t *time_ms);
/* One object each. root may be NULL: then without addresses. */
void api_render_past_call(const char *root, const struct store_call *call,
                          const struct fields *fields, struct buf *out);
void api_render_recording(const char *root, const struct store_call *call,
                          const struct fields *fields, struct buf *out);

/* --- render_user.c --- */

struct person {
    const char *id;
    struct slice user_name;
    struct slice first_name;
    struct slice last_name;
    struct slice email;
    struct slice employee_id;
    unsigned roles;
};

void person_of_contact(const struct contact *contact, struct person *out);
void person_of_card(const struct api *api, const struct user_card *card, struct person *out);
/* The members; the object is the caller's. */
void api_render_user(const struct api *api, const struct person *user, const struct fields *fields,
                     struct json_writer *w);
/* "roles":[...] */
void api_render_roles(unsigned roles, struct json_writer *w);

/* --- subresources.c --- */

struct subresources {
    unsigned roles;
    struct channel voice;
    const struct device_view *devices;
    size_t device_count;
    const struct answer *own; /* of one's own: with calls and settings. NULL: somebody else's */
};

/* Those that are wanted, as members. */
void api_render_subresources(const struct request *request, const struct subresources *of,
                             const struct fields *wanted, struct json_writer *w);

/* --- search.c: what the history and the recordings share --- */

/* A list of what the store has of calls. */
struct api_listing {
    const char *key; /* of the array in the answer */
    bool is_of_recordings;
    void (*render)(const char *root, const struct store_call *call, const struct fields *fields,
                   struct buf *out); /* one of them, on any thread */
    const char *for_whom;            /* told to those whom all of it is not for */
};
/* A supervisor or an administrator. */
bool api_is_overseer(const struct request *request);
/* Both answer the request, by ?limit=, ?offset=, ?from=, ?to= and ?fields=: with the requester's
 * own calls; with everybody's, or those of ?userName=, for overseers. listing is static. */
void api_search_own(const struct request *request, const struct api_listing *listing);
void api_search_all(const struct request *request, const struct api_listing *listing);

/* --- internal.c --- */

/* The business attribute that dispositions are values of, and the group that has them. */
#define API_DISPOSITIONS "DispositionCode"

void api_contact_center_id(char out[37]);
void internal_attributes_get(const struct request *request);
void internal_transactions_get(const struct request *request);
void internal_operations_get(const struct request *request);
void internal_center_get(const struct request *request);

/* --- v2/: one resource each --- */

void api_answer_devices_of(const struct request *request, struct slice user);
void api_render_features(const struct request *request, unsigned roles, struct buf *out);
void api_render_user_settings(const struct request *request, struct buf *out);

void v2_me_get(const struct request *request);
void v2_me_post(const struct request *request);
void v2_me_settings_get(const struct request *request);
void v2_devices_get(const struct request *request);
void v2_device_get(const struct request *request);
void v2_device_post(const struct request *request);
void v2_device_calls_post(const struct request *request);
void v2_channels_get(const struct request *request);
void v2_channel_get(const struct request *request);
void v2_channel_post(const struct request *request);
void v2_calls_get(const struct request *request);
void v2_call_get(const struct request *request);
void v2_call_post(const struct request *request);
void v2_contacts_get(const struct request *request);
void v2_contact_get(const struct request *request);
void v2_users_get(const struct request *request);
void v2_user_get(const struct request *request);
void v2_user_devices_get(const struct request *request);
void v2_user_skills_get(const struct request *request);
void v2_queues_get(const struct request *request);
void v2_queue_get(const struct request *request);
void v2_groups_get(const struct request *request);
void v2_group_get(const struct request *request);
void v2_settings_get(const struct request *request);
void v2_settings_group_get(const struct request *request);
void v2_features_get(const struct request *request);
void v2_feature_get(const struct request *request);
void v2_system_features_get(const struct request *request);
void v2_my_history_get(const struct request *request);
void v2_history_get(const struct request *request);
void v2_my_recordings_get(const struct request *request);
void v2_recordings_get(const struct request *request);
void v2_recording_get(const struct request *request);
void v2_recording_audio_get(const struct request *request);
void v2_floor_get(const struct request *request);
void v2_version_get(const struct request *request);
void v2_empty_get(const struct request *request);

#endif
