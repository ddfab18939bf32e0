"""Spoils bytes on their way out, the same way for the same seed."""

from __future__ import annotations

import random

from firmware_sim.faults.words import PadFault

FLIPPED_SHARE = 0.3
NOISY_SHARE = 0.2
MOST_NOISE_BYTES = 6
BITS = 8
SLOW_S = 0.5
"""With the fault `slow`, before each answer of a pad: many times what a good reader needs, and still an answer."""


class Spoiler:
    """A source of bad luck. Every second message or so gets through a noisy line unharmed."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(seed)

    def answer(self, frame: bytes, fault: PadFault, *, wrote: bool) -> bytes:
        """What is left of a pad's answer; `wrote` says whether it answers an order to write."""
        match fault:
            case PadFault.SILENT:
                return b""
            case PadFault.LOSE_WRITE_ANSWER:
                return b"" if wrote else frame
            case PadFault.NOISE:
                return self.with_noise(frame)
            case PadFault.TRUNCATE:
                return self.cut_short(frame)
            case PadFault.BAD_CRC:
                return self.with_bad_end(frame)
            case PadFault.NONE | PadFault.SLOW | PadFault.UNPLUG:
                return frame

    def with_noise(self, message: bytes) -> bytes:
        """Sometimes one bit flipped, sometimes random bytes in front."""
        throw = self._luck.random()
        if throw < FLIPPED_SHARE and message:
            place = self._luck.randrange(len(message))
            flipped = message[place] ^ (1 << self._luck.randrange(BITS))
            return message[:place] + bytes((flipped,)) + message[place + 1 :]
        if throw < FLIPPED_SHARE + NOISY_SHARE:
            return self._luck.randbytes(self._luck.randint(1, MOST_NOISE_BYTES)) + message
        return message

    def cut_short(self, message: bytes) -> bytes:
        """Without its end: at least one byte is missing."""
        return message[: self._luck.randrange(len(message))] if message else b""

    def with_bad_end(self, message: bytes) -> bytes:
        """With the last byte changed, which is part of the check value."""
        return message[:-1] + bytes((message[-1] ^ self._luck.randint(1, 0xFF),)) if message else b""
