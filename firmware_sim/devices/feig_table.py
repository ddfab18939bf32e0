"""The table of a FEIG gate in buffered read or notification mode: what passed, until the host has cleared it.

Source: FEIG's class library as in github UC3MSocialRobots/maggie_drivers: `FEDM_BRMTabItem.cpp` (records),
`BRMDemoDlg.cpp` (time), `FEDM_ISCReader.cpp` case 0x31; ID ISC.LR1002 H20411-0e, 10.5 (table information).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from enum import IntFlag

from firmware_sim.devices.feig_iso import TR_TYPE_ISO_15693
from firmware_sim.room.tag import Tag

IDDT = 0x00
ANTENNA = 1
ANY_LATER_BYTE = 0x80
"""Of TR-DATA1: TR-DATA2 follows."""
MILLISECONDS = 1000


class Told(IntFlag):
    """What a record holds: TR-DATA1 in the low byte, TR-DATA2 in the high one. Other parts are not simulated."""

    IDENTITY = 0x0001
    ANTENNA = 0x0010
    TIME = 0x0020
    AFI = 0x0400
    """AFI and DSFID before the UID, inside the identity."""
    DIRECTION = 0x2000


USUALLY_TOLD = Told.IDENTITY | Told.ANTENNA | Told.TIME


@dataclass(frozen=True, slots=True)
class Record:
    """One tag that passed, as it was then."""

    uid: bytes
    afi: int
    dsfid: int
    time: datetime
    direction: int

    @classmethod
    def of(cls, tag: Tag, time: datetime, direction: int) -> Record:
        """What the gate notes of a tag."""
        return cls(tag.uid, tag.afi, tag.dsfid, time, direction)

    def content(self, told: Told) -> bytes:
        """REC-LEN, which counts itself, and the parts that are told, in their order."""
        parts = b""
        if told & Told.IDENTITY:
            identity = (bytes((self.afi, self.dsfid)) if told & Told.AFI else b"") + self.uid
            parts += bytes((TR_TYPE_ISO_15693, IDDT, len(identity))) + identity
        if told & Told.TIME:
            of_minute = self.time.second * MILLISECONDS + self.time.microsecond // MILLISECONDS
            parts += bytes((self.time.hour, self.time.minute)) + of_minute.to_bytes(2, "big")
        if told & Told.ANTENNA:
            parts += bytes((ANTENNA,))
        if told & Told.DIRECTION:
            parts += bytes((self.direction,))
        return (2 + len(parts)).to_bytes(2, "big") + parts


@dataclass(frozen=True, slots=True)
class Sets:
    """Some records as they are sent: TR-DATA, number, records. `more`: others wait behind them."""

    data: bytes
    count: int
    more: bool


class RecordTable:
    """A ring of records. What was sent stays until it is cleared; what comes when it is full is lost."""

    def __init__(self, size: int, told: Told) -> None:
        self.size = size
        self.room = size
        """How many records it takes: fewer than `size` only with a fault."""
        self.start = 0
        self._told = told
        self._records: deque[Record] = deque()
        self._sent = 0
        self.lost = False
        """Records were lost since this was told last."""

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record) -> None:
        """Note one, if there is room."""
        if len(self._records) >= self.room:
            self.lost = True
        else:
            self._records.append(record)

    def first(self, most: int, space: int) -> Sets:
        """The oldest records, at most so many and in so many bytes; these are what `clear_sent` clears."""
        low, high = self._told & 0xFF, self._told >> 8
        head = bytes((low | ANY_LATER_BYTE, high)) if high else bytes((low,))
        told, count = b"", 0
        for record in self._records:
            content = record.content(self._told)
            if count == most or len(head) + 2 + len(told) + len(content) > space:
                break
            told += content
            count += 1
        self._sent = count
        return Sets(head + count.to_bytes(2, "big") + told, count, count < len(self._records))

    def clear_sent(self) -> None:
        """Forget the records that were sent last."""
        for _ in range(self._sent):
            self._records.popleft()
        self.start = (self.start + self._sent) % self.size
        self._sent = 0

    def clear(self) -> None:
        """Forget all of them, and that some were lost."""
        self._sent = len(self._records)
        self.clear_sent()
        self.lost = False
