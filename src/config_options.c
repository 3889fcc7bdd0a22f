/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* The table of all configuration keys, and that of the sections with names. Adding a key is adding
 * a row (and its line in docs/configuration.md, which a test compares with this table); how a value
 * of each type is read is in config_values.c. Bounds that are not obvious: the journal wants at
 * least a few batches between snapshots, and a CometD session must outlive the pause between two
 * connects. */
#include "config.h"

#include <stddef.h>
#include <string.h>

#define IN(member)             offsetof(struct config, member)
#define IN_USER(member)        offsetof(struct config_user, member)
#define IN_DEVICE(member)      offsetof(struct config_device, member)
#define IN_NETWORK(member)     offsetof(struct config_network, member)
#define IN_PLACE(member)       offsetof(struct config_place, member)
#define IN_QUEUE(member)       offsetof(struct config_queue, member)
#define IN_TRUNK(member)       offsetof(struct config_trunk, member)
#define IN_STATE(member)       offsetof(struct config_agent_state, member)
#define IN_DISPOSITION(member) offsetof(struct config_disposition, member)
#define IN_CONTACT(member)     offsetof(struct config_contact, member)

#define MANY(one, type) IN(one##s), IN(one##_count), IN(one##_cap), sizeof(struct config_##type)

static const struct config_section sections[] = {
    {"user", "NAME", MANY(user, user), CONFIG_TEXT},
    {"network", "NAME", MANY(network, network), CONFIG_TEXT},
    {"device", "DN", MANY(device, device), CONFIG_DN},
    {"place", "NAME", MANY(place, place), CONFIG_TEXT},
    {"queue", "NUMBER", MANY(queue, queue), CONFIG_DN},
    {"trunk", "NAME", MANY(trunk, trunk), CONFIG_TEXT},
    {"agent_state", "NAME", MANY(state, agent_state), CONFIG_TEXT},
    {"disposition", "NAME", MANY(disposition, disposition), CONFIG_TEXT},
    {"contact", "NAME", MANY(contact, contact), CONFIG_TEXT},
};

/* clang-format off */
static const struct config_option options[] = {
    {"server", "http", CONFIG_ADDRESS, IN(http), 0, 0, NULL, "127.0.0.1:8080",
     "where HTTP is served; port 0 takes a free one"},
    {"server", "public_url", CONFIG_URL, IN(public_url), 0, 0, NULL, NULL,
     "what clients are told as the begin of addresses; without it, the address HTTP is served at"},
    {"server", "data", CONFIG_TEXT, IN(data), 1, 4096, NULL, "var",
     "directory of the journal; made when absent"},
    {"server", "log_level", CONFIG_CHOICE, IN(log_level), 0, 0, "debug|info|warn|error", "info",
     "what is logged; CORDBOARD_LOG in the environment overrides it"},
    {"server", "header_bytes", CONFIG_NUMBER, IN(header_bytes), 1024, 1048576, NULL, "16384",
     "request line and headers of a request"},
    {"server", "body_bytes", CONFIG_NUMBER, IN(body_bytes), 1024, 16777216, NULL, "262144",
     "body of a request, or one WebSocket message"},
    {"server", "connections", CONFIG_NUMBER, IN(connections), 1, 1000000, NULL, "50000",
     "connections at one time"},
    {"server", "allowed_origins", CONFIG_ORIGINS, IN(allowed_origins), 0, 8192, NULL, NULL,
     "web origins whose pages may read answers, act with an agent's cookie, and have the page for "
     "agents in a frame, such as https://crm.example or https://*.crm.example; may be given several times"},
    {"server", "trusted_proxies", CONFIG_NETWORKS, IN(trusted_proxies), 0, 0, NULL, NULL,
     "proxies whose X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host are believed; may be "
     "given several times"},
    {"server", "tls_certificate", CONFIG_TEXT, IN(tls_certificate), 1, 4096, NULL, NULL,
     "file in PEM with the certificate and those between it and its root; HTTPS is served then"},
    {"server", "tls_key", CONFIG_TEXT, IN(tls_key), 1, 4096, NULL, NULL,
     "file in PEM with the certificate's key, not encrypted"},
    {"server", "session_idle_s", CONFIG_NUMBER, IN(session_idle_s), 60, 2592000, NULL, "1800",
     "a log-in cookie not used for so long is worth nothing"},

    {"line", "driver", CONFIG_CHOICE, IN(driver), 0, 0, "sim|sip", "sim",
     "simulated telephones, or real ones over SIP"},
    {"line", "sip", CONFIG_ADDRESS, IN(sip), 0, 0, NULL, "127.0.0.1:5060",
     "where telephones register, over UDP and TCP; port 0 takes a free one"},
    {"line", "sip_advertised", CONFIG_WORD, IN(sip_advertised), 1, 255, NULL, NULL,
     "address that telephones are told that are in no [network NAME]; without it, that of sip"},
    {"line", "sip_tls", CONFIG_ADDRESS, IN(sip_tls), 0, 0, NULL, NULL,
     "where telephones register over TLS; port 0 takes a free one, 5061 is the usual one"},
    {"line", "sip_tls_certificate", CONFIG_TEXT, IN(sip_tls_certificate), 1, 4096, NULL, NULL,
     "file in PEM with the certificate and those between it and its root"},
    {"line", "sip_tls_key", CONFIG_TEXT, IN(sip_tls_key), 1, 4096, NULL, NULL,
     "file in PEM with the certificate's key, not encrypted"},
    {"line", "sip_tls_ca", CONFIG_TEXT, IN(sip_tls_ca), 1, 4096, NULL, NULL,
     "file in PEM with the roots of trunks' peers; without it, the system's"},
    {"line", "guard_rate", CONFIG_NUMBER, IN(guard_rate), 1, 100000, NULL, "50",
     "SIP requests a second that are heard of an address at which no telephone is registered; of "
     "others it is a hundred times as many, of a trunk's peers twenty times"},
    {"line", "guard_failures", CONFIG_NUMBER, IN(guard_failures), 1, 100000, NULL, "20",
     "after so many refused requests such an address is not heard"},
    {"line", "guard_shut_out_s", CONFIG_NUMBER, IN(guard_shut_out_s), 1, 86400, NULL, "300",
     "for so long"},
    {"line", "guard_idle_s", CONFIG_NUMBER, IN(guard_idle_s), 1, 86400, NULL, "120",
     "a connection over which nobody has shown right credentials is closed when nothing came for"},
    {"line", "realm", CONFIG_WORD, IN(realm), 1, 255, NULL, "cordboard",
     "realm of the telephones' digest authentication"},
    {"line", "resolv_conf", CONFIG_TEXT, IN(resolv_conf), 1, 4096, NULL, "/etc/resolv.conf",
     "file that says which name servers are asked for the peers of trunks"},
    {"line", "rtp_ports", CONFIG_PORTS, IN(rtp_ports), 1024, 65535, NULL, "16384-32767",
     "UDP ports for sound"},
    {"line", "music", CONFIG_TEXT, IN(music), 1, 4096, NULL, NULL,
     "WAV file for whoever is held or waits in a queue; without it, music is generated"},
    {"line", "silence_s", CONFIG_NUMBER, IN(silence_s), 0, 3600, NULL, "30",
     "a telephone without sound is asked whether it is still there after; 0: never"},

    {"calls", "pick_up_s", CONFIG_NUMBER, IN(pick_up_s), 1, 600, NULL, "20",
     "the caller's own telephone must go off hook within"},
    {"calls", "no_answer_s", CONFIG_NUMBER, IN(no_answer_s), 1, 3600, NULL, "30",
     "the destination must answer within"},
    {"calls", "busy_tone_s", CONFIG_NUMBER, IN(busy_tone_s), 0, 60, NULL, "3",
     "the tone before a failed call is released"},
    {"calls", "keep_released_s", CONFIG_NUMBER, IN(keep_released_s), 0, 86400, NULL, "60",
     "a released call can be read for"},
    {"calls", "disposition_h", CONFIG_NUMBER, IN(disposition_h), 0, 720, NULL, "24",
     "hours in which a disposition is taken for a released call"},
    {"calls", "transit_minutes", CONFIG_NUMBER, IN(transit_minutes), 1, 1440, NULL, "120",
     "a call that is left to outside numbers alone is cleared after"},

    {"agents", "vanished_s", CONFIG_NUMBER, IN(vanished_s), 0, 604800, NULL, "300",
     "an agent whose desktop went without a word is logged out after; 0: never"},

    {"recording", "directory", CONFIG_TEXT, IN(recordings), 1, 4096, NULL, NULL,
     "where recordings are; made when absent; without it, recordings below data"},

    {"history", "keep_days", CONFIG_NUMBER, IN(keep_days), 0, 36500, NULL, "365",
     "calls and their recordings are forgotten so long after their end; 0: never"},

    {"site", "country", CONFIG_COUNTRY, IN(country), 0, 0, NULL, NULL,
     "where the site is: how numbers are dialled there"},
    {"site", "calling_code", CONFIG_DIGITS, IN(calling_code), 1, 3, NULL, NULL,
     "instead of the country's, such as 49"},
    {"site", "international_prefix", CONFIG_DIGITS, IN(international_prefix), 0, 7, NULL, NULL,
     "instead of the country's, such as 00"},
    {"site", "national_prefix", CONFIG_DIGITS, IN(national_prefix), 0, 7, NULL, NULL,
     "instead of the country's, such as 0"},
    {"site", "area_code", CONFIG_DIGITS, IN(area_code), 0, 7, NULL, NULL,
     "what an outside number without national prefix gets, such as 30"},
    {"site", "outside_prefix", CONFIG_DIGITS, IN(outside_prefix), 1, 7, NULL, NULL,
     "what is dialled before an outside number; without it, outside is what looks so"},
    {"site", "main_number", CONFIG_E164, IN(main_number), 0, 0, NULL, NULL,
     "the site's own, before its extensions, such as +4930555"},
    {"site", "time_zone", CONFIG_ZONE, IN(time_zone), 0, 0, NULL, "UTC",
     "where the site's days begin; stored times are UTC"},
    {"site", "disposition_key", CONFIG_WORD, IN(disposition_key), 1, 255, NULL,
     "DispositionCode", "user-data key of a disposition that comes without dispositionKey"},

    {"emergency", "numbers", CONFIG_DNS, IN(emergency_numbers), 0, 0, NULL, NULL,
     "emergency numbers, such as 112, 110; may be given several times"},
    {"emergency", "trunk", CONFIG_TEXT, IN(emergency_trunk), 1, 255, NULL, NULL,
     "a [trunk NAME] of this file that they are tried through first; without it, any"},
    {"emergency", "callback_s", CONFIG_NUMBER, IN(emergency_callback_s), 0, 31536000, NULL,
     "86400", "so long afterwards a call to the location number rings the telephone whatever is "
     "set for it; 0: ever"},

    {"api", "compat", CONFIG_CHOICE, IN(compat), 0, 0, "8.5.2-2016|8.5.0-2014", "8.5.2-2016",
     "the form of calls: participants as objects, or as strings beside participantsInfo"},
    {"api", "profile", CONFIG_CHOICE, IN(profile), 0, 0, "full|documented", "full",
     "capabilities that are shown: all, or those of the API's own samples"},

    {"user_data", "key_bytes", CONFIG_NUMBER, IN(key_bytes), 1, 4096, NULL, "255",
     "one key"},
    {"user_data", "value_bytes", CONFIG_NUMBER, IN(value_bytes), 1, 1048576, NULL, "16384",
     "one value, as JSON"},
    {"user_data", "call_bytes", CONFIG_NUMBER, IN(call_bytes), 1, 4194304, NULL, "65536",
     "all keys and values of a call"},
    {"user_data", "pairs", CONFIG_NUMBER, IN(pairs), 1, 10000, NULL, "1000",
     "pairs of a call"},
    {"user_data", "nesting", CONFIG_NUMBER, IN(nesting), 0, 120, NULL, "32",
     "levels of arrays and objects in one value"},

    {"events", "ring_notices", CONFIG_NUMBER, IN(ring_notices), 16, 100000, NULL, "256",
     "events kept for each user, to resume from"},
    {"events", "ring_bytes", CONFIG_NUMBER, IN(ring_bytes), 16384, 268435456, NULL, "262144",
     "and their size at most"},
    {"events", "rings_bytes", CONFIG_NUMBER, IN(rings_bytes), 1048576, 1099511627776, NULL,
     "536870912", "the size of all users' events"},
    {"events", "connect_timeout_s", CONFIG_NUMBER, IN(connect_timeout_s), 1, 300, NULL, "30",
     "a long poll without events is held for"},
    {"events", "max_interval_s", CONFIG_NUMBER, IN(max_interval_s), 10, 86400, NULL, "30",
     "a CometD session without a connect lives for"},
    {"events", "sessions", CONFIG_NUMBER, IN(sessions), 1, 1000000, NULL, "50000",
     "CometD sessions at one time"},
    {"events", "user_sessions", CONFIG_NUMBER, IN(user_sessions), 1, 1000000, NULL, "32",
     "and of one user; a handshake beyond is refused"},

    {"journal", "snapshot_batches", CONFIG_NUMBER, IN(snapshot_batches), 100, 10000000, NULL,
     "10000", "commits between two snapshots"},
    {"journal", "reserve_mb", CONFIG_NUMBER, IN(reserve_mb), 0, 1000000, NULL, "16",
     "with less than so many MiB, or a tenth of the disk, free, requests are refused and calls go "
     "on; 0: never"},

    {"user", "password", CONFIG_TEXT, IN_USER(password), 1, 128, NULL, NULL,
     "the password itself; or password_hash instead"},
    {"user", "password_hash", CONFIG_TEXT, IN_USER(password_hash), 1, 127, NULL, NULL,
     "what cordboard hash-password prints"},
    {"user", "first_name", CONFIG_TEXT, IN_USER(first_name), 0, 128, NULL, "",
     "shown to others"},
    {"user", "last_name", CONFIG_TEXT, IN_USER(last_name), 0, 128, NULL, "",
     "shown to others"},
    {"user", "email", CONFIG_WORD, IN_USER(email), 1, 128, NULL, NULL,
     "shown in the directory"},
    {"user", "employee_id", CONFIG_TEXT, IN_USER(employee_id), 1, 128, NULL, NULL,
     "shown in the directory"},
    {"user", "id", CONFIG_HEX, IN_USER(id), 32, 32, NULL, NULL,
     "id in addresses; without it, made of the name"},
    {"user", "roles", CONFIG_FLAGS, IN_USER(roles), 0, 0, "agent|supervisor|admin", "agent",
     "what the user may do"},
    {"user", "may_connect_outside", CONFIG_CHOICE, IN_USER(may_connect_outside), 0, 0, "no|yes",
     "no", "whether a transfer, forwarding or hanging up may leave a call to outside numbers alone"},
    {"user", "compat", CONFIG_CHOICE, IN_USER(compat), 0, 0, "site|8.5.2-2016|8.5.0-2014", "site",
     "the form of calls for this user; site: as in [api]"},

    {"device", "user", CONFIG_TEXT, IN_DEVICE(user), 1, 255, NULL, NULL,
     "whose telephone it is; a [user NAME] of this file"},
    {"device", "sip_secret", CONFIG_TEXT, IN_DEVICE(sip_secret), 1, 128, NULL, NULL,
     "with what the telephone registers; or its hashes instead"},
    {"device", "sip_ha1_md5", CONFIG_HEX, IN_DEVICE(ha1_md5), 32, 32, NULL, NULL,
     "MD5 of DN:realm:secret"},
    {"device", "sip_ha1_sha256", CONFIG_HEX, IN_DEVICE(ha1_sha256), 64, 64, NULL, NULL,
     "SHA-256 of DN:realm:secret"},
    {"device", "remoteAnswer", CONFIG_CHOICE, IN_DEVICE(remote_answer), 0, 0,
     "none|talk|reinvite", "talk",
     "how Answer makes it go off hook: NOTIFY talk where it can, ringing it anew, or not at all"},
    {"device", "remote_hold", CONFIG_CHOICE, IN_DEVICE(remote_hold), 0, 0, "none|notify", "none",
     "whether the telephone itself shows Hold: NOTIFY hold, where it takes talk for Retrieve"},
    {"device", "nat", CONFIG_CHOICE, IN_DEVICE(nat), 0, 0, "auto|yes|no", "auto",
     "whether its telephone is behind an address translator: then its sound is sent to where its own "
     "comes from; auto: as its requests show"},
    {"device", "calls", CONFIG_NUMBER, IN_DEVICE(calls), 1, 100, NULL, "1",
     "calls at one time; not counted are consult calls, and those dialled by hand while the "
     "others are held"},
    {"device", "recording", CONFIG_CHOICE, IN_DEVICE(recording), 0, 0, "off|on", "off",
     "whether its calls may be recorded"},
    {"device", "srtp", CONFIG_CHOICE, IN_DEVICE(srtp), 0, 0, "optional|off|required", "optional",
     "whether its sound is encrypted, which needs TLS for its signalling"},
    {"device", "location_number", CONFIG_DN, IN_DEVICE(location), 1, NUMBER_MAX, NULL, NULL,
     "number that its emergency calls show, and where it is called back, such as +4930555100"},

    {"network", "addresses", CONFIG_NETWORKS, IN_NETWORK(addresses), 0, 0, NULL, NULL,
     "whose telephones and trunks these are; may be given several times"},
    {"network", "advertised", CONFIG_WORD, IN_NETWORK(advertised), 1, 255, NULL, NULL,
     "address that they are told, instead of sip_advertised"},

    {"place", "devices", CONFIG_DNS, IN_PLACE(devices), 0, 0, NULL, NULL,
     "each a [device DN] of this file; may be given several times"},

    {"queue", "name", CONFIG_TEXT, IN_QUEUE(name), 1, 128, NULL, NULL,
     "shown to others; without it, the number"},
    {"queue", "agents", CONFIG_NAMES, IN_QUEUE(agents), 0, 0, NULL, NULL,
     "each a [user NAME] of this file, or all: everybody with the role agent; may be given several "
     "times"},
    {"queue", "wrap_up_s", CONFIG_NUMBER, IN_QUEUE(wrap_up_s), 0, 3600, NULL, "0",
     "AfterCallWork after each of its calls"},
    {"queue", "no_answer_s", CONFIG_NUMBER, IN_QUEUE(no_answer_s), 1, 600, NULL, "20",
     "an agent must answer within; then he is NotReady, and the call waits on"},
    {"queue", "max_wait_s", CONFIG_NUMBER, IN_QUEUE(max_wait_s), 1, 86400, NULL, "3600",
     "a call waits for; then it goes to overflow, or is released"},
    {"queue", "max_waiting", CONFIG_NUMBER, IN_QUEUE(max_waiting), 1, 100000, NULL, "1000",
     "calls that wait at one time; beyond, they go to overflow, or are busy"},
    {"queue", "overflow", CONFIG_DN, IN_QUEUE(overflow), 1, NUMBER_MAX, NULL, NULL,
     "a [queue NUMBER] or [device DN] of this file, or an outside number with +"},

    {"trunk", "channels", CONFIG_NUMBER, IN_TRUNK(channels), 1, 10000, NULL, "30",
     "calls at one time"},
    {"trunk", "prefixes", CONFIG_PREFIXES, IN_TRUNK(prefixes), 0, 0, NULL, NULL,
     "begins of the numbers that it is for; without any, all numbers. May be given several times"},
    {"trunk", "numbers", CONFIG_ROUTES, IN_TRUNK(numbers), 0, 0, NULL, NULL,
     "where calls that come in go, where the site's main number does not say; may be given several "
     "times"},
    {"trunk", "peer", CONFIG_PEERS, IN_TRUNK(peers), 0, 0, NULL, NULL,
     "the other side, in the order in which they are tried; may be given several times"},
    {"trunk", "transport", CONFIG_CHOICE, IN_TRUNK(transport), 0, 0, "udp|tcp|tls", "udp",
     "how calls go to peers"},
    {"trunk", "tls_verify", CONFIG_CHOICE, IN_TRUNK(verifies_peer), 0, 0, "no|yes", "yes",
     "whether a peer over TLS must show a certificate of its name"},
    {"trunk", "allow", CONFIG_NETWORKS, IN_TRUNK(allow), 0, 0, NULL, NULL,
     "from where calls may come, beside the peers' own addresses; may be given several times"},
    {"trunk", "register", CONFIG_CHOICE, IN_TRUNK(registers), 0, 0, "no|yes", "no",
     "whether we register with the peer"},
    {"trunk", "username", CONFIG_WORD, IN_TRUNK(username), 1, 128, NULL, NULL,
     "with what we register, and answer when the peer asks who we are"},
    {"trunk", "secret", CONFIG_TEXT, IN_TRUNK(secret), 1, 128, NULL, NULL,
     "its password"},
    {"trunk", "expires_s", CONFIG_NUMBER, IN_TRUNK(expires_s), 60, 86400, NULL, "3600",
     "a registration lasts for; the peer may say less"},
    {"trunk", "from_user", CONFIG_WORD, IN_TRUNK(from_user), 1, 128, NULL, NULL,
     "user in From of calls out, for peers that want their account there; without it, the caller's "
     "number"},
    {"trunk", "from_domain", CONFIG_WORD, IN_TRUNK(from_domain), 1, 255, NULL, NULL,
     "domain in From and To; without it, the peer's name"},
    {"trunk", "asserted_identity", CONFIG_CHOICE, IN_TRUNK(asserts_identity), 0, 0, "no|yes", "yes",
     "whether P-Asserted-Identity is sent, and believed"},
    {"trunk", "number_format", CONFIG_CHOICE, IN_TRUNK(number_format), 0, 0,
     "e164|plain|international|national", "e164",
     "how numbers are written: +49301234567, 49301234567, 0049301234567 or 0301234567"},
    {"trunk", "prefix_out", CONFIG_DN, IN_TRUNK(prefix_out), 1, NUMBER_MAX, NULL, NULL,
     "what is put before a number that is called"},
    {"trunk", "codecs", CONFIG_FLAGS, IN_TRUNK(codecs), 0, 0, "PCMU|PCMA|G722", "PCMU,PCMA,G722",
     "codecs that we offer and take"},
    {"trunk", "carry_user_data", CONFIG_CHOICE, IN_TRUNK(carriage), 0, 0,
     "none|user-to-user|headers", "none",
     "how user data travels, both ways: not at all, in User-to-User, or in X- headers"},
    {"trunk", "keys", CONFIG_KEYS, IN_TRUNK(keys), 0, 0, NULL, NULL,
     "keys of the user data that travels, at most 10; may be given several times"},

    {"agent_state", "display_name", CONFIG_TEXT, IN_STATE(display_name), 1, 128, NULL, NULL,
     "shown to others; without it, the name"},
    {"agent_state", "mode", CONFIG_CHOICE, IN_STATE(mode), 0, 0,
     "Ready|NotReady|AfterCallWork|AuxWork", "NotReady",
     "which of the system's states it is a kind of"},
    {"agent_state", "reason", CONFIG_TEXT, IN_STATE(reason), 1, 128, NULL, NULL,
     "reason code"},
    {"agent_state", "id", CONFIG_WORD, IN_STATE(id), 1, 36, NULL, NULL,
     "id that clients see; without it, made of the name"},

    {"disposition", "display_name", CONFIG_TEXT, IN_DISPOSITION(display_name), 1, 128, NULL, NULL,
     "what agents read; without it, the name"},

    {"contact", "number", CONFIG_TEXT, IN_CONTACT(number), 1, NUMBER_MAX, NULL, NULL,
     "dialled as it is written"},
};
/* clang-format on */

#define OPTION_COUNT  (sizeof options / sizeof *options)
#define SECTION_COUNT (sizeof sections / sizeof *sections)

const struct config_option *config_options(size_t *count)
{
    *count = OPTION_COUNT;
    return options;
}

const struct config_option *config_option_find(const char *section, const char *key)
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (strcmp(options[i].section, section) == 0 && strcmp(options[i].key, key) == 0)
            return &options[i];
    return NULL;
}

const struct config_section *config_sections(size_t *count)
{
    *count = SECTION_COUNT;
    return sections;
}

const struct config_section *config_section_find(const char *name)
{
    for (size_t i = 0; i < SECTION_COUNT; i++)
        if (strcmp(sections[i].name, name) == 0)
            return &sections[i];
    return NULL;
}

bool config_option_adds(const struct config_option *option)
{
    return option->type == CONFIG_ORIGINS || option->type == CONFIG_NETWORKS ||
           option->type == CONFIG_NAMES || option->type == CONFIG_DNS ||
           option->type == CONFIG_PEERS || option->type == CONFIG_PREFIXES ||
           option->type == CONFIG_ROUTES || option->type == CONFIG_KEYS;
}

bool config_option_is_text(const struct config_option *option)
{
    return option->type != CONFIG_NUMBER && option->type != CONFIG_CHOICE &&
           option->type != CONFIG_FLAGS && option->type != CONFIG_PORTS;
}
