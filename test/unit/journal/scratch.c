/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Directories for tests. A copy of a running journal's directory is what a kill -9 would leave:
 * whatever the process holds in memory is missing. Locks and SQLite's shared memory are left out,
 * as they end with the process. */
#include "scratch.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

const char *scratch_make(void)
{
    static char paths[4][200];
    static unsigned next;
    char *path = paths[next++ % 4];
    const char *tmp = getenv("TMPDIR");
    snprintf(path, sizeof paths[0], "%s/cordboard-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(path))
        log_abort("can't make the directory %s", path);
    return path;
}

static void copy_file(const char *from, const char *to)
{
    char chunk[65536];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    if (!in || !out)
        log_abort("can't copy %s to %s", from, to);
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, in)) > 0;)
        if (fwrite(chunk, 1, n, out) != n)
            log_abort("can't write %s", to);
    fclose(in);
    fclose(out);
}

static bool is_left_out(const char *name)
{
    size_t len = strlen(name);
    return name[0] == '.' || strcmp(name, "lock") == 0 ||
           (len > 4 && strcmp(name + len - 4, "-shm") == 0);
}

void scratch_copy(const char *from, const char *to)
{
    DIR *directory = opendir(from);
    if (!directory)
        log_abort("can't read %s", from);
    for (struct dirent *entry; (entry = readdir(directory));) {
        char source[600], target[600];
        if (is_left_out(entry->d_name))
            continue;
        snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        snprintf(target, sizeof target, "%s/%s", to, entry->d_name);
        copy_file(source, target);
    }
    closedir(directory);
}

void scratch_remove(const char *directory_path)
{
    DIR *directory = opendir(directory_path);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", directory_path, entry->d_name);
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlink(path);
    }
    closedir(directory);
    rmdir(directory_path);
}
