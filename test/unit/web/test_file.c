/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Answers that are a part of a file: all of it arrives, however slowly it is read, requests behind
 * it wait, and nothing stays open when the reader goes. */
#include "suite.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_BYTES ((size_t)3 << 20) /* more than the kernel takes at once */

static struct site site;
static char path[] = "/tmp/file-body-XXXXXX";
static unsigned descriptors;

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 7 + (i >> 9));
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    DIR *all = opendir("/proc/self/fd");
    while (readdir(all))
        count++;
    closedir(all);
    return count;
}

static int start(void **state)
{
    (void)state;
    strcpy(path, "/tmp/file-body-XXXXXX");
    int fd = mkstemp(path);
    uint8_t *bytes = malloc(FILE_BYTES);
    for (size_t i = 0; i < FILE_BYTES; i++)
        bytes[i] = byte_at(i);
    ssize_t written = write(fd, bytes, FILE_BYTES);
    free(bytes);
    close(fd);
    site_start(&site, site_options());
    descriptors = count_descriptors();
    return written == (ssize_t)FILE_BYTES ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    site_end(&site, 0);
    return unlink(path);
}

static void ask(struct client *c, const char *method, size_t from, size_t bytes)
{
    char text[200];
    snprintf(text, sizeof text, "%s /file?%s&%zu&%zu HTTP/1.1\r\n" HOST "\r\n", method, path, from,
             bytes);
    client_text(c, text);
}

/* The head is read byte by byte, so that the body is left for the test. */
static void read_head(struct client *c)
{
    char head[1024];
    size_t len = 0;
    do
        client_read(c, head + len++, 1);
    while (len < 4 || memcmp(head + len - 4, "\r\n\r\n", 4) != 0);
}

static void expect_bytes(struct client *c, size_t from, size_t count)
{
    uint8_t *got = malloc(count);
    client_read(c, got, count);
    for (size_t i = 0; i < count; i++)
        if (got[i] != byte_at(from + i))
            fail_msg("byte %zu is wrong", from + i);
    free(got);
}

static void all_of_it_arrives_and_the_next_answer_behind_it(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    ask(&c, "GET", 0, FILE_BYTES);
    ask(&c, "GET", 100, 10); /* pipelined */
    client_text(&c, "GET /what HTTP/1.1\r\n" HOST "\r\n");
    read_head(&c);
    expect_bytes(&c, 0, FILE_BYTES);
    read_head(&c);
    expect_bytes(&c, 100, 10);
    assert_string_equal(client_reply(&c, true).body, "GET /what ? 0 ");
    assert_int_equal(count_descriptors(), descriptors + 2); /* both ends of the connection */
    client_close(&c);
}

static void nothing_of_it_is_for_head(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    ask(&c, "HEAD", 0, FILE_BYTES);
    struct reply r = client_reply(&c, false);
    assert_non_null(strstr(r.head, "Content-Length: 3145728\r\n"));
    ask(&c, "GET", FILE_BYTES - 1, 1);
    read_head(&c);
    expect_bytes(&c, FILE_BYTES - 1, 1);
    client_close(&c);
}

static void who_goes_in_the_middle_leaves_nothing_open(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    ask(&c, "GET", 0, FILE_BYTES);
    read_head(&c);
    expect_bytes(&c, 0, 1000);
    client_reset(&c);
    site_wait_metric(&site, "cordboard_http_connections", 0);
    assert_int_equal(count_descriptors(), descriptors);
}

static void a_file_that_is_shorter_ends_the_connection(void **state)
{
    (void)state;
    struct client c = client_open(&site);
    ask(&c, "GET", FILE_BYTES - 5, 10);
    read_head(&c);
    expect_bytes(&c, FILE_BYTES - 5, 5);
    client_expect_end(&c);
    client_close(&c);
}

int run_file_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_of_it_arrives_and_the_next_answer_behind_it, start,
                                        end),
        cmocka_unit_test_setup_teardown(nothing_of_it_is_for_head, start, end),
        cmocka_unit_test_setup_teardown(who_goes_in_the_middle_leaves_nothing_open, start, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_shorter_ends_the_connection, start, end),
    };
    return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
