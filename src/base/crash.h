/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Named points at which a build for tests can be told to die as by kill -9:
 * CORDBOARD_CRASH=name[:n] in the environment kills the process when the point is reached the n-th
 * time. Ordinary builds have no such points (meson option crash_points). */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#ifdef CORDBOARD_CRASH_POINTS
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
    (void)name;
}
#endif

#endif
