/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The devices that there are, and what becomes of one that is configured otherwise or no more. A
 * device is a block of its own, for legs point to it.
 *
 * With another secret its registrations end: they were made by who knew the old one. Its calls go
 * on. */
#include "base/log.h"
#include "base/mem.h"
#include "line/sip/sip_int.h"

static struct device *device_make(struct sip_line *sip, const char *dn)
{
    size_t size = strlen(dn) + 1;
    struct device *d = mem_zalloc(sizeof *d + size);
    memcpy(d->text, dn, size);
    d->dn = slice_of(d->text);
    list_append(&sip->devices, &d->as_device);
    map_put(&sip->by_dn, d->dn, d);
    return d;
}

static void device_configure(struct device *d, const struct line_device *from)
{
    d->config = *from;
    d->config.dn = d->text;
}

static void places_forget(struct device *d)
{
    while (d->place_count > 0)
        line_sip_place_remove(d, 0);
}

void line_sip_device_free(struct sip_line *sip, struct device *d)
{
    places_forget(d);
    heap_remove(&sip->expiries, &d->expiry);
    map_remove(&sip->by_dn, d->dn);
    list_remove(&d->as_device);
    mem_free(d);
}

/* The core has given up its legs, and the orders to end them were first: what is left are calls
 * that the core had not heard of. */
static void device_end(struct sip_line *sip, struct device *d)
{
    log_line(LOG_INFO, "sip.device_removed", "dn=%s", d->text);
    LIST_EACH_SAFE(it, &sip->legs)
    {
        struct leg *leg = LIST_OWNER(it, struct leg, as_leg);
        if (leg->device == d)
            line_sip_order_drop_leg(leg, CAUSE_FAILED);
    }
    line_sip_registrar_forget(sip, d);
    if (d->place_count > 0) {
        places_forget(d);
        line_sip_place_record(sip, d);
    }
    line_sip_device_free(sip, d);
}

static bool has_other_secret(const struct device *d, const struct line_device *now)
{
    return strcmp(d->config.ha1_md5, now->ha1_md5) != 0 ||
           strcmp(d->config.ha1_sha256, now->ha1_sha256) != 0;
}

static void device_update(struct sip_line *sip, struct device *d, const struct line_device *now)
{
    bool ends = has_other_secret(d, now) && d->place_count > 0;
    device_configure(d, now);
    if (!ends)
        return;
    places_forget(d);
    line_sip_place_record(sip, d);
    line_sip_place_settle(sip, d, sip->host.now_ms(sip->host.ctx));
}

void line_sip_devices_create(struct sip_line *sip, const struct line_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        device_configure(device_make(sip, devices[i].dn), &devices[i]);
}

void line_sip_devices_set(struct sip_line *sip, const struct line_device *devices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct device *d = map_get(&sip->by_dn, slice_of(devices[i].dn));
        if (d) {
            device_update(sip, d, &devices[i]);
        } else {
            d = device_make(sip, devices[i].dn);
            device_configure(d, &devices[i]);
            line_sip_place_announce(sip, d);
        }
        d->is_listed = true;
    }
    LIST_EACH_SAFE(it, &sip->devices)
    {
        struct device *d = LIST_OWNER(it, struct device, as_device);
        bool is_listed = d->is_listed;
        d->is_listed = false;
        if (!is_listed)
            device_end(sip, d);
    }
}
