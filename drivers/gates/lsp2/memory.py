"""Which records of the gate's memory are known.

The gate counts its records and forgets them all when it is cleared: then the count falls, or, where it has grown again
meanwhile, another record stands in the place of the last known one. What a full memory does, no source says; where it
writes over old records, it shows the same way.
"""

from __future__ import annotations

from collections import OrderedDict

from drivers.gates.lsp2.reading import Twice
from drivers.gates.protocol import RecordsLost

TOLD_KEPT = 1_024
"""Records that are known again where a memory has to be read anew."""


class GateMemory:
    """Places count from 0, whatever the gate calls its first record."""

    def __init__(self, catch_up: int) -> None:
        self._catch_up = catch_up
        self._count: Twice[int] = Twice()
        self._known: int | None = None
        self._last: bytes | None = None
        """The record at the last known place."""
        self._told: OrderedDict[bytes, None] = OrderedDict()
        self._read_anew = 0
        """Records at places below may have been told before."""

    @property
    def next_place(self) -> int | None:
        """The first record that is not known, where there is one."""
        count = self._count.believed
        return self._known if count is not None and self._known is not None and self._known < count else None

    def last(self) -> tuple[int, bytes] | None:
        """Place and content of the last known record."""
        return None if self._last is None or not self._known else (self._known - 1, self._last)

    def counted(self, count: int) -> list[RecordsLost] | None:
        """The gate said how many records it has; None when it has to say so again."""
        before = self._count.believed
        if not self._count.hear(count):
            return None
        if self._known is None or before is None:
            self._known = max(0, count - self._catch_up)
            return []
        if count >= before:
            return []
        unread = before - self._known
        self._known, self._last, self._read_anew = 0, None, 0
        return [RecordsLost(f"the gate's memory was cleared before {unread} records were read")] if unread else []

    def read(self, content: bytes) -> bool:
        """The record at `next_place` was read; whether it is news."""
        assert self._known is not None
        is_news = self._known >= self._read_anew or content not in self._told
        self._known += 1
        self._last = content
        self._told[content] = None
        self._told.move_to_end(content)
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return is_news

    def changed(self) -> list[RecordsLost]:
        """Another record stands in the last known place: read what may be new."""
        count = self._count.believed or 0
        self._known, self._last, self._read_anew = max(0, count - self._catch_up), None, count
        return [RecordsLost("the gate's memory was cleared and filled again, or is full: records may be missing")]
