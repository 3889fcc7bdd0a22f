/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Options, clocks, rows of the table, and /proc.
 *
 * A generator that meets anything it did not expect stops at once with a message: a figure from a
 * run in which something went wrong is worth nothing. */
#include "common.h"

#include <dirent.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

void die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(1);
}

uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void row(const char *what, const char *goal, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("| %s | %s | ", what, goal);
    vprintf(format, args);
    puts(" |");
    va_end(args);
    fflush(stdout);
}

static unsigned number(const char *text, unsigned max)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || value > max)
        die("'%s' should be a number up to %u", text, max);
    return (unsigned)value;
}

void options_read(struct options *options, int argc, char **argv)
{
    static const struct option known[] = {
        {"port", required_argument, NULL, 'p'},      {"pid", required_argument, NULL, 'i'},
        {"seconds", required_argument, NULL, 's'},   {"rate", required_argument, NULL, 'r'},
        {"calls", required_argument, NULL, 'c'},     {"sessions", required_argument, NULL, 'n'},
        {"transport", required_argument, NULL, 't'}, {"directory", required_argument, NULL, 'd'},
        {"file", required_argument, NULL, 'f'},      {"note", required_argument, NULL, 'o'},
        {"brief", no_argument, NULL, 'b'},           {NULL, 0, NULL, 0},
    };
    *options = (struct options){
        .seconds = 10, .rate = 1000, .calls = 64, .sessions = 10000, .directory = ".", .note = ""};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'p':
            options->port = number(optarg, 65535);
            break;
        case 'i':
            options->pid = (pid_t)number(optarg, 1u << 30);
            break;
        case 's':
            options->seconds = number(optarg, 600);
            break;
        case 'r':
            options->rate = number(optarg, 100000);
            break;
        case 'c':
            options->calls = number(optarg, 1024);
            break;
        case 'n':
            options->sessions = number(optarg, 50000);
            break;
        case 't':
            options->is_websocket = strcmp(optarg, "websocket") == 0;
            break;
        case 'd':
            options->directory = optarg;
            break;
        case 'f':
            options->file = optarg;
            break;
        case 'o':
            options->note = optarg;
            break;
        case 'b':
            options->is_brief = true;
            break;
        default:
            exit(2);
        }
    }
}

/* The two CPU times in a stat file of /proc; the thread's name may hold blanks and brackets. */
static bool read_times(const char *path, double *user_s, double *system_s, char name[32])
{
    char text[1024];
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    const char *open = strchr(text, '(');
    const char *close = strrchr(text, ')');
    unsigned long user;
    unsigned long system;
    if (!open || !close ||
        sscanf(close + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) !=
            2)
        return false;
    double tick = (double)sysconf(_SC_CLK_TCK);
    *user_s = (double)user / tick;
    *system_s = (double)system / tick;
    snprintf(name, 32, "%.*s", (int)(close - open - 1), open + 1);
    return true;
}

void usage_read(pid_t pid, struct usage *out)
{
    char path[64];
    char name[32];
    *out = (struct usage){0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!read_times(path, &out->user_s, &out->system_s, name))
        die("there is no process %d", (int)pid);
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        die("there is no process %d", (int)pid);
    for (char line[256]; fgets(line, sizeof line, file);) {
        (void)sscanf(line, "VmRSS: %lu kB", &out->rss_kb);
        (void)sscanf(line, "VmHWM: %lu kB", &out->peak_kb);
    }
    fclose(file);
}

void usage_threads(pid_t pid, double seconds, char *out, size_t size)
{
    static struct {
        int id;
        double cpu_s;
    } before[THREADS_MAX];
    static size_t count;
    char path[128];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *dir = opendir(path);
    size_t len = 0;
    out[0] = '\0';
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        double user_s;
        double system_s;
        char name[32];
        int id = atoi(entry->d_name);
        snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, id);
        if (id == 0 || !read_times(path, &user_s, &system_s, name))
            continue;
        size_t i = 0;
        while (i < count && before[i].id != id)
            i++;
        double used = user_s + system_s - (i < count ? before[i].cpu_s : 0);
        if (i == count && count < THREADS_MAX)
            before[count++].id = id;
        if (i < THREADS_MAX)
            before[i].cpu_s = user_s + system_s;
        double share = seconds > 0 ? 100 * used / seconds : 0;
        if (share >= 1 && len < size)
            len += (size_t)snprintf(out + len, size - len, "%s%s %.0f%%", len ? ", " : "", name,
                                    share);
    }
    if (dir)
        closedir(dir);
}
