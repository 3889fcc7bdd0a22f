/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The configuration file, by inih. The library is given its lines by us: so we know the number of
 * the line a key stands in, see sections that have no key, and can refuse a line that it would cut
 * in two. The first thing that is wrong stops the reading, and is told with file, line, section,
 * key and what is allowed: a server that starts with half of what was meant is worse than none. */
#include "config.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/slice.h"
#include "base/utf8.h"
#include "core/view.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>

#define SECTION_MAX 49 /* inih cuts longer ones */

enum section_kind { SECTION_NONE, SECTION_PLAIN, SECTION_USER, SECTION_DEVICE };

struct file {
    struct config *config;
    const char *path;
    FILE *stream;
    unsigned line;
    enum section_kind kind;
    char section[SECTION_MAX + 1]; /* as written */
    const char *options_of;        /* its name in the table */
    struct map sections;           /* of users and devices met so far */
    char **names;                  /* their keys */
    size_t name_count;
    size_t name_cap;
    bool *seen; /* options met; of a user or device in this section */
    char *why;
    size_t why_size;
    bool has_failed;
    unsigned failed_line;
};

static void fail(struct file *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct file *f, const char *format, ...)
{
    if (f->has_failed)
        return;
    f->has_failed = true;
    f->failed_line = f->line;
    struct buf text = {0};
    buf_printf(&text, "%s:%u: ", f->path, f->line);
    va_list args;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    snprintf(f->why, f->why_size, "%.*s", (int)text.len, text.ptr);
    buf_free(&text);
}

/* The plain section of that name in the table, or NULL. */
static const char *plain_section(const char *name)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].section, name) == 0 && strcmp(name, "user") != 0 &&
            strcmp(name, "device") != 0)
            return options[i].section;
    return NULL;
}

static bool is_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ' || *at == ':' || *at == '"' || *at == 0x7f)
            return false;
    return *name != '\0' && utf8_is_valid(slice_of(name));
}

static bool is_number(const char *dn)
{
    size_t len = strspn(dn, "0123456789*#+");
    return len > 0 && len <= NUMBER_MAX && dn[len] == '\0';
}

static bool is_new(struct file *f)
{
    if (map_get(&f->sections, slice_of(f->section)))
        return false;
    f->names = mem_grow(f->names, &f->name_cap, f->name_count + 1, sizeof *f->names);
    char *name = mem_strdup(f->section);
    f->names[f->name_count++] = name;
    map_put(&f->sections, slice_of(name), name);
    return true;
}

static void forget_seen(struct file *f, const char *section)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].section, section) == 0)
            f->seen[i] = false;
}

static void begin_section(struct file *f)
{
    f->kind = SECTION_NONE;
    const char *name = NULL;
    if (strncmp(f->section, "user ", 5) == 0)
        name = f->section + 5;
    else if (strncmp(f->section, "device ", 7) == 0)
        name = f->section + 7;
    if (!name) {
        f->options_of = plain_section(f->section);
        f->kind = SECTION_PLAIN;
        if (!f->options_of)
            fail(f,
                 "[%s]: there is no such section; allowed: server, line, calls, user_data, events, "
                 "journal, user NAME, device DN",
                 f->section);
        return;
    }
    if (!is_new(f)) {
        fail(f, "[%s] is there twice", f->section);
        return;
    }
    bool is_user = f->section[0] == 'u';
    f->kind = is_user ? SECTION_USER : SECTION_DEVICE;
    f->options_of = is_user ? "user" : "device";
    forget_seen(f, f->options_of);
    if (is_user && !is_name(name))
        fail(f, "[%s]: allowed is a name in UTF-8 without ':' and '\"'", f->section);
    else if (!is_user && !is_number(name))
        fail(f, "[%s]: allowed are 1 to %d digits, '*', '#' or '+'", f->section, NUMBER_MAX);
    else if (is_user)
        config_add_user(f->config, name)->line = f->line;
    else
        config_add_device(f->config, name)->line = f->line;
}

static void read_section(struct file *f, const char *line)
{
    const char *end = strchr(line, ']');
    if (!end)
        return; /* inih complains. */
    size_t len = (size_t)(end - line - 1);
    if (len > SECTION_MAX) {
        fail(f, "the section's name is too long; allowed: %d bytes", SECTION_MAX);
        return;
    }
    memcpy(f->section, line + 1, len);
    f->section[len] = '\0';
    begin_section(f);
}

/* inih's reader: as fgets. */
static char *read_line(char *line, int size, void *stream)
{
    struct file *f = stream;
    if (!fgets(line, size, f->stream))
        return NULL;
    f->line++;
    size_t len = strlen(line);
    if (len == (size_t)size - 1 && line[len - 1] != '\n') {
        fail(f, "the line is too long; allowed: %d bytes", size - 2);
        return NULL;
    }
    const char *at = line;
    if (f->line == 1 && strncmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    at += strspn(at, " \t");
    if (*at == '[' && !f->has_failed)
        read_section(f, at);
    return line;
}

static void *section_base(struct file *f)
{
    switch (f->kind) {
    case SECTION_USER:
        return &f->config->users[f->config->user_count - 1];
    case SECTION_DEVICE:
        return &f->config->devices[f->config->device_count - 1];
    default:
        return f->config;
    }
}

static void fail_unknown(struct file *f, const char *key)
{
    struct buf names = {0};
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i].section, f->options_of) == 0)
            buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", options[i].key);
    fail(f, "[%s] %s: there is no such key; allowed: %.*s", f->section, key, (int)names.len,
         names.ptr);
    buf_free(&names);
}

static int read_key(void *user, const char *section, const char *key, const char *value)
{
    (void)section; /* Known from the line, also where it has no key. */
    struct file *f = user;
    if (f->has_failed)
        return 0;
    if (f->kind == SECTION_NONE) {
        fail(f, "%s: a key needs a [section] before it", key);
        return 0;
    }
    size_t count;
    const struct config_option *options = config_options(&count);
    const struct config_option *option = config_option_find(f->options_of, key);
    if (!option) {
        fail_unknown(f, key);
        return 0;
    }
    bool *is_seen = &f->seen[option - options];
    if (*is_seen && !config_option_adds(option))
        fail(f, "[%s] %s is there twice", f->section, key);
    *is_seen = true;
    char allowed[256];
    if (!f->has_failed && config_set(option, section_base(f), value))
        fail(f, "[%s] %s: not allowed; allowed: %s", f->section, key,
             config_option_allowed(option, allowed, sizeof allowed));
    return !f->has_failed;
}

static void forget_sections(struct file *f)
{
    map_free(&f->sections);
    for (size_t i = 0; i < f->name_count; i++)
        mem_free(f->names[i]);
    mem_free(f->names);
    mem_free(f->seen);
}

enum err config_read_file(struct config *config, const char *path, char *why, size_t why_size)
{
    struct file f = {.config = config, .path = path, .why = why, .why_size = why_size};
    f.stream = fopen(path, "re");
    if (!f.stream) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        return ERR_NOT_FOUND;
    }
    size_t count;
    (void)config_options(&count);
    f.seen = mem_zalloc(count * sizeof *f.seen);
    int line = ini_parse_stream(read_line, &f, read_key, &f);
    if (line != 0 && (!f.has_failed || (line > 0 && (unsigned)line < f.failed_line))) {
        f.has_failed = false;
        f.line = line > 0 ? (unsigned)line : f.line;
        fail(&f, "allowed is [section] or key = value");
    }
    if (!f.has_failed && ferror(f.stream))
        fail(&f, "the file can't be read");
    forget_sections(&f);
    (void)fclose(f.stream);
    if (f.has_failed)
        return ERR_INVALID;
    return config_check(config, path, why, why_size);
}
