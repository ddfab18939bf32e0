"""From records of a FEIG reader to tags that passed: each is told once, however often the reader repeats it.

A reader repeats what was not acknowledged, and cannot know that an acknowledge was lost on its way. So a record is
known by UID and time until some time after it was acknowledged.
Source: FEIG H71011-0e, 12.2 (repetition); ISC.SDK.Linux 4.06.10, FEDM_BRMTabItem.cpp and BRMDemoDlg.cpp (time).
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass

from drivers.gates.feig.settings import BlockOrder
from drivers.gates.protocol import RecordsLost, TagPassed
from drivers.pads.feig.buffer_records import BufferTable, Record
from drivers.pads.feig.codes import Status

KNOWN_LIMIT = 4_096
REMEMBERED_S = 60.0
"""After an acknowledge was answered: the answer may have crossed a repetition. A gate whose clock stands still gives
every passage of a book the same time; after this long it counts as a new one."""
_MINUTE_MS = 60_000
_Key = tuple[object, ...]


@dataclass(slots=True)
class _Known:
    number: int
    acknowledged_s: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What one answer told."""

    events: tuple[TagPassed | RecordsLost, ...]
    through: int
    """Number of the last of its tags, told now or before; 0 where it held none."""


class Passages:
    """Remembers what was told of one reader."""

    def __init__(self, block_order: BlockOrder) -> None:
        self._block_order = block_order
        self._known: OrderedDict[_Key, _Known] = OrderedDict()
        self._open: dict[_Key, _Known] = {}
        """Those that the reader has not forgotten yet, as far as is known."""
        self._closed: deque[tuple[_Key, _Known]] = deque()
        """Those that it has, in the order of their `acknowledged_s`: in a crowd nobody looks through them all."""
        self._overflowed = False
        self._cut: BufferTable | None = None
        """The last answer with records that cannot be read: it may be repeated."""
        self.told = 0
        """Tags told until now; the number of the last one."""

    def take(self, table: BufferTable, status: int, now_s: float) -> Taken:
        """Records of an answer with this status."""
        self._forget_old(now_s)
        events: list[TagPassed | RecordsLost] = []
        through = 0
        for record in table.records:
            key = _key(record)
            known = self._known.get(key)
            if known is None:
                self.told += 1
                known = self._known[key] = self._open[key] = _Known(self.told)
                events.append(self._passed(record, self.told))
            self._known.move_to_end(key)
            through = max(through, known.number)
        while len(self._known) > KNOWN_LIMIT:
            key, _ = self._known.popitem(last=False)
            self._open.pop(key, None)
        return Taken((*events, *self._lost(table, status, any_new=bool(events))), through)

    def acknowledged(self, now_s: float) -> None:
        """The reader has forgotten what it told until now."""
        for key, known in self._open.items():
            if _has_time(key):
                known.acknowledged_s = now_s
                self._closed.append((key, known))
            else:
                del self._known[key]
        self._open.clear()

    def _forget_old(self, now_s: float) -> None:
        while self._closed:
            key, known = self._closed[0]
            if known.acknowledged_s is None or known.acknowledged_s + REMEMBERED_S >= now_s:
                return
            self._closed.popleft()
            if self._known.get(key) is known:
                del self._known[key]

    def _lost(self, table: BufferTable, status: int, *, any_new: bool) -> list[RecordsLost]:
        lost: list[RecordsLost] = []
        overflows = status == Status.BUFFER_OVERFLOW
        if overflows and (any_new or not self._overflowed):
            lost.append(RecordsLost("the reader's table of records was full (status 93)"))
        self._overflowed = overflows
        if not table.whole and (any_new or table != self._cut):
            self._cut = table
            unread = table.sets - len(table.records)
            lost.append(RecordsLost(f"{unread} of {table.sets} records cannot be read: they are cut short"))
        return lost

    def _passed(self, record: Record, number: int) -> TagPassed:
        block_size = _number(record, "block_size") or 4
        data = bytes.fromhex(_text(record, "data") or "")
        if self._block_order is BlockOrder.REVERSED:
            data = b"".join(data[at : at + block_size][::-1] for at in range(0, len(data), block_size))
        tag_type = _number(record, "tr_type")
        return TagPassed(
            uid=_text(record, "uid"),
            afi=_number(record, "afi"),
            dsfid=_number(record, "dsfid"),
            data=data,
            block_size=block_size,
            at=_clock(_text(record, "time")),
            antenna=_number(record, "antenna"),
            direction=_number(record, "direction"),
            tag_type=b"" if tag_type is None else bytes((tag_type,)),
            number=number,
        )


def _key(record: Record) -> _Key:
    if "time" in record:
        return "timed", record.get("uid"), record["time"], record.get("date")
    return "untimed", *sorted((name, str(value)) for name, value in record.items())


def _has_time(key: _Key) -> bool:
    return key[0] == "timed"


def _clock(sent: str | None) -> str | None:
    """Hour, minute, milliseconds of the minute (2 bytes); None where that is no time of day."""
    if sent is None:
        return None
    hour, minute, *rest = bytes.fromhex(sent)
    second, milliseconds = divmod(int.from_bytes(bytes(rest)), 1_000)
    if hour > 23 or minute > 59 or second * 1_000 + milliseconds >= _MINUTE_MS:
        return None
    return f"{hour:02}:{minute:02}:{second:02}.{milliseconds:03}"


def _number(record: Record, name: str) -> int | None:
    value = record.get(name)
    return value if isinstance(value, int) else None


def _text(record: Record, name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) else None
