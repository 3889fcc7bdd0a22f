/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Random inputs from all sides (users, telephones, the clock), with every invariant checked after
 * each: those of core_check, and those that need a look at what went before:
 *
 *  - a refused input leaves the digest as it was, and has a reason;
 *  - each user's notices are numbered without a gap; one Released notice per party;
 *  - what a user sees by asking is what it was told last, and each telephone hears what it should;
 *  - no order is given twice for a leg while the first is unconfirmed;
 *  - every offered operation is accepted, every other one that is not tolerated is refused;
 *  - a mirror of the floor, which is told what changed only, is the floor;
 *  - a snapshot restores to the same snapshot; a replay of the accepted inputs tells the same
 * story.
 *
 * A sequence is a list of numbers, each meaning one step in the state it meets. Each runs in a
 * process of its own, since a broken invariant aborts. A failing one is shrunk by leaving steps
 * out, then printed. CORDBOARD_SEED and CORDBOARD_STEPS (all in all) choose another run,
 * CORDBOARD_SEQUENCE="0x... 0x..." runs one failing sequence again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/hash.h"
#include "base/log.h"
#include "random.h"

static void step_rarer(struct model *m, uint32_t r)
{
    if ((r >> 24 & 7) == 0)
        step_disposition(m, r);
    else if ((r >> 24 & 7) < 4)
        step_supervise(m, r);
    else if ((r >> 20 & 127) == 127)
        give_role(m, r & 1 ? 1 : 3, r & 2 ? ROLE_SUPERVISOR : 0);
    else if ((r >> 20 & 15) == 5)
        step_outside(m, r);
    else if ((r >> 20 & 15) == 6)
        step_emergency(m, r);
    else if ((r >> 20 & 15) == 7)
        step_floor(m, r);
    else
        step_telephone(m, r);
}

static void run(const uint32_t *steps, size_t count)
{
    struct model m = {0};
    world_init(&m.w, USERS);
    give_recorders(&m);
    give_role(&m, 1, ROLE_SUPERVISOR);
    give_role(&m, 3, ROLE_SUPERVISOR);
    begin_agents(&m);
    give_two_calls(&m.w, "101", "u1");
    give_two_calls(&m.w, "103", "u3");
    give_trunks(&m.w);
    for (size_t i = 0; i < count; i++) {
        uint32_t r = steps[i] >> 3;
        switch (steps[i] & 7) {
        case 0:
            if (r >> 27 & 1)
                step_agent(&m, r);
            else
                step_command(&m, r);
            break;
        case 1:
            step_command(&m, r);
            break;
        case 2:
            step_offered(&m, r);
            break;
        case 3:
            step_signal(&m, r);
            break;
        case 4:
        case 5:
            step_obedient(&m, r);
            break;
        case 6:
            step_rarer(&m, r);
            break;
        default:
            tick(&m, (r & 15) == 0 ? 70000 : r % 1500);
            break;
        }
        if (i % 16 == 0)
            check_offers(&m, (unsigned)(i / 16));
        if (i % 32 == 0)
            check_supervisors_offers(&m);
        if (i % 8 == 0)
            check_snapshot(&m);
    }
    check_replay(&m);
    watch_free(&watch);
    forget_floor();
    world_free(&m.w);
}

/* In a process of its own; true when nothing broke. */
static bool holds(const uint32_t *steps, size_t count, bool is_quiet)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        if (is_quiet && (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout)))
            _exit(2);
        run(steps, count);
        _exit(0);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}

/* Leaves out ever smaller pieces as long as it still fails. */
static size_t shrink(uint32_t *steps, size_t count)
{
    uint32_t shorter[SEQUENCE_STEPS];
    for (size_t piece = count / 2; piece > 0; piece /= 2)
        for (size_t at = 0; at + piece <= count;) {
            memcpy(shorter, steps, at * sizeof *steps);
            memcpy(shorter + at, steps + at + piece, (count - at - piece) * sizeof *steps);
            if (holds(shorter, count - piece, true)) {
                at += piece;
            } else {
                count -= piece;
                memcpy(steps, shorter, count * sizeof *steps);
            }
        }
    return count;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

/* The steps of CORDBOARD_SEQUENCE, as a failure prints them, in this process. */
static bool run_sequence(void)
{
    const char *at = getenv("CORDBOARD_SEQUENCE");
    uint32_t steps[SEQUENCE_STEPS];
    size_t count = 0;
    char *end = NULL;
    for (; at && *at && count < SEQUENCE_STEPS; at = end) {
        steps[count] = (uint32_t)strtoul(at, &end, 16);
        if (end == at)
            break;
        count++;
    }
    if (count > 0)
        run(steps, count);
    return count > 0;
}

static void random_inputs_keep_the_invariants(void **state)
{
    (void)state;
    uint64_t seed = number_from("CORDBOARD_SEED", 20261123);
    uint64_t total = number_from("CORDBOARD_STEPS", 10000);
    printf("seed %llu, %llu steps\n", (unsigned long long)seed, (unsigned long long)total);
    uint64_t word = seed;
    accepted = mmap(NULL, (OP_COUNT + 1) * sizeof *accepted, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(accepted != MAP_FAILED);
    if (run_sequence())
        return;
    for (uint64_t done = 0; done < total; done += SEQUENCE_STEPS) {
        uint32_t steps[SEQUENCE_STEPS];
        for (size_t i = 0; i < SEQUENCE_STEPS; i++) {
            word = hash_u64(word, i + 1);
            steps[i] = (uint32_t)(word >> 20);
        }
        if (holds(steps, SEQUENCE_STEPS, false))
            continue;
        size_t count = shrink(steps, SEQUENCE_STEPS);
        printf("shrunk to %zu steps:", count);
        for (size_t i = 0; i < count; i++)
            printf(" 0x%08x", steps[i]);
        printf("\n");
        holds(steps, count, false);
        fail_msg("a sequence broke an invariant; seed %llu", (unsigned long long)seed);
    }
    for (int op = 0; op < OP_COUNT; op++)
        if (op_row((enum op)op)->name)
            printf("%s accepted %u times\n", op_row((enum op)op)->name, accepted[op]);
    printf("telephones transferred %u times\n", accepted[OP_COUNT]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_inputs_keep_the_invariants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
