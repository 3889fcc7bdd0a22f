/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Metrics as a scraper sees them. The registry is the process's, so each test looks for its own
 * names in the whole text. */
#include "base/metrics.h"
#include "suite.h"

#include <signal.h>
#include <sys/wait.h>

static const char *render(struct buf *out)
{
    buf_reset(out);
    metrics_render(out);
    buf_char(out, '\0');
    return out->ptr;
}

static void series_of_a_name_stand_together(void **state)
{
    (void)state;
    struct buf out = {0};
    struct metric *a = metric_register(METRIC_COUNTER, "t_ops_total", "op=\"Dial\"", "Operations.");
    struct metric *g = metric_register(METRIC_GAUGE, "t_calls", NULL, "Calls now.");
    struct metric *b = metric_register(METRIC_COUNTER, "t_ops_total", "op=\"Hold\"", "Ignored.");
    metric_add(a, 2);
    metric_add(b, 1);
    metric_add(a, 3);
    metric_set(g, -4);
    assert_non_null(strstr(render(&out), "# HELP t_ops_total Operations.\n"
                                         "# TYPE t_ops_total counter\n"
                                         "t_ops_total{op=\"Dial\"} 5\n"
                                         "t_ops_total{op=\"Hold\"} 1\n"
                                         "# HELP t_calls Calls now.\n"
                                         "# TYPE t_calls gauge\n"
                                         "t_calls -4\n"));
    buf_free(&out);
}

static void registering_again_gives_the_same(void **state)
{
    (void)state;
    char name[] = "t_same";
    char labels[] = "a=\"b\"";
    struct metric *first = metric_register(METRIC_GAUGE, name, labels, "Same.");
    memset(labels, 'x', strlen(labels));
    memset(name, 'x', strlen(name));
    assert_ptr_equal(metric_register(METRIC_GAUGE, "t_same", "a=\"b\"", "Same."), first);
    assert_ptr_not_equal(metric_register(METRIC_GAUGE, "t_same", NULL, "Same."), first);
}

static void histograms_count_up_to_each_bound(void **state)
{
    (void)state;
    struct buf out = {0};
    struct metric *h =
        metric_register(METRIC_HISTOGRAM, "t_commit_seconds", "to=\"disk\"", "Time.");
    metric_observe_us(h, 0);
    metric_observe_us(h, 100);
    metric_observe_us(h, 101);
    metric_observe_us(h, 10000000);
    metric_observe_us(h, 10000001);
    const char *text = render(&out);
    assert_non_null(strstr(text, "# TYPE t_commit_seconds histogram\n"
                                 "t_commit_seconds_bucket{to=\"disk\",le=\"0.0001\"} 2\n"
                                 "t_commit_seconds_bucket{to=\"disk\",le=\"0.00025\"} 3\n"));
    assert_non_null(strstr(text, "t_commit_seconds_bucket{to=\"disk\",le=\"5\"} 3\n"
                                 "t_commit_seconds_bucket{to=\"disk\",le=\"10\"} 4\n"
                                 "t_commit_seconds_bucket{to=\"disk\",le=\"+Inf\"} 5\n"
                                 "t_commit_seconds_sum{to=\"disk\"} 20.000202\n"
                                 "t_commit_seconds_count{to=\"disk\"} 5\n"));
    metric_observe_us(metric_register(METRIC_HISTOGRAM, "t_bare_seconds", NULL, "Time."), 1500000);
    text = render(&out);
    assert_non_null(strstr(text, "t_bare_seconds_bucket{le=\"1\"} 0\n"
                                 "t_bare_seconds_bucket{le=\"2.5\"} 1\n"));
    assert_non_null(strstr(text, "t_bare_seconds_sum 1.500000\nt_bare_seconds_count 1\n"));
    buf_free(&out);
}

static void register_with_another_type(void *arg)
{
    metric_register(METRIC_GAUGE, arg, NULL, "");
}

static void one_name_has_one_type(void **state)
{
    (void)state;
    char said[512];
    char name[] = "t_typed";
    metric_register(METRIC_COUNTER, name, NULL, "Typed.");
    int status = run_in_child(register_with_another_type, name, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, "t_typed"));
}

int run_metrics_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(series_of_a_name_stand_together),
        cmocka_unit_test(registering_again_gives_the_same),
        cmocka_unit_test(histograms_count_up_to_each_bound),
        cmocka_unit_test(one_name_has_one_type),
    };
    return RUN_GROUP(tests);
}
