/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* What SIP digest authentication knows of a secret: hex of hash("dn:realm:secret"), RFC 7616
 * section 3.4.2. */
#ifndef HA1_H
#define HA1_H

void ha1_md5(const char *dn, const char *realm, const char *secret, char out[33]);
void ha1_sha256(const char *dn, const char *realm, const char *secret, char out[65]);

#endif
