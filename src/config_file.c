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

struct file {
    struct config *config;
    const char *path;
    FILE *stream;
    unsigned line;
    char section[SECTION_MAX + 1]; /* as written */
    const char *options_of;        /* its name in the table; NULL: there was none yet */
    void *base;                    /* what its keys are set in */
    struct map sections;           /* those with names, met so far */
    char **names;                  /* their keys */
    size_t name_count;
    size_t name_cap;
    bool *seen; /* options met; of a section with a name in this one */
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

static bool is_name(const char *name)
{
    for (const char *at = name; *at; at++)
        if ((unsigned char)*at < ' ' || *at == ':' || *at == '"' || *at == 0x7f)
            return false;
    return *name != '\0' && utf8_is_valid(slice_of(name));
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

static void fail_section(struct file *f)
{
    struct buf names = {0};
    size_t count;
    const struct config_option *options = config_options(&count);
    for (size_t i = 0; i < count; i++)
        if (!config_section_find(options[i].section) &&
            (i == 0 || strcmp(options[i].section, options[i - 1].section) != 0))
            buf_printf(&names, "%s, ", options[i].section);
    const struct config_section *sections = config_sections(&count);
    for (size_t i = 0; i < count; i++)
        buf_printf(&names, "%s%s %s", i > 0 ? ", " : "", sections[i].name, sections[i].called);
    fail(f, "[%s]: there is no such section; allowed: %.*s", f->section, (int)names.len, names.ptr);
    buf_free(&names);
}

static void begin_named(struct file *f, const struct config_section *section, const char *name)
{
    if (!is_new(f))
        fail(f, "[%s] is there twice", f->section);
    else if (section->type == CONFIG_TEXT && !is_name(name))
        fail(f, "[%s]: allowed is a name in UTF-8 without ':' and '\"'", f->section);
    else if (section->type == CONFIG_DN && !config_is_dn(slice_of(name)))
        fail(f, "[%s]: allowed are 1 to %d digits, '*', '#' or '+'", f->section, NUMBER_MAX);
    if (f->has_failed)
        return;
    forget_seen(f, section->name);
    f->options_of = section->name;
    f->base = config_add(f->config, section->name, name);
    *config_line(f->base) = f->line;
}

static void begin_section(struct file *f)
{
    size_t count;
    const struct config_option *options = config_options(&count);
    struct slice name;
    struct slice kind = slice_split(slice_of(f->section), ' ', &name);
    const struct config_section *sections;
    f->options_of = NULL;
    f->base = f->config;
    for (size_t i = 0; i < count && !f->options_of; i++)
        if (!config_section_find(options[i].section) && strcmp(options[i].section, f->section) == 0)
            f->options_of = options[i].section;
    sections = config_sections(&count);
    for (size_t i = 0; name.ptr && !f->options_of && i < count; i++) {
        if (!slice_is(kind, sections[i].name))
            continue;
        begin_named(f, &sections[i], name.ptr);
        return;
    }
    if (!f->options_of)
        fail_section(f);
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
    if (!f->options_of) {
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
    if (!f->has_failed && config_set(option, f->base, value))
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
    enum err err = config_parse_file(config, path, why, why_size);
    return err ? err : config_check(config, path, why, why_size);
}

enum err config_parse_file(struct config *config, const char *path, char *why, size_t why_size)
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
    return f.has_failed ? ERR_INVALID : ERR_OK;
}
