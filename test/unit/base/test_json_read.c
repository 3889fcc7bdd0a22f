/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The JSON reader: what it takes, what it refuses and where, and that every value keeps its own
 * text. Each input is parsed from memory of exactly its size, so that the address sanitizer sees a
 * reader that looks one byte too far, and is parsed cut off at every byte as well. */
#include "base/json.h"
#include "base/mem.h"
#include "suite.h"

struct parsed {
    struct arena arena;
    char *bytes;
    struct json *root;
    struct json_error error;
};

static struct parsed parse_depth(struct slice text, unsigned max_depth)
{
    struct parsed p = {.bytes = mem_alloc(text.len)};
    memcpy(p.bytes, text.ptr, text.len);
    p.root = json_parse(&p.arena, (struct slice){p.bytes, text.len}, max_depth, &p.error);
    return p;
}

static struct parsed parse(const char *text)
{
    return parse_depth(slice_of(text), JSON_MAX_DEPTH);
}

static void drop(struct parsed *p)
{
    arena_free(&p->arena);
    mem_free(p->bytes);
}

static void takes_what_rfc_8259_allows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum json_type type;
    } good[] = {
        {"null", JSON_NULL},
        {" \t\r\n true \n", JSON_TRUE},
        {"false", JSON_FALSE},
        {"0", JSON_NUMBER},
        {"-0", JSON_NUMBER},
        {"-12.50e+07", JSON_NUMBER},
        {"1E-400", JSON_NUMBER},
        {"123456789012345678901234567890", JSON_NUMBER},
        {"\"\"", JSON_STRING},
        {"\"\x7f\"", JSON_STRING},
        {"\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xef\xbf\xbf\"", JSON_STRING},
        {"\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"", JSON_STRING},
        {"[]", JSON_ARRAY},
        {"[ 1 , [ ] , { } ]", JSON_ARRAY},
        {"{}", JSON_OBJECT},
        {"{ \"a\" : 1 , \"\" : [ { } ] , \"a\" : null }", JSON_OBJECT},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct parsed p = parse(good[i].text);
        assert_true(json_is(p.root, good[i].type));
        assert_true(
            slice_equal(p.root->raw, slice_trim((struct slice){p.root->raw.ptr, p.root->raw.len})));
        drop(&p);
    }
}

static const struct {
    const char *text;
    size_t offset;
} bad[] = {
    {"", 0},
    {"  ", 2},
    {"nul", 3},
    {"nulL", 3},
    {"True", 0},
    {"nullx", 4},
    {"1 2", 2},
    {"[] ,", 3},
    {"\xef\xbb\xbf{}", 0},
    {"01", 1},
    {"-", 1},
    {"-a", 1},
    {"+1", 0},
    {".5", 0},
    {"1.", 2},
    {"1.e5", 2},
    {"1e", 2},
    {"1e+", 3},
    {"0x10", 1},
    {"NaN", 0},
    {"-Infinity", 1},
    {"\"abc", 4},
    {"'abc'", 0},
    {"\"a\nb\"", 2},
    {"\"a\x1f\"", 2},
    {"\"12345678\x01\"", 9},
    {"\"\\x\"", 1},
    {"\"\\", 1},
    {"\"a\\u12g4\"", 2},
    {"\"\\u12", 1},
    {"\"\\ud800\"", 1},
    {"\"\\ud800\\n\"", 1},
    {"\"\\ud800\\u0041\"", 1},
    {"\"\\udc00\\ud800\"", 1},
    {"\"\\udfff\\udc00\"", 1},
    {"\"\\ud800\\udbff\"", 1},
    {"\"\\ud800\\ue000\"", 1},
    {"\"\x80\"", 1},
    {"\"\xc0\xaf\"", 1},
    {"\"a\xc3(\"", 2},
    {"\"\xe0\x9f\xbf\"", 1},
    {"\"\xed\xa0\x80\"", 1},
    {"\"\xf0\x8f\xbf\xbf\"", 1},
    {"\"\xf4\x90\x80\x80\"", 1},
    {"\"\xf5\x80\x80\x80\"", 1},
    {"\"\xe2\x82", 1},
    {"[", 1},
    {"[1", 2},
    {"[1,", 3},
    {"[1,]", 3},
    {"[,1]", 1},
    {"[1 2]", 3},
    {"[1}", 2},
    {"]", 0},
    {"{", 1},
    {"{a:1}", 1},
    {"{1:1}", 1},
    {"{\"a\"}", 4},
    {"{\"a\" 1}", 5},
    {"{\"a\":}", 5},
    {"{\"a\":1,}", 7},
    {"{\"a\":1 \"b\":2}", 7},
    {"{\"a\":1]", 6},
    {"[1] // comment", 4},
};

static void refuses_the_rest_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct parsed p = parse(bad[i].text);
        assert_null(p.root);
        assert_int_equal(p.error.offset, bad[i].offset);
        assert_non_null(p.error.what);
        drop(&p);
    }
}

static void a_nul_byte_is_no_end(void **state)
{
    (void)state;
    struct parsed p = parse_depth(SLICE("[1]\0"), 4);
    assert_null(p.root);
    assert_int_equal(p.error.offset, 3);
    drop(&p);
    p = parse_depth(SLICE("\"a\0b\""), 4);
    assert_null(p.root);
    assert_int_equal(p.error.offset, 2);
    drop(&p);
}

static void every_cut_off_text_is_refused(void **state)
{
    (void)state;
    struct slice text = SLICE("{\"key\":[-1.5e+3,true,\"\\ud83d\\ude00\xe2\x82\xac tail of it\"]}");
    for (size_t len = 0; len < text.len; len++) {
        struct parsed p = parse_depth((struct slice){text.ptr, len}, 4);
        assert_null(p.root);
        assert_true(p.error.offset <= len);
        drop(&p);
    }
}

static void nothing_at_all_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct json_error error = {99, NULL};
    assert_null(json_parse(&arena, SLICE_NONE, 4, &error));
    assert_int_equal(error.offset, 0);
    arena_free(&arena);
}

static void values_keep_their_text_and_order(void **state)
{
    (void)state;
    struct parsed p =
        parse(" { \"b\" : 9007199254740993 , \"a\":[ 1.50 ,\"\\u0041\" ] , \"b\":{} } ");
    assert_non_null(p.root);
    assert_int_equal(p.root->count, 3);
    assert_null(p.root->key.ptr);
    assert_null(p.root->next);
    struct json *member = p.root->child;
    assert_slice(member->key, "b");
    assert_slice(member->raw, "9007199254740993");
    assert_null(member->text.ptr);
    member = member->next;
    assert_slice(member->key, "a");
    assert_slice(member->raw, "[ 1.50 ,\"\\u0041\" ]");
    assert_int_equal(member->count, 2);
    assert_slice(member->child->raw, "1.50");
    assert_null(member->child->key.ptr);
    assert_slice(member->child->next->raw, "\"\\u0041\"");
    assert_slice(member->child->next->text, "A");
    member = member->next;
    assert_slice(member->key, "b");
    assert_slice(member->raw, "{}");
    assert_int_equal(member->count, 0);
    assert_null(member->next);
    drop(&p);
}

static void strings_are_decoded(void **state)
{
    (void)state;
    struct parsed p = parse("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u00e4\\u20AC\\ud83D\\uDe00x\","
                            "\"plain \xc3\xa4\",\"\"]");
    assert_non_null(p.root);
    struct json *s = p.root->child;
    assert_slice(s->text, "\"\\/\b\f\n\r\t");
    s = s->next;
    assert_slice(s->text, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80x");
    s = s->next;
    assert_slice(s->text, "plain \xc3\xa4");
    assert_ptr_equal(s->text.ptr, s->raw.ptr + 1);
    assert_slice(s->next->text, "");
    drop(&p);
}

static void strings_may_hold_nul(void **state)
{
    (void)state;
    struct parsed p = parse("{\"k\\u0000\":\"a\\u0000b\"}");
    assert_non_null(p.root);
    assert_true(slice_equal(p.root->child->key, SLICE("k\0")));
    assert_true(slice_equal(p.root->child->text, SLICE("a\0b")));
    assert_null(json_get(p.root, "k"));
    drop(&p);
}

static void depth_is_counted_and_bounded(void **state)
{
    (void)state;
    struct slice text = SLICE("[1,[{},2],\"x\"]");
    struct parsed p = parse_depth(text, 3);
    assert_non_null(p.root);
    assert_int_equal(p.root->depth, 3);
    assert_int_equal(p.root->child->depth, 0);
    assert_int_equal(p.root->child->next->depth, 2);
    assert_int_equal(p.root->child->next->child->depth, 1);
    drop(&p);
    p = parse_depth(text, 2);
    assert_null(p.root);
    assert_int_equal(p.error.offset, 4);
    assert_string_equal(p.error.what, "nested too deep");
    drop(&p);
    p = parse_depth(SLICE("1"), 0);
    assert_non_null(p.root);
    drop(&p);
    p = parse_depth(SLICE("[]"), 0);
    assert_null(p.root);
    drop(&p);
}

static void depth_has_a_bound_of_its_own(void **state)
{
    (void)state;
    char text[2 * (JSON_MAX_DEPTH + 1)];
    for (size_t depth = JSON_MAX_DEPTH; depth <= JSON_MAX_DEPTH + 1; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        struct parsed p = parse_depth((struct slice){text, 2 * depth}, 100000);
        assert_int_equal(p.root != NULL, depth == JSON_MAX_DEPTH);
        drop(&p);
    }
}

static void the_last_of_equal_keys_is_got(void **state)
{
    (void)state;
    struct parsed p = parse("{\"a\":1,\"b\":2,\"a\":3,\"\\u0063\":[]}");
    assert_slice(json_get(p.root, "a")->raw, "3");
    assert_slice(json_get(p.root, "b")->raw, "2");
    assert_true(json_is(json_get(p.root, "c"), JSON_ARRAY));
    assert_null(json_get(p.root, "d"));
    assert_null(json_get(json_get(p.root, "c"), "a"));
    assert_null(json_get(NULL, "a"));
    assert_false(json_is(NULL, JSON_NULL));
    drop(&p);
}

int run_json_read_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_rfc_8259_allows),
        cmocka_unit_test(refuses_the_rest_and_says_where),
        cmocka_unit_test(a_nul_byte_is_no_end),
        cmocka_unit_test(every_cut_off_text_is_refused),
        cmocka_unit_test(nothing_at_all_is_refused),
        cmocka_unit_test(values_keep_their_text_and_order),
        cmocka_unit_test(strings_are_decoded),
        cmocka_unit_test(strings_may_hold_nul),
        cmocka_unit_test(depth_is_counted_and_bounded),
        cmocka_unit_test(depth_has_a_bound_of_its_own),
        cmocka_unit_test(the_last_of_equal_keys_is_got),
    };
    return RUN_GROUP(tests);
}
