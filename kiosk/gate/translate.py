"""What a driver told, in the reducer's words: whose tag it is, which way it went, and whether that was just now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from drivers.gates.protocol import ClockRead, GateEvent, PeopleCounted, RecordsLost, TagPassed
from drivers.health import FaultCode, Faulted, Recovered
from kiosk.gate.events import CountersTold, Disturbed, GateHappening, RecordsDropped, WatchKept, WatchLost
from kiosk.gate.judging import Kind, Sighting
from kiosk.hardware.gates import GateDriver, GateSettings, Reports
from kiosk.hardware.tag_data import decoded_passage, is_for_items
from kiosk.model.ids import ItemId, Uid
from kiosk.session.events import TagKind
from kiosk.session.hearing import is_item_number
from kiosk.station.tags import kind_of

LATE = timedelta(seconds=10)
"""Whoever went through so long ago has gone: the alarm is written down and rings nothing."""
BACKLOG = timedelta(seconds=120)
"""What a gate has kept while nobody heard it, it tells in this time after its clock was read. Later on it tells what it
sees: a clock that stops or is set meanwhile must not make a gate silent."""
STILL_HEARD = frozenset({FaultCode.NOISE, FaultCode.DEVICE_ERROR})
"""Troubles of a gate that goes on telling what it sees."""
BITS = {GateDriver.LSP2: 16, GateDriver.FEIG_BUFFERED: 32, GateDriver.FEIG_NOTIFYING: 32, GateDriver.LLRP: 32}
"""Widths of people counters (LSP2 answers two bytes, FEIG 0x77 four each)."""


@dataclass(slots=True)
class Hearing:
    """One gate, and how far its own clock is from ours."""

    settings: GateSettings
    owners: Collection[str]
    ahead: timedelta | None = None
    """The gate's clock less ours; None where it has not told it."""
    read_at: datetime | None = None
    """When it told it."""

    def heard(self, event: GateEvent, now: datetime) -> Sighting | list[GateHappening]:
        """A tag to look up, or what it means at once. `now` is aware."""
        gate = self.settings.name
        match event:
            case TagPassed():
                return self._sighting(event, now)
            case PeopleCounted():
                return self._counters(event)
            case ClockRead():
                read = _instant(event.at)
                self.ahead = None if read is None else read - now
                self.read_at = now
                return []
            case RecordsLost():
                return [RecordsDropped(gate, event.detail)]
            case Faulted() if event.code in STILL_HEARD:
                return [Disturbed(gate)]
            case Faulted():
                return [WatchLost(gate, f"{event.code.value}: {event.detail}")]
            case Recovered():
                return [WatchKept(gate)]

    def _sighting(self, passed: TagPassed, now: datetime) -> Sighting:
        kind, item = _whose(passed, self.owners)
        outward = self.settings.outward
        return Sighting(
            gate=self.settings.name,
            kind=kind,
            item=item,
            uid=Uid(passed.uid) if passed.uid else None,
            afi=passed.afi,
            eas=passed.eas,
            only_alarms=self.settings.driver is GateDriver.LSP2 or self.settings.reports is Reports.ALARMS,
            outward=None if outward is None or passed.direction is None else passed.direction == outward,
            stamp=passed.at or "",
            rssi_dbm=passed.rssi_dbm,
            late=self._is_late(passed, now),
        )

    def _is_late(self, passed: TagPassed, now: datetime) -> bool:
        """Whether the gate kept it for a while; its clock may be wrong by years, so only differences count."""
        at = None if passed.at is None else _instant(passed.at)
        if at is None or self.ahead is None or self.read_at is None or now - self.read_at > BACKLOG:
            return False
        return now - (at - self.ahead) > LATE

    def _counters(self, told: PeopleCounted) -> list[GateHappening]:
        """Pairs of counters, in and out; a gate with a single one counts both ways, as entered."""
        name, bits = self.settings.name, BITS[self.settings.driver]
        unit = f"{name}-{told.unit}" if told.unit is not None and told.unit > 1 else name
        pairs = [told.counters[place : place + 2] for place in range(0, len(told.counters), 2)]
        happened: list[GateHappening] = []
        for number, pair in enumerate(pairs, start=1):
            if number == 1 or any(pair):  # a second aisle that does not exist counts nothing
                aisle = unit if number == 1 else f"{unit}-aisle-{number}"
                happened.append(CountersTold(aisle[:32], pair[0], pair[1] if len(pair) == 2 else 0, bits))
        return happened


def _whose(passed: TagPassed, owners: Collection[str]) -> tuple[Kind, ItemId | None]:
    if not passed.data and passed.pc is None:
        return Kind.ANY_LIBRARY, None
    data = decoded_passage(passed)
    item = ItemId(data.item_id) if data.item_id and is_item_number(data.item_id) else None
    match kind_of(data, owners):
        case TagKind.LIBRARY:
            return Kind.OURS if owners and data.owner is not None else Kind.ANY_LIBRARY, item
        case TagKind.FOREIGN:
            return (Kind.OTHER_LIBRARY, item) if is_for_items(data) else (Kind.CARD, None)
        case TagKind.NOT_LIBRARY:
            return Kind.NO_LIBRARY, None
        case TagKind.BROKEN:
            return Kind.ANY_LIBRARY, None


def _instant(text: str) -> datetime | None:
    """A gate's own time, taken for UTC: it has no zone, and only differences count. None for one without a date."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
