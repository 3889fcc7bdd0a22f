/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The files of a recording: ID.wav, which the media room writes (ID.wav.part while it grows), and
 * ID.json beside it, which appears whole or not at all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store_int.h"

#define PATH_SIZE 4352 /* a directory's and a name */

static const char *path_of(char out[PATH_SIZE], const char *directory, struct slice id,
                           const char *ending)
{
    int len = snprintf(out, PATH_SIZE, "%s/%.*s%s", directory, (int)id.len, id.ptr, ending);
    return len > 0 && len < PATH_SIZE ? out : "";
}

/* The sound is at one of these; whole a second time, as it may get that name between the looks. */
static const char *const sounds[] = {".wav", ".wav.part", ".wav"};
#define SOUNDS (sizeof sounds / sizeof *sounds)

int store_open_file(const char *directory, struct slice id)
{
    char path[PATH_SIZE];
    int fd = -1;
    for (size_t i = 0; i < SOUNDS && fd < 0; i++)
        fd = open(path_of(path, directory, id, sounds[i]), O_RDONLY | O_CLOEXEC);
    return fd;
}

void store_look_at_file(const char *directory, struct store_call *call)
{
    char path[PATH_SIZE];
    struct stat stat_of;
    call->is_recorded = directory && call->call.span_count > 0;
    if (!call->is_recorded)
        return;
    for (size_t i = 0; i < SOUNDS && call->file_bytes == 0; i++)
        if (stat(path_of(path, directory, call->call.id, sounds[i]), &stat_of) == 0)
            call->file_bytes = (uint64_t)stat_of.st_size;
}

static bool says_the_same(const char *path, struct slice text)
{
    char bytes[4096];
    size_t at = 0;
    FILE *file = fopen(path, "rbe");
    if (!file)
        return false;
    bool is_same = true;
    for (size_t n; is_same && (n = fread(bytes, 1, sizeof bytes, file)) > 0; at += n)
        is_same = n <= text.len - at && memcmp(bytes, text.ptr + at, n) == 0;
    (void)fclose(file);
    return is_same && at == text.len;
}

static enum err write_all(const char *path, struct slice text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_IO;
    bool is_well = true;
    while (text.len > 0 && is_well) {
        ssize_t n = write(fd, text.ptr, text.len);
        is_well = n > 0 || (n < 0 && errno == EINTR);
        if (n > 0)
            text = (struct slice){text.ptr + n, text.len - (size_t)n};
    }
    is_well = is_well && fsync(fd) == 0;
    is_well = close(fd) == 0 && is_well;
    if (!is_well)
        (void)unlink(path);
    return is_well ? ERR_OK : ERR_IO;
}

static enum err sync_directory(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_well = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return is_well ? ERR_OK : ERR_IO;
}

enum err store_write_beside(const char *directory, struct slice id, struct slice text)
{
    char path[PATH_SIZE], part[PATH_SIZE];
    path_of(path, directory, id, ".json");
    path_of(part, directory, id, ".json.part");
    if (says_the_same(path, text))
        return ERR_OK;
    enum err err = write_all(part, text);
    if (err == ERR_OK && rename(part, path) != 0)
        err = ERR_IO;
    return err == ERR_OK ? sync_directory(directory) : err;
}

enum err store_remove_files(const char *directory, struct slice id)
{
    static const char *const endings[] = {".wav", ".wav.part", ".json", ".json.part"};
    char path[PATH_SIZE];
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (unlink(path_of(path, directory, id, endings[i])) != 0 && errno != ENOENT)
            err = ERR_IO;
    return err;
}
