/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The lossy file layer. The real files always hold what was written, so SQLite sees its own writes;
 * beside each stands an image of what is certain and a list of the changes since. A sync folds the
 * list into the image; a power cycle writes the image, with none or some of the list, over the
 * real file.
 *
 * Loss is by sectors of 512 bytes, each on its own and in no order, which is more than most disks
 * do: that a write does not harm bytes beside it is all that SQLite relies on. A file that was
 * removed without a sync of its directory may come back; one that was made and never synced may
 * be gone. The system's layer syncs the directory with the first sync of a file that it made, and
 * so makes the removals of other files certain too. Locks and shared memory are the system's: a cut
 * loses neither more nor less of them than the closing of all files does. */
#include "lossy_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

#define SECTOR 512
#define IMAGES 64

struct change {
    struct change *next;
    bool is_truncation;
    size_t offset;
    size_t len;
    char bytes[];
};

struct image {
    char *path;
    bool is_certain; /* that it exists */
    bool is_new;     /* made since the directory was last synced */
    bool is_removed; /* the same */
    struct buf certain;
    struct change *first;
    struct change **end;
};

struct lossy_file {
    sqlite3_file base;
    struct image *image; /* NULL: a temporary file */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t failed = PTHREAD_COND_INITIALIZER;
static sqlite3_vfs *system_vfs;
static sqlite3_vfs lossy_vfs;
static struct image images[IMAGES];
static size_t image_count;
static uint64_t random_state;
static uint64_t operations_left = LOSSY_NEVER;
static bool is_cut;
static bool do_syncs_fail;
static unsigned sync_failures;

static uint64_t next_random(void)
{
    uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static bool is_lucky(unsigned percent)
{
    return percent == 100 || next_random() % 100 < percent;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)((struct lossy_file *)(void *)file + 1);
}

static struct image *image_of(const sqlite3_file *file)
{
    return ((const struct lossy_file *)(const void *)file)->image;
}

/* The power is off, or goes off with this operation. */
static bool is_dark(bool counts)
{
    if (!is_cut && counts && operations_left != LOSSY_NEVER && operations_left-- <= 1)
        is_cut = true;
    return is_cut;
}

static void add_change(struct image *image, bool is_truncation, const void *bytes, size_t len,
                       size_t offset)
{
    struct change *c = mem_zalloc(sizeof *c + (is_truncation ? 0 : len));
    c->is_truncation = is_truncation;
    c->offset = offset;
    c->len = len;
    if (!is_truncation)
        memcpy(c->bytes, bytes, len);
    *image->end = c;
    image->end = &c->next;
}

static void drop_changes(struct image *image)
{
    while (image->first) {
        struct change *next = image->first->next;
        mem_free(image->first);
        image->first = next;
    }
    image->end = &image->first;
}

static void resize(struct buf *b, size_t len)
{
    if (len > b->len) {
        buf_reserve(b, len - b->len);
        memset(b->ptr + b->len, 0, len - b->len);
    }
    b->len = len;
}

static void write_at(struct buf *b, const char *bytes, size_t len, size_t offset)
{
    if (b->len < offset + len)
        resize(b, offset + len);
    memcpy(b->ptr + offset, bytes, len);
}

/* percent: the chance of each sector to be on the disk. */
static void apply(struct image *image, const struct change *c, unsigned percent)
{
    if (c->is_truncation) {
        if (is_lucky(percent))
            resize(&image->certain, c->len);
        return;
    }
    for (size_t at = 0; at < c->len;) {
        size_t n = SECTOR - (c->offset + at) % SECTOR;
        if (n > c->len - at)
            n = c->len - at;
        if (is_lucky(percent))
            write_at(&image->certain, c->bytes + at, n, c->offset + at);
        at += n;
    }
}

/* It is certainly not there. */
static void forget(struct image *image)
{
    image->is_removed = image->is_certain = false;
    buf_reset(&image->certain);
}

static void make_certain(struct image *image)
{
    for (const struct change *c = image->first; c; c = c->next)
        apply(image, c, 100);
    drop_changes(image);
    image->is_certain = true;
    for (size_t i = 0; image->is_new && i < image_count; i++)
        if (images[i].is_removed)
            forget(&images[i]);
    image->is_new = false;
}

static struct image *find_image(const char *path)
{
    for (size_t i = 0; i < image_count; i++)
        if (strcmp(images[i].path, path) == 0)
            return &images[i];
    return NULL;
}

static struct image *make_image(const char *path, bool was_there)
{
    struct image *image = find_image(path);
    if (!image) {
        if (image_count == IMAGES)
            return NULL;
        image = &images[image_count++];
        *image = (struct image){.path = mem_strdup(path)};
        image->end = &image->first;
        FILE *f = was_there ? fopen(path, "rb") : NULL;
        char chunk[4096];
        for (size_t n; f && (n = fread(chunk, 1, sizeof chunk, f)) > 0;)
            buf_append(&image->certain, chunk, n);
        if (f)
            fclose(f);
        image->is_certain = was_there;
    } else if (!was_there) {
        add_change(image, true, NULL, 0, 0);
    }
    if (!was_there)
        image->is_new = true;
    image->is_removed = false;
    return image;
}

static int lossy_close(sqlite3_file *file)
{
    return real_of(file)->pMethods ? real_of(file)->pMethods->xClose(real_of(file)) : SQLITE_OK;
}

static int lossy_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 offset)
{
    pthread_mutex_lock(&lock);
    bool dark = is_dark(false);
    pthread_mutex_unlock(&lock);
    return dark ? SQLITE_IOERR_READ
                : real_of(file)->pMethods->xRead(real_of(file), bytes, len, offset);
}

static int lossy_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    int rc = SQLITE_IOERR_WRITE;
    pthread_mutex_lock(&lock);
    bool was_dark = is_cut;
    bool dark = is_dark(true);
    /* The write during which the power fails may still reach the disk in part. */
    if (!was_dark && image_of(file))
        add_change(image_of(file), false, bytes, (size_t)len, (size_t)offset);
    if (!dark)
        rc = real_of(file)->pMethods->xWrite(real_of(file), bytes, len, offset);
    pthread_mutex_unlock(&lock);
    return rc;
}

static int lossy_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = SQLITE_IOERR_TRUNCATE;
    pthread_mutex_lock(&lock);
    if (!is_dark(true)) {
        if (image_of(file))
            add_change(image_of(file), true, NULL, (size_t)size, 0);
        rc = real_of(file)->pMethods->xTruncate(real_of(file), size);
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

static int lossy_sync(sqlite3_file *file, int flags)
{
    int rc = SQLITE_IOERR_FSYNC;
    (void)flags; /* The disk itself is not waited for: the image is the disk. */
    pthread_mutex_lock(&lock);
    if (do_syncs_fail) {
        sync_failures++;
        pthread_cond_broadcast(&failed);
    } else if (!is_dark(true)) {
        if (image_of(file))
            make_certain(image_of(file));
        rc = SQLITE_OK;
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

static int lossy_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int lossy_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int lossy_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int lossy_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int lossy_control(sqlite3_file *file, int op, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int lossy_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int lossy_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int lossy_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int lossy_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void lossy_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int lossy_shm_unmap(sqlite3_file *file, int do_delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), do_delete);
}

static const sqlite3_io_methods lossy_methods = {
    .iVersion = 2, /* without memory mapping of the database */
    .xClose = lossy_close,
    .xRead = lossy_read,
    .xWrite = lossy_write,
    .xTruncate = lossy_truncate,
    .xSync = lossy_sync,
    .xFileSize = lossy_file_size,
    .xLock = lossy_lock,
    .xUnlock = lossy_unlock,
    .xCheckReservedLock = lossy_check_lock,
    .xFileControl = lossy_control,
    .xSectorSize = lossy_sector_size,
    .xDeviceCharacteristics = lossy_traits,
    .xShmMap = lossy_shm_map,
    .xShmLock = lossy_shm_lock,
    .xShmBarrier = lossy_shm_barrier,
    .xShmUnmap = lossy_shm_unmap,
};

static int lossy_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                      int *out_flags)
{
    struct lossy_file *f = (struct lossy_file *)(void *)file;
    (void)vfs;
    *f = (struct lossy_file){0};
    pthread_mutex_lock(&lock);
    bool was_there = path && access(path, F_OK) == 0;
    int rc = is_dark(false) ? SQLITE_CANTOPEN
                            : system_vfs->xOpen(system_vfs, path, real_of(file), flags, out_flags);
    if (rc == SQLITE_OK) {
        f->base.pMethods = &lossy_methods;
        if (path)
            f->image = make_image(path, was_there);
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

static int lossy_delete(sqlite3_vfs *vfs, const char *path, int do_sync)
{
    int rc = SQLITE_IOERR_DELETE;
    (void)vfs;
    pthread_mutex_lock(&lock);
    if (!is_dark(true)) {
        struct image *image = find_image(path);
        rc = system_vfs->xDelete(system_vfs, path, 0);
        if (image && rc == SQLITE_OK) {
            drop_changes(image);
            image->is_removed = true;
            if (do_sync)
                forget(image);
        }
    }
    pthread_mutex_unlock(&lock);
    return rc;
}

void lossy_begin(uint64_t seed)
{
    pthread_mutex_lock(&lock);
    if (!system_vfs) {
        system_vfs = sqlite3_vfs_find(NULL);
        lossy_vfs = *system_vfs;
        lossy_vfs.zName = "lossy";
        lossy_vfs.pNext = NULL;
        lossy_vfs.szOsFile = (int)sizeof(struct lossy_file) + system_vfs->szOsFile;
        lossy_vfs.xOpen = lossy_open;
        lossy_vfs.xDelete = lossy_delete;
        sqlite3_vfs_register(&lossy_vfs, 0);
    }
    for (size_t i = 0; i < image_count; i++) {
        drop_changes(&images[i]);
        buf_free(&images[i].certain);
        mem_free(images[i].path);
    }
    image_count = 0;
    random_state = seed;
    operations_left = LOSSY_NEVER;
    is_cut = do_syncs_fail = false;
    sync_failures = 0;
    pthread_mutex_unlock(&lock);
}

void lossy_cut_after(uint64_t operations)
{
    pthread_mutex_lock(&lock);
    operations_left = operations;
    pthread_mutex_unlock(&lock);
}

bool lossy_is_cut(void)
{
    pthread_mutex_lock(&lock);
    bool cut = is_cut;
    pthread_mutex_unlock(&lock);
    return cut;
}

static void restore(struct image *image, unsigned percent)
{
    for (const struct change *c = image->first; c && percent > 0; c = c->next)
        apply(image, c, percent);
    if (image->first && is_lucky(percent))
        image->is_certain = true;
    if (image->is_removed && is_lucky(percent))
        forget(image);
    image->is_new = image->is_removed = false;
    drop_changes(image);
    FILE *f = image->is_certain ? fopen(image->path, "wb") : NULL;
    if (f) {
        fwrite(image->certain.ptr ? image->certain.ptr : "", 1, image->certain.len, f);
        fclose(f);
    } else {
        unlink(image->path);
        buf_reset(&image->certain);
    }
}

void lossy_power_cycle(unsigned percent)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < image_count; i++) {
        restore(&images[i], percent);
        struct buf shm = {0};
        buf_printf(&shm, "%s-shm", images[i].path);
        unlink(shm.ptr);
        buf_free(&shm);
    }
    operations_left = LOSSY_NEVER;
    is_cut = false;
    pthread_mutex_unlock(&lock);
}

void lossy_fail_syncs(bool do_fail)
{
    pthread_mutex_lock(&lock);
    do_syncs_fail = do_fail;
    sync_failures = 0;
    pthread_mutex_unlock(&lock);
}

bool lossy_wait_failures(unsigned count)
{
    struct timespec until;
    int rc = 0;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&lock);
    while (sync_failures < count && rc == 0)
        rc = pthread_cond_timedwait(&failed, &lock, &until);
    bool came = sync_failures >= count;
    pthread_mutex_unlock(&lock);
    return came;
}

bool lossy_has_unsynced(const char *suffix)
{
    bool found = false;
    size_t len = strlen(suffix);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < image_count; i++) {
        size_t path_len = strlen(images[i].path);
        if (images[i].first && path_len >= len &&
            strcmp(images[i].path + path_len - len, suffix) == 0)
            found = true;
    }
    pthread_mutex_unlock(&lock);
    return found;
}
