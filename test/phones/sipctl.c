/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The SIP driver without a server: plays the core for tests of the driver alone. Orders come as
 * lines on standard input, signals go out as lines on standard output, and what a journal would
 * keep is in one file that is rewritten before anything is confirmed, so that the program can be
 * killed at any moment and started again.
 *
 *   sipctl BIND STATE RTP_MIN RTP_MAX CLOCK_AHEAD_MS [OPTION=VALUE ...]
 *       DN,HA1_MD5,HA1_SHA256,talk|reinvite[,off|,required][,nat|,no_nat] ...
 *   Options: network=ADDRESSES/ADVERTISED, tls=CERTIFICATE,KEY (any port), silence=MILLISECONDS,
 *       idle=SECONDS
 *
 *   ring LEG DN FROM [auto]     answer LEG        drop LEG CAUSE(number)
 *   mix LEG=[LEG,...][:ringback|:busy] ...        dtmf LEG DIGITS
 *   transfer LEG CAUSE          holdup LEG
 * Each line is answered by "done".
 *
 *   hold (give no ORDER_KEPT)   go (give those held back)   clock MILLISECONDS   quit
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "line/sip/line_sip.h"

#define LEGS_MAX    64
#define RECORDS_MAX 64
#define DEVICES_MAX 16

struct kept_leg {
    uint64_t leg;
    enum leg_phase phase;
    char dn[64];
    char keep[SIGNAL_KEEP_MAX];
    size_t keep_len;
    bool has_keep;
};

struct kept_record {
    char key[256];
    size_t key_len;
    char value[16384];
    size_t value_len;
};

static struct {
    pthread_mutex_t lock;
    struct line_driver *driver;
    const char *path;
    struct kept_leg legs[LEGS_MAX];
    size_t leg_count;
    struct kept_record records[RECORDS_MAX];
    size_t record_count;
    bool is_holding;
    uint64_t held[LEGS_MAX];
    size_t held_count;
    uint64_t clock_ms;
} ctl = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void save(void)
{
    char path[512];
    snprintf(path, sizeof path, "%s.new", ctl.path);
    FILE *f = fopen(path, "wb");
    bool is_good =
        f && fwrite(&ctl.leg_count, sizeof ctl.leg_count, 1, f) == 1 &&
        fwrite(ctl.legs, sizeof *ctl.legs, ctl.leg_count, f) == ctl.leg_count &&
        fwrite(&ctl.record_count, sizeof ctl.record_count, 1, f) == 1 &&
        fwrite(ctl.records, sizeof *ctl.records, ctl.record_count, f) == ctl.record_count;
    if (!is_good || fclose(f) != 0 || rename(path, ctl.path) != 0)
        abort();
}

static void load(void)
{
    FILE *f = fopen(ctl.path, "rb");
    if (!f)
        return;
    bool is_good = fread(&ctl.leg_count, sizeof ctl.leg_count, 1, f) == 1 &&
                   fread(ctl.legs, sizeof *ctl.legs, ctl.leg_count, f) == ctl.leg_count &&
                   fread(&ctl.record_count, sizeof ctl.record_count, 1, f) == 1 &&
                   fread(ctl.records, sizeof *ctl.records, ctl.record_count, f) == ctl.record_count;
    if (!is_good)
        abort();
    fclose(f);
}

static struct kept_leg *leg_of(uint64_t number, bool create)
{
    for (size_t i = 0; i < ctl.leg_count; i++) {
        if (ctl.legs[i].leg == number)
            return &ctl.legs[i];
    }
    if (!create || ctl.leg_count == LEGS_MAX)
        return NULL;
    struct kept_leg *leg = &ctl.legs[ctl.leg_count++];
    memset(leg, 0, sizeof *leg);
    leg->leg = number;
    return leg;
}

static void leg_set_dn(struct kept_leg *leg, struct slice dn)
{
    snprintf(leg->dn, sizeof leg->dn, "%.*s", (int)dn.len, dn.ptr);
}

static void keep_signal(const struct signal *s)
{
    struct kept_leg *leg = leg_of(s->leg, s->kind == SIGNAL_INCOMING);
    if (!leg)
        return;
    if (s->kind == SIGNAL_INCOMING) {
        leg->phase = LEG_OFFERED;
        leg_set_dn(leg, s->dn);
    } else if (s->kind == SIGNAL_ANSWERED) {
        leg->phase = LEG_UP;
    } else if (s->kind == SIGNAL_GONE) {
        *leg = ctl.legs[--ctl.leg_count];
        return;
    }
    if (s->keep.ptr && s->keep.len <= sizeof leg->keep) {
        memcpy(leg->keep, s->keep.ptr, s->keep.len);
        leg->keep_len = s->keep.len;
        leg->has_keep = true;
    }
}

static void on_signal(void *ctx, const struct signal *s)
{
    static const char *const names[SIGNAL_COUNT] = {[SIGNAL_REGISTERED] = "registered",
                                                    [SIGNAL_UNREGISTERED] = "unregistered",
                                                    [SIGNAL_INCOMING] = "incoming",
                                                    [SIGNAL_RINGING] = "ringing",
                                                    [SIGNAL_ANSWERED] = "answered",
                                                    [SIGNAL_GONE] = "gone",
                                                    [SIGNAL_HELD] = "held",
                                                    [SIGNAL_RETRIEVED] = "retrieved",
                                                    [SIGNAL_DTMF] = "dtmf",
                                                    [SIGNAL_KEEP] = "keep",
                                                    [SIGNAL_REFUSED] = "refused",
                                                    [SIGNAL_TRANSFER] = "transfer"};
    (void)ctx;
    pthread_mutex_lock(&ctl.lock);
    keep_signal(s);
    save();
    printf("%s leg=%llu dn=%.*s number=%.*s cause=%d talks=%d sound=%d other=%llu packets=%llu "
           "keep=%zu\n",
           names[s->kind], (unsigned long long)s->leg, (int)s->dn.len, s->dn.ptr ? s->dn.ptr : "",
           (int)s->number.len, s->number.ptr ? s->number.ptr : "", (int)s->cause, s->talks,
           s->has_sound, (unsigned long long)s->other, (unsigned long long)s->quality.packets,
           s->keep.len);
    fflush(stdout);
    if (s->keep.ptr && ctl.is_holding)
        ctl.held[ctl.held_count++ % LEGS_MAX] = s->leg;
    else if (s->keep.ptr)
        ctl.driver->order(ctl.driver->self, &(struct order){.kind = ORDER_KEPT, .leg = s->leg}, 1);
    pthread_mutex_unlock(&ctl.lock);
}

static void on_record(void *ctx, struct slice key, struct slice value, uint64_t tag)
{
    (void)ctx;
    pthread_mutex_lock(&ctl.lock);
    size_t i = 0;
    while (i < ctl.record_count &&
           !slice_equal((struct slice){ctl.records[i].key, ctl.records[i].key_len}, key))
        i++;
    if (i == RECORDS_MAX || value.len > sizeof ctl.records[0].value)
        abort();
    struct kept_record *r = &ctl.records[i];
    if (value.ptr) {
        memcpy(r->key, key.ptr, key.len);
        memcpy(r->value, value.ptr, value.len);
        r->key_len = key.len;
        r->value_len = value.len;
        ctl.record_count += i == ctl.record_count;
    } else if (i < ctl.record_count) {
        *r = ctl.records[--ctl.record_count];
    }
    save();
    ctl.driver->recorded(ctl.driver->self, tag);
    pthread_mutex_unlock(&ctl.lock);
}

static void each_record(void *ctx, void (*visit)(void *, struct slice, struct slice), void *arg)
{
    (void)ctx;
    for (size_t i = 0; i < ctl.record_count; i++) {
        const struct kept_record *r = &ctl.records[i];
        visit(arg, (struct slice){r->key, r->key_len}, (struct slice){r->value, r->value_len});
    }
}

static uint64_t now_ms(void *ctx)
{
    struct timespec now;
    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 +
           __atomic_load_n(&ctl.clock_ms, __ATOMIC_RELAXED);
}

static void give(const struct order *order)
{
    ctl.driver->order(ctl.driver->self, order, 1);
}

static void hold(void)
{
    pthread_mutex_lock(&ctl.lock);
    ctl.is_holding = true;
    pthread_mutex_unlock(&ctl.lock);
}

static void give_held(void)
{
    pthread_mutex_lock(&ctl.lock);
    ctl.is_holding = false;
    for (size_t i = 0; i < ctl.held_count; i++)
        give(&(struct order){.kind = ORDER_KEPT, .leg = ctl.held[i]});
    ctl.held_count = 0;
    pthread_mutex_unlock(&ctl.lock);
}

static void give_ring(uint64_t leg, struct slice words)
{
    struct order order = {.kind = ORDER_RING, .leg = leg};
    order.dn = slice_split(words, ' ', &words);
    order.from = slice_split(words, ' ', &words);
    order.auto_answer = slice_is(words, "auto");
    pthread_mutex_lock(&ctl.lock);
    struct kept_leg *kept = leg_of(leg, true);
    if (!kept)
        abort();
    kept->phase = LEG_CALLING;
    leg_set_dn(kept, order.dn);
    save();
    pthread_mutex_unlock(&ctl.lock);
    give(&order);
}

/* "1=2,3:busy 2=1" */
static void give_mix(struct slice words)
{
    struct mix_leg rows[8] = {0};
    struct slice hears[8] = {0};
    size_t count = 0;
    while (words.len > 0 && count < 8) {
        struct slice tone, list, word = slice_split(words, ' ', &words);
        struct slice left = slice_split(word, ':', &tone);
        rows[count].leg = strtoull(slice_split(left, '=', &list).ptr, NULL, 10);
        rows[count].tone = slice_is(tone, "ringback") ? TONE_RINGBACK
                           : slice_is(tone, "busy")   ? TONE_BUSY
                                                      : TONE_NONE;
        hears[count++] = list;
    }
    for (size_t i = 0; i < count; i++) {
        while (hears[i].len > 0) {
            uint64_t leg = strtoull(slice_split(hears[i], ',', &hears[i]).ptr, NULL, 10);
            for (size_t k = 0; k < count; k++)
                rows[i].hears |= rows[k].leg == leg ? UINT32_C(1) << k : 0;
        }
    }
    give(&(struct order){.kind = ORDER_MIX, .legs = rows, .leg_count = count});
}

/* False when told to end. */
static bool obey(struct slice line)
{
    struct slice rest, verb = slice_split(line, ' ', &rest);
    if (slice_is(verb, "quit"))
        return false;
    if (slice_is(verb, "hold"))
        hold();
    else if (slice_is(verb, "go"))
        give_held();
    else if (slice_is(verb, "mix"))
        give_mix(rest);
    else if (slice_is(verb, "clock"))
        __atomic_add_fetch(&ctl.clock_ms, strtoull(rest.ptr, NULL, 10), __ATOMIC_RELAXED);
    else {
        struct slice words, number = slice_split(rest, ' ', &words);
        uint64_t leg = number.ptr ? strtoull(number.ptr, NULL, 10) : 0;
        if (slice_is(verb, "ring"))
            give_ring(leg, words);
        else if (slice_is(verb, "answer"))
            give(&(struct order){.kind = ORDER_ANSWER, .leg = leg});
        else if (slice_is(verb, "drop"))
            give(&(struct order){
                .kind = ORDER_DROP, .leg = leg, .cause = (enum cause)strtoul(words.ptr, NULL, 10)});
        else if (slice_is(verb, "holdup"))
            give(&(struct order){.kind = ORDER_HOLD, .leg = leg});
        else if (slice_is(verb, "transfer"))
            give(&(struct order){.kind = ORDER_TRANSFER,
                                 .leg = leg,
                                 .cause = (enum cause)strtoul(words.ptr, NULL, 10)});
        else if (slice_is(verb, "dtmf"))
            give(&(struct order){.kind = ORDER_DTMF, .leg = leg, .digits = words});
    }
    return true;
}

static void read_device(const char *text, struct line_device *d)
{
    struct slice rest = slice_of(text);
    struct slice dn = slice_split(rest, ',', &rest), md5 = slice_split(rest, ',', &rest),
                 sha256 = slice_split(rest, ',', &rest);
    char *copy = mem_zalloc(dn.len + 1);
    memcpy(copy, dn.ptr, dn.len);
    d->dn = copy;
    snprintf(d->ha1_md5, sizeof d->ha1_md5, "%.*s", (int)md5.len, md5.ptr);
    snprintf(d->ha1_sha256, sizeof d->ha1_sha256, "%.*s", (int)sha256.len, sha256.ptr);
    struct slice more, way = slice_split(rest, ',', &rest);
    d->answers_by_reinvite = slice_is(way, "reinvite");
    while ((more = slice_split(rest, ',', &rest)).len > 0) {
        if (slice_is(more, "off"))
            d->srtp = LINE_SRTP_OFF;
        else if (slice_is(more, "required"))
            d->srtp = LINE_SRTP_REQUIRED;
        else if (slice_is(more, "nat"))
            d->nat = LINE_NAT_YES;
        else if (slice_is(more, "no_nat"))
            d->nat = LINE_NAT_NO;
    }
}

/* "OPTION=VALUE"; false when it is no option. */
static bool read_extra(char *text, struct line_sip_options *to)
{
    static struct line_sip_network network;
    static const char silence_is[] = "silence=", idle_is[] = "idle=";
    static const char network_is[] = "network=", tls_is[] = "tls=";
    if (text && strncmp(text, tls_is, sizeof tls_is - 1) == 0) {
        to->tls = "127.0.0.1:0";
        to->tls_certificate = strtok(text + sizeof tls_is - 1, ",");
        to->tls_key = strtok(NULL, ",");
        return true;
    }
    if (text && strncmp(text, idle_is, sizeof idle_is - 1) == 0) {
        to->guard.idle_s = strtoul(text + sizeof idle_is - 1, NULL, 10);
        return true;
    }
    if (text && strncmp(text, silence_is, sizeof silence_is - 1) == 0) {
        to->silence_ms = (unsigned)strtoul(text + sizeof silence_is - 1, NULL, 10);
        return true;
    }
    if (!text || strncmp(text, network_is, sizeof network_is - 1) != 0)
        return false;
    char *slash = strrchr(text, '/');
    *slash = '\0';
    network = (struct line_sip_network){text + sizeof network_is - 1, slash + 1};
    to->networks = &network;
    to->network_count = 1;
    return true;
}

int main(int argc, char **argv)
{
    static struct line_device devices[DEVICES_MAX];
    static struct line_leg legs[LEGS_MAX];
    if (argc < 7 || argc > 6 + DEVICES_MAX)
        return 2;
    struct line_sip_options extra = {0};
    int first = 6;
    while (read_extra(argv[first], &extra))
        first++;
    for (int i = first; i < argc; i++)
        read_device(argv[i], &devices[i - first]);
    ctl.clock_ms = strtoull(argv[5], NULL, 10);
    struct line_sip_options options = {.bind = argv[1],
                                       .realm = "cordboard",
                                       .rtp_port_min = (unsigned)strtoul(argv[3], NULL, 10),
                                       .rtp_port_max = (unsigned)strtoul(argv[4], NULL, 10),
                                       .guard = extra.guard,
                                       .tls = extra.tls,
                                       .tls_certificate = extra.tls_certificate,
                                       .tls_key = extra.tls_key,
                                       .networks = extra.networks,
                                       .network_count = extra.network_count,
                                       .silence_ms = extra.silence_ms,
                                       .devices = devices,
                                       .device_count = (size_t)(argc - first),
                                       .secret = "always the same, in a test only"};
    ctl.path = argv[2];
    load();
    for (size_t i = 0; i < ctl.leg_count; i++) {
        const struct kept_leg *k = &ctl.legs[i];
        legs[i] = (struct line_leg){.leg = k->leg,
                                    .phase = k->phase,
                                    .dn = slice_of(k->dn),
                                    .keep = {k->has_keep ? k->keep : NULL, k->keep_len}};
    }
    ctl.driver = line_sip_create(&options);
    struct line_host host = {
        .signal = on_signal, .record = on_record, .each_record = each_record, .now_ms = now_ms};
    enum err err = ctl.driver->start(ctl.driver->self, &host, legs, ctl.leg_count);
    printf("started %s port=%u tls=%u\n", err_row(err)->symbol, line_sip_port(ctl.driver),
           line_sip_tls_port(ctl.driver));
    fflush(stdout);
    char line[1024];
    while (err == ERR_OK && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (!obey(slice_of(line)))
            break;
        pthread_mutex_lock(&ctl.lock);
        puts("done");
        fflush(stdout);
        pthread_mutex_unlock(&ctl.lock);
    }
    line_sip_destroy(ctl.driver);
    for (int i = first; i < argc; i++)
        mem_free((char *)devices[i - first].dn);
    return err == ERR_OK ? 0 : 1;
}
