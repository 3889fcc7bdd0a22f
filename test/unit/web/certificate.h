/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

#ifndef TEST_WEB_CERTIFICATE_H
#define TEST_WEB_CERTIFICATE_H

#define CERTIFICATE_PATH_SIZE 40

/* Writes both into files of their own and fills in the paths; 0: it could not. */
int certificate_make(char certificate[CERTIFICATE_PATH_SIZE], char key[CERTIFICATE_PATH_SIZE]);
void certificate_remove(const char *certificate, const char *key);

#endif
