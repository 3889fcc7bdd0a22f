#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Writes share/music.wav, the sample of music on hold: two soft voices that walk through chords.

It is computed, so there is no recording and no right to one. 16 bit PCM, mono, 8000 Hz, and its
end fits its beginning. The same bytes come out each time.
"""

import math
import pathlib
import struct
import wave

RATE = 8000
BEAT_S = 0.5
# Chords as steps of semitones from A3 (220 Hz), four beats each.
CHORDS = [(0, 4, 7, 12), (-3, 0, 4, 9), (-7, -3, 0, 5), (-5, -1, 2, 7)]
PATTERN = [0, 2, 3, 2, 1, 2, 3, 1]
AMPLITUDE = 4000


def pitch(semitones):
    return 220.0 * 2 ** (semitones / 12)


def add_note(samples, begin_s, length_s, hz, loudness):
    """A bell-like note; what sounds beyond the end is heard at the beginning."""
    first = round(begin_s * RATE)
    for i in range(round(length_s * RATE)):
        t = i / RATE
        envelope = min(1.0, t / 0.02) * math.exp(-2.2 * t / length_s) * (1 - t / length_s)
        tone = math.sin(2 * math.pi * hz * t) + 0.3 * math.sin(4 * math.pi * hz * t)
        samples[(first + i) % len(samples)] += loudness * envelope * tone


def main():
    beats = 4 * len(CHORDS)
    samples = [0.0] * round(beats * BEAT_S * RATE)
    for number, chord in enumerate(CHORDS):
        begin = number * 4 * BEAT_S
        add_note(samples, begin, 4 * BEAT_S, pitch(chord[0] - 12) * 2, 0.5)
        for step, which in enumerate(PATTERN):
            add_note(samples, begin + step * BEAT_S / 2, 2 * BEAT_S, pitch(chord[which] + 12), 0.6)
    path = pathlib.Path(__file__).resolve().parent.parent / "share" / "music.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", round(AMPLITUDE * s)) for s in samples))


if __name__ == "__main__":
    main()
