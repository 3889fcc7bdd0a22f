/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Snapshot files: snapshot-<20 digits>.bin, a header of five little-endian 64-bit numbers (magic,
 * version, batch number, length, checksum) and then the state's bytes.
 *
 * Files, and not rows of the database: a snapshot is large, is written on another thread than the
 * batches, and must not make their commits wait. A name is complete or not there: the bytes are
 * written and synced under another name first. The version is for people; whether a core can read
 * the bytes is for the core to say. */
#include "journal/journal_int.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"

#include <dirent.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC     UINT64_C(0x50414e5344524f43) /* "CORDSNAP" */
#define TEMPORARY "snapshot.tmp"
#define NAME_SIZE 40

struct header {
    uint64_t magic;
    uint64_t version;
    uint64_t number;
    uint64_t length;
    uint64_t checksum;
};

static void name_of(uint64_t number, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "snapshot-%020llu.bin", (unsigned long long)number);
}

static struct header header_of(uint64_t version, uint64_t number, struct slice state)
{
    uint64_t checksum = hash_u64(hash_u64(hash_slice(0, state), version), number);
    return (struct header){htole64(MAGIC), htole64(version), htole64(number), htole64(state.len),
                           htole64(checksum)};
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool read_all(int fd, char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = read(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

enum err journal_snapshot_write(struct journal *j, uint64_t number, struct slice state)
{
    struct header header = header_of(j->version, number, state);
    char name[NAME_SIZE];
    name_of(number, name);
    int fd = openat(j->directory_fd, TEMPORARY, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool is_written = fd >= 0 && write_all(fd, (const char *)&header, sizeof header) &&
                      write_all(fd, state.ptr, state.len) && fsync(fd) == 0;
    if (fd >= 0 && close(fd) != 0)
        is_written = false;
    if (is_written && renameat(j->directory_fd, TEMPORARY, j->directory_fd, name) == 0 &&
        fsync(j->directory_fd) == 0)
        return ERR_OK;
    log_line(LOG_ERROR, "journal.snapshot", "number=%llu errno=%d", (unsigned long long)number,
             errno);
    (void)unlinkat(j->directory_fd, TEMPORARY, 0);
    return ERR_IO;
}

enum err journal_snapshot_remove(struct journal *j, uint64_t number)
{
    char name[NAME_SIZE];
    name_of(number, name);
    return unlinkat(j->directory_fd, name, 0) == 0 || errno == ENOENT ? ERR_OK : ERR_IO;
}

static bool number_of_name(const char *name, uint64_t *out)
{
    char again[NAME_SIZE];
    unsigned long long number;
    if (sscanf(name, "snapshot-%20llu.bin", &number) != 1)
        return false;
    name_of(number, again);
    *out = number;
    return strcmp(again, name) == 0;
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

size_t journal_snapshot_list(struct journal *j, uint64_t *numbers, size_t max)
{
    uint64_t *found = NULL;
    size_t count = 0, cap = 0;
    /* A descriptor of its own: the reading position belongs to it. */
    int fd = openat(j->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (!directory) {
        if (fd >= 0)
            close(fd);
        return 0;
    }
    for (struct dirent *entry; (entry = readdir(directory));) {
        uint64_t number;
        if (!number_of_name(entry->d_name, &number))
            continue;
        found = mem_grow(found, &cap, count + 1, sizeof *found);
        found[count++] = number;
    }
    closedir(directory);
    if (count > 1)
        qsort(found, count, sizeof *found, newest_first);
    if (count > max)
        count = max;
    if (count > 0)
        memcpy(numbers, found, count * sizeof *found);
    mem_free(found);
    return count;
}

static enum err read_checked(int fd, uint64_t number, struct buf *out)
{
    struct stat st;
    struct header header;
    if (fstat(fd, &st) != 0)
        return ERR_IO;
    if (st.st_size < (off_t)sizeof header)
        return ERR_CORRUPT;
    size_t len = (size_t)st.st_size - sizeof header;
    buf_reset(out);
    buf_reserve(out, len);
    if (!read_all(fd, (char *)&header, sizeof header) || !read_all(fd, out->ptr, len))
        return ERR_IO;
    struct slice state = {len > 0 ? out->ptr : "", len};
    struct header expected = header_of(le64toh(header.version), number, state);
    if (memcmp(&header, &expected, sizeof header) != 0)
        return ERR_CORRUPT;
    out->len = len;
    return ERR_OK;
}

enum err journal_snapshot_read(struct journal *j, uint64_t number, struct buf *out)
{
    char name[NAME_SIZE];
    name_of(number, name);
    int fd = openat(j->directory_fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    enum err err = read_checked(fd, number, out);
    close(fd);
    return err;
}
