/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Two simulated telephones, 100 and 101, the trunks "north" and "south", and a host that remembers
 * what it is told. */
#ifndef TEST_LINE_SIM_PHONES_H
#define TEST_LINE_SIM_PHONES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "line/sim/line_sim.h"

#define TOLD_MAX 32

/* What was told since the last order or act. */
extern struct signal told[TOLD_MAX];
extern size_t told_count;
extern struct line_driver *sim;

void phones_start(const struct line_leg *legs, size_t count);
int phones_begin(void **state);
int phones_finish(void **state);

void order(struct order order);
void ring(uint64_t leg, const char *dn, const char *from);
/* dn with + before it, or in brackets, is an outside number: "+4930", "(110)". */
enum err act(const char *dn, enum sim_act what, const char *text);
enum err request(struct sim_request request);
/* The why of the last act that was refused. */
extern const char *refusal;

/* One told signal: its kind and leg. */
void assert_told(size_t at, enum signal_kind kind, uint64_t leg);
/* The leg number of the call just dialled. */
uint64_t dialled(void);
void assert_shows(const char *dn, const char *expected);
/* The part is in what the telephone shows. */
void assert_shows_part(const char *dn, const char *part);

#endif
