"""A scanner that is a keyboard: it types its codes, and the kernel tells of each key in records of 24 bytes.

Sources: Linux `input.h` (`struct input_event` on a 64-bit machine), `input-event-codes.h`; the scan codes from Linux
`drivers/hid/usbhid/usbkbd.c`.
"""

from __future__ import annotations

import random
import struct
from collections import deque
from collections.abc import Iterator
from enum import IntEnum

from firmware_sim.devices.scan_engine import short_enough
from firmware_sim.devices.wedge_layout import ENTER, SHIFT, Key, key_of
from firmware_sim.faults.orders import RATED
from firmware_sim.faults.spoil import with_noise
from firmware_sim.faults.words import WedgeFault

INPUT_EVENT = struct.Struct("<qqHHi")
"""Seconds, microseconds, type, code, value."""
MICROSECONDS = 1_000_000
PRESSED, RELEASED = 1, 0
REPORT_S = 0.002
"""From one report of the keyboard to the next. A scanner's setting; USB asks a fast keyboard every 1 to 10 ms."""
MOST_STROKES = 65_536
"""Changes of keys that are still to come, so that a mistaken script cannot fill the memory."""


class EventType(IntEnum):
    """Kinds of records."""

    SYN = 0x00
    KEY = 0x01
    MSC = 0x04


SYN_REPORT = 0
MSC_SCAN = 0x04
"""Before a key: its scan code, a usage of the USB keyboard page (7)."""


class Wedge:
    """One keyboard scanner, with the US layout. Times in seconds of any monotonic clock.

    Each change of a key is a report of its own: scan code, key, SYN. A character that its layout has no key for is left
    out, as by scanners that are not set to type Unicode.
    """

    def __init__(
        self, *, report_s: float = REPORT_S, epoch_s: float = 0.0, end: Key | None = ENTER, seed: int = 0
    ) -> None:
        """`report_s`: seconds from key change to key change. `epoch_s`: Unix time when the clock was 0.

        `end`: the key after each code, if any.
        """
        self._report_s = report_s
        self._epoch_s = epoch_s
        self._end = end
        self._typing: deque[tuple[Key, int]] = deque()
        self._next_s = float("-inf")
        self._outgoing = b""
        self._luck = random.Random(seed)
        self._noise = 0.0

    def set_fault(self, fault: WedgeFault, rate: float | None = None) -> None:
        """Have this fault from now on. `noise`: a share `rate` of the key changes is lost, or has a wrong bit."""
        usual = RATED[WedgeFault.NOISE] if rate is None else rate
        self._noise = usual if fault is WedgeFault.NOISE else 0.0

    def fire(self, code: str, aim: str = "") -> None:
        """Type a code after its AIM identifier, if any, and end it. Raises ValueError if too much is to be typed."""
        keys = [key for character in aim + code if (key := key_of(character)) is not None]
        if self._end is not None:
            keys.append(self._end)
        strokes = [stroke for key in keys for stroke in _strokes(key)]
        if len(strokes) + len(self._typing) > MOST_STROKES:
            raise ValueError(f"a keyboard has at most {MOST_STROKES} key changes to come; wait, or type less")
        self._typing.extend(strokes)

    def press(self, key: Key) -> None:
        """One key goes down and up. Raises ValueError if too much is to be typed."""
        if len(self._typing) + 2 > MOST_STROKES:
            raise ValueError(f"a keyboard has at most {MOST_STROKES} key changes to come; wait, or type less")
        self._typing.extend(_strokes(key))

    def fire_bytes(self, data: bytes) -> None:
        """Say these bytes, records or not, as they are. Raises ValueError for too many."""
        self._outgoing += short_enough(data)

    def receive(self, data: bytes, now_s: float) -> None:
        """What a host writes are its lamps: it has none."""

    def tick(self, now_s: float) -> None:
        """Send the reports whose time has come."""
        while self._typing and self._next_s <= now_s:
            key, value = self._typing.popleft()
            self._outgoing += self._spoilt(self._report(key, value, now_s))
            self._next_s = now_s + self._report_s

    def due_s(self) -> float | None:
        """When the next report is."""
        return self._next_s if self._typing else None

    def take_outgoing(self) -> bytes:
        """What it has typed since."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def connected(self, now_s: float) -> None:
        """A keyboard does not notice who listens."""

    def _report(self, key: Key, value: int, now_s: float) -> bytes:
        seconds, rest = divmod(round((self._epoch_s + now_s) * MICROSECONDS), MICROSECONDS)
        records = (
            (EventType.MSC, MSC_SCAN, key.scan_code),
            (EventType.KEY, key.code, value),
            (EventType.SYN, SYN_REPORT, 0),
        )
        return b"".join(INPUT_EVENT.pack(seconds, rest, *record) for record in records)

    def _spoilt(self, report: bytes) -> bytes:
        """The kernel hands out whole records whatever happens: what would move them is a lost report instead."""
        if self._luck.random() >= self._noise:
            return report
        spoilt = with_noise(report, self._luck)
        return spoilt if len(spoilt) == len(report) else b""


def _strokes(key: Key) -> Iterator[tuple[Key, int]]:
    """Down and up, with shift around it where it needs that."""
    if key.shifted:
        yield SHIFT, PRESSED
    yield key, PRESSED
    yield key, RELEASED
    if key.shifted:
        yield SHIFT, RELEASED
