/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What is printed when the server is ready: where it listens, and in the demo how to begin. */
#include "welcome.h"

#include "page/page.h"

#include <stdio.h>
#include <string.h>

static void print_demo(const struct config *config, const char *url)
{
    unsigned last = (unsigned)config->demo_agents - 1;
    if (page_absence())
        printf("\nThe page for agents is not in this build: %s.\n", page_absence());
    else
        printf("\nOpen %s/ in a browser, and log in as an agent or the supervisor.\n", url);
    printf("\nDemo: agents agent0 to agent%u, password %s, telephones %d to %u; all of them serve\n"
           "queue " CONFIG_DEMO_QUEUE ". Supervisor " CONFIG_DEMO_SUPERVISOR
           ", same password. It listens on this machine only; anybody on it can\n"
           "log in. The main job, by hand:\n\n",
           last, CONFIG_DEMO_PASSWORD, CONFIG_DEMO_FIRST_DN, CONFIG_DEMO_FIRST_DN + last);
    printf("curl -u agent0:demo %s/api/v2/me/devices/15000/calls -d '{\"operationName\":\"Dial\","
           "\"destination\":{\"phoneNumber\":\"15001\"}}'\n\n",
           url);
    printf("curl -u agent0:demo %s/api/v2/me/calls/$(curl -s -u agent0:demo %s/api/v2/me/calls | "
           "grep -oE '[A-Z2-7]{32}') -d '{\"operationName\":\"AttachUserData\",\"userData\":"
           "{\"AccountNumber\":\"12345\"}}'\n\n",
           url, url);
    printf("curl -u agent0:demo %s/api/v2/me/calls/$(curl -s -u agent0:demo %s/api/v2/me/calls | "
           "grep -oE '[A-Z2-7]{32}') -d '{\"operationName\":\"Hangup\"}'\n\n",
           url, url);
}

void welcome(const struct config *config, const char *public_url, unsigned http_port,
             unsigned sip_port)
{
    const char *http = config->http;
    const char *sip = config->sip;
    printf("listening on %s://%.*s:%u\n", config->tls_certificate ? "https" : "http",
           (int)(strrchr(http, ':') - http), http, http_port);
    if (config->driver == CONFIG_DRIVER_SIP)
        printf("sip on %.*s:%u\n", (int)(strrchr(sip, ':') - sip), sip, sip_port);
    if (config->is_demo)
        print_demo(config, public_url);
    (void)fflush(stdout);
}
