"""Spoils bytes on their way out, the same way for the same luck."""

from __future__ import annotations

import random

FLIPPED_SHARE = 0.6
"""Of the messages that noise spoils; the others get random bytes in front."""
MOST_NOISE_BYTES = 6
BITS = 8
SLOW_S = 0.5
"""With the fault `slow`, before each answer of a pad behind PC/SC: many times what a good reader needs."""


def with_noise(message: bytes, luck: random.Random) -> bytes:
    """One bit flipped, or random bytes in front."""
    if luck.random() < FLIPPED_SHARE and message:
        place = luck.randrange(len(message))
        flipped = message[place] ^ (1 << luck.randrange(BITS))
        return message[:place] + bytes((flipped,)) + message[place + 1 :]
    return luck.randbytes(luck.randint(1, MOST_NOISE_BYTES)) + message


def cut_short(message: bytes, luck: random.Random) -> bytes:
    """Without its end: at least one byte is missing."""
    return message[: luck.randrange(len(message))] if message else b""


def half_of(message: bytes) -> bytes:
    """Up to its middle."""
    return message[: len(message) // 2]


def with_bad_end(message: bytes, luck: random.Random) -> bytes:
    """With the last byte changed, which is part of the check value."""
    return message[:-1] + bytes((message[-1] ^ luck.randint(1, 0xFF),)) if message else b""
