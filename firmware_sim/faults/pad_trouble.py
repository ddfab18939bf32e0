"""The faults that a pad on a line has itself: what becomes of its answers."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable

from firmware_sim.faults.orders import RATED
from firmware_sim.faults.spoil import with_bad_end
from firmware_sim.faults.words import PadFault

REMEMBERED = 8
"""Answers that a confused reader may give once more."""
OTHER_UID_SHARE = 0.5
"""Of the wrong answers that hold a UID: those that name another tag."""
SERIAL_BYTES = 4
"""The last bytes of a UID, which no two tags of one maker share."""


class PadTrouble:
    """One reader's. Every answer passes through it."""

    def __init__(self, seed: int = 0) -> None:
        self._luck = random.Random(seed)
        self._fault = PadFault.NONE
        self._rate = 1.0
        self._given: deque[bytes] = deque(maxlen=REMEMBERED)

    def begin(self, fault: PadFault, rate: float | None = None) -> None:
        """Have this fault from now on, instead of any other; `rate` is the share of answers that it spoils."""
        self._fault = fault
        self._rate = RATED.get(fault, 1.0) if rate is None else rate

    @property
    def silent(self) -> bool:
        """It does nothing of what it is asked."""
        return self._fault is PadFault.SILENT

    def answer(
        self, content: bytes, framed: Callable[[bytes], bytes], *, wrote: bool, uids: Iterable[bytes] = ()
    ) -> bytes:
        """What it says of an answer's `content`. `wrote`: it tells of a write; `uids`: as the tags in the field have
        them in its answers.
        """
        right = framed(content)
        said = right
        if self._luck.random() < self._rate:
            match self._fault:
                case PadFault.SILENT:
                    said = b""
                case PadFault.LOSE_WRITE_ANSWER if wrote:
                    said = b""
                case PadFault.BAD_CRC:
                    said = with_bad_end(right, self._luck)
                case PadFault.WRONG_ANSWER:
                    said = self._wrong(content, framed, uids)
                case _:
                    pass
        if right not in self._given:
            self._given.append(right)
        return said

    def _wrong(self, content: bytes, framed: Callable[[bytes], bytes], uids: Iterable[bytes]) -> bytes:
        """Another tag's name in it, or an answer that was given before; the right one only where there is neither."""
        right = framed(content)
        named = [uid for uid in uids if uid in content]
        others = [given for given in self._given if given != right]
        if named and (not others or self._luck.random() < OTHER_UID_SHARE):
            uid = self._luck.choice(named)
            return framed(content.replace(uid, _another(uid, self._luck)))
        return self._luck.choice(others) if others else right


def _another(uid: bytes, luck: random.Random) -> bytes:
    """A UID of the same maker, in the same order of bytes; none is like the one given."""
    first, last = (0, 3) if uid[-1] == 0xE0 else (len(uid) - SERIAL_BYTES, len(uid) - 1)
    place = luck.randint(first, last)
    return uid[:place] + bytes((uid[place] ^ luck.randint(1, 0xFF),)) + uid[place + 1 :]
