"""LLRP portals: UHF gates. Every tag is told once, and again when it is still or again there after a while.

A portal repeats a tag many times a second, and may repeat whole reports after a connection was lost. By the reader's
own times, where it tells them, a repetition is known even when it comes late, and a passage that the reader kept while
nobody listened is not taken for one. Counters of people are not part of LLRP.

Source: EPCglobal LLRP 1.1; `docs/devices.md`, sections 4 and 12; `docs/tag-data.md`, sections 4 and 5.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import assert_never

from drivers.codecs.bank01 import TOGGLE
from drivers.codecs.reading import Format
from drivers.codecs.tag_data import decode
from drivers.gates.protocol import ClockRead, GateCommand, GateEvent, RecordsLost, TagPassed
from drivers.health import Faulted, Recovered
from drivers.llrp.notices import ReportsLost
from drivers.llrp.reports import TagReport
from drivers.llrp.session import Answered, ClockTold, Session, Started, Stopped, Told
from drivers.llrp.settings import LlrpSettings

REPEAT_S = 2.0
_TAGS_LIMIT = 4_096
"""Tags whose last report is remembered; the oldest are forgotten."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_US = 253_402_300_799_000_000
"""The end of the year 9999."""
_NO_CRC = b"\0\0"
_TOGGLE_BIT = TOGGLE << 8


class LlrpGate:
    """`Conversation[GateEvent, GateCommand]` and `ClosesPort`, over TCP port 5084."""

    def __init__(self, settings: LlrpSettings, repeat_s: float = REPEAT_S) -> None:
        """`repeat_s`: a tag that stays is told again after this time, and not before."""
        self._session = Session(settings)
        self._repeat_s = repeat_s
        self._told_s: dict[tuple[bytes, int | None], float] = {}
        """When each tag was told last, by the reader's clock where it tells one; the latest stand at the end."""

    def port_opened(self, now_s: float) -> list[GateEvent]:
        """Wait for the reader's greeting."""
        return self._told(self._session.port_opened(now_s), now_s)

    def port_lost(self, reason: str, now_s: float) -> list[GateEvent]:
        """The gate sees nothing until the port is back; what the reader keeps meanwhile is told then."""
        return self._told(self._session.port_lost(reason, now_s), now_s)

    def submit(self, command: GateCommand, now_s: float) -> None:
        """`Stored`: nothing to do, a reader forgets a report when it is sent."""

    def receive(self, data: bytes, now_s: float) -> list[GateEvent]:
        """Take bytes as they came."""
        return self._told(self._session.receive(data, now_s), now_s)

    def tick(self, now_s: float) -> list[GateEvent]:
        """Give up what was not answered, and a reader that is silent."""
        return self._told(self._session.tick(now_s), now_s)

    def due_s(self) -> float | None:
        """The next time-out."""
        return self._session.due_s()

    def take_outgoing(self) -> bytes:
        """Requests, and answers to keepalives."""
        return self._session.take_outgoing()

    def close_wanted(self) -> str | None:
        """Why a new connection is needed."""
        return self._session.close_wanted()

    def _told(self, told: list[Told], now_s: float) -> list[GateEvent]:
        events: list[GateEvent] = []
        for each in told:
            match each:
                case TagReport():
                    if self._is_news(each, now_s):
                        events.append(passed(each))
                case ClockTold():
                    events += [] if (at := _clock(each.clock_us)) is None else [ClockRead(at)]
                case ReportsLost():
                    events.append(RecordsLost("the reader's memory for reports overflowed"))
                case Started():
                    events += self._session.settled()
                case Faulted() | Recovered():
                    events.append(each)
                case Stopped() | Answered():
                    pass
                case _:
                    assert_never(each)
        return events

    def _is_news(self, report: TagReport, now_s: float) -> bool:
        seen_us = report.last_seen_us if report.last_seen_us is not None else report.first_seen_us
        seen_s = now_s if seen_us is None else seen_us / 1e6
        tag = (report.uii, report.pc)
        told_s = self._told_s.get(tag)
        if told_s is not None and abs(seen_s - told_s) < self._repeat_s:
            return False
        self._told_s.pop(tag, None)
        self._told_s[tag] = seen_s
        if len(self._told_s) > _TAGS_LIMIT:
            del self._told_s[next(iter(self._told_s))]
        return True


def passed(report: TagReport) -> TagPassed:
    """A report as the gate controller hears it."""
    seen_us = report.first_seen_us if report.first_seen_us is not None else report.last_seen_us
    return TagPassed(
        report.uii.hex().upper(),
        afi=_afi(report),
        pc=report.pc,
        at=_clock(seen_us),
        antenna=report.antenna,
        rssi_dbm=report.rssi_dbm,
    )


def _afi(report: TagReport) -> int | None:
    if report.pc is None or not report.pc & _TOGGLE_BIT:
        return None
    bank = _NO_CRC + report.pc.to_bytes(2) + report.uii
    return report.pc & 0xFF if decode(b"", uii=bank).format is Format.ISO28560_4 else None


def _clock(seen_us: int | None) -> str | None:
    """UTC by the reader's clock; None for a time beyond all years."""
    if seen_us is None or seen_us > _LATEST_US:
        return None
    return (_EPOCH + timedelta(microseconds=seen_us)).replace(tzinfo=None).isoformat(timespec="milliseconds")
