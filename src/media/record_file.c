/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The file of one recording. The length that counts is the file's own: the header follows it once a
 * second, and is set right when the file is closed, now or after a crash. It grows under the name
 * NAME.wav.part, so that whoever takes finished files away never takes half of one; the rename
 * comes after the sync, and the directory is synced behind it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "media/recorder.h"

#define PART         ".wav.part"
#define WHOLE        ".wav"
#define PATH_SIZE    (RECORD_NAME_MAX + sizeof PART)
#define SECOND_BYTES (8000 * WAV_FRAME_BYTES)

static const char *path_of(char out[PATH_SIZE], const char *name, const char *ending)
{
    snprintf(out, PATH_SIZE, "%s%s", name, ending);
    return out;
}

/* Nothing that could lead out of the directory, or be taken for another kind of file. */
static bool is_name(struct slice name)
{
    bool is_well = name.len > 0 && name.len <= RECORD_NAME_MAX;
    for (size_t i = 0; i < name.len && is_well; i++) {
        char c = name.ptr[i];
        is_well = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '-' || c == '_';
    }
    return is_well;
}

static enum err write_header(struct record_file *file)
{
    uint8_t header[WAV_HEADER_BYTES];
    media_wav_header(header, file->data_bytes);
    if (pwrite(file->fd, header, sizeof header, 0) != (ssize_t)sizeof header)
        return ERR_IO;
    file->told_bytes = file->data_bytes;
    return ERR_OK;
}

/* How long what is there is; a new one begins with its header. */
static enum err take_up(struct record_file *file)
{
    struct stat stat;
    uint8_t header[WAV_HEADER_BYTES];
    if (fstat(file->fd, &stat) != 0)
        return ERR_IO;
    if (stat.st_size == 0)
        return write_header(file);
    if (pread(file->fd, header, sizeof header, 0) != (ssize_t)sizeof header ||
        !media_wav_is_ours(header))
        return ERR_EXISTS;
    uint64_t data = (uint64_t)stat.st_size - WAV_HEADER_BYTES;
    if (data > WAV_DATA_MAX)
        return ERR_RANGE;
    file->data_bytes = (uint32_t)(data - data % WAV_FRAME_BYTES);
    return write_header(file);
}

/* What is there already, finished or not, or a new one. */
static int open_any(int directory_fd, const char *part, const char *whole, bool *is_finished)
{
    int fd = openat(directory_fd, whole, O_RDWR | O_CLOEXEC);
    *is_finished = fd >= 0;
    if (fd < 0)
        fd = openat(directory_fd, part, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    return fd;
}

enum err record_file_open(int directory_fd, struct slice name, struct record_file *out)
{
    struct record_file file = {.fd = -1};
    char part[PATH_SIZE], whole[PATH_SIZE];
    bool is_finished;
    if (!is_name(name))
        return ERR_INVALID;
    memcpy(file.name, name.ptr, name.len);
    file.fd = open_any(directory_fd, path_of(part, file.name, PART),
                       path_of(whole, file.name, WHOLE), &is_finished);
    if (file.fd < 0)
        return ERR_IO;
    enum err err = take_up(&file);
    if (err == ERR_OK && lseek(file.fd, WAV_HEADER_BYTES + (off_t)file.data_bytes, SEEK_SET) < 0)
        err = ERR_IO;
    if (err == ERR_OK && is_finished && renameat(directory_fd, whole, directory_fd, part) != 0)
        err = ERR_IO;
    if (err == ERR_OK) {
        *out = file;
        return ERR_OK;
    }
    close(file.fd);
    if (err == ERR_IO && file.data_bytes == 0) /* not even its header could be written */
        (void)unlinkat(directory_fd, part, 0);
    return err;
}

enum err record_file_append(struct record_file *file, const void *bytes, size_t len)
{
    const char *at = bytes;
    if (len > WAV_DATA_MAX - file->data_bytes)
        return ERR_RANGE;
    while (len > 0) {
        ssize_t written = write(file->fd, at, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return ERR_IO;
        at += written;
        len -= (size_t)written;
        file->data_bytes += (uint32_t)written;
    }
    if (file->data_bytes - file->told_bytes >= SECOND_BYTES)
        return write_header(file);
    return ERR_OK;
}

static enum err give_name(int directory_fd, const struct record_file *file)
{
    char part[PATH_SIZE], whole[PATH_SIZE];
    path_of(part, file->name, PART);
    path_of(whole, file->name, WHOLE);
    if (file->data_bytes == 0)
        return unlinkat(directory_fd, part, 0) == 0 ? ERR_OK : ERR_IO;
    if (renameat(directory_fd, part, directory_fd, whole) != 0 || fsync(directory_fd) != 0)
        return ERR_IO;
    return ERR_OK;
}

enum err record_file_close(int directory_fd, struct record_file *file)
{
    file->data_bytes -= file->data_bytes % WAV_FRAME_BYTES; /* what a full disk cut in half */
    enum err err = ERR_OK;
    if (ftruncate(file->fd, WAV_HEADER_BYTES + (off_t)file->data_bytes) != 0 ||
        write_header(file) != ERR_OK || fsync(file->fd) != 0)
        err = ERR_IO;
    if (close(file->fd) != 0)
        err = ERR_IO;
    file->fd = -1;
    enum err named = give_name(directory_fd, file);
    return err != ERR_OK ? err : named;
}

static void recover(int directory_fd, struct slice name)
{
    struct record_file file;
    char whole[PATH_SIZE], shown[80];
    snprintf(whole, sizeof whole, "%.*s" WHOLE, (int)name.len, name.ptr);
    enum err err = ERR_EXISTS; /* neither of the two is to be lost */
    if (faccessat(directory_fd, whole, F_OK, 0) != 0)
        err = record_file_open(directory_fd, name, &file);
    if (err == ERR_OK)
        err = record_file_close(directory_fd, &file);
    log_line(err == ERR_OK ? LOG_INFO : LOG_WARN, "media.record", "recovered=%s result=%s",
             log_quote(shown, sizeof shown, name), err_row(err)->symbol);
}

void record_file_recover(int directory_fd)
{
    int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        struct slice name = slice_of(entry->d_name);
        size_t ending = sizeof PART - 1;
        if (name.len <= ending || strcmp(name.ptr + name.len - ending, PART) != 0)
            continue;
        name.len -= ending;
        if (is_name(name))
            recover(directory_fd, name);
    }
    closedir(directory);
}
