"""Settings of a book-drop, `drop.toml`, and of lockers, `locker.toml`. Every key is documented here, once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from kiosk.doors.drop.policy import Bin, DropPolicy, DropTimes
from kiosk.doors.locker.policy import Box, LockerPolicy, LockerTimes
from kiosk.hardware.cards import CardSettings
from kiosk.hardware.pads import PadSettings
from kiosk.hardware.scanners import ScannerSettings
from kiosk.hardware.signals import SignalSettings
from kiosk.model.circulation import SecurityMarks
from kiosk.model.limits import NAME, NOT_EMPTY, TIME_ZONE, matching, within
from kiosk.rules.offline import OfflinePolicy
from kiosk.settings.broker import BrokerSettings
from kiosk.station.settings import CentralSettings, Owner

Seconds = Annotated[float, within(0.2, 600)]
TAKES = matching(
    re.compile(r"hold|staff|(shelf|transfer)(:[^:]{1,64})?"),
    "shelf, hold, transfer, staff, or narrower: shelf:CLASS of items, transfer:BRANCH",
)


@dataclass(frozen=True, slots=True)
class BinSettings:
    """One bin below the tray."""

    name: Annotated[str, NAME]
    takes: Annotated[tuple[Annotated[str, TAKES], ...], NOT_EMPTY]
    """What falls into it: `shelf`, `hold`, `transfer`, `staff` (what needs a look); narrower `shelf:dvd` (class of
    items), `transfer:east` (branch). What no other bin takes goes where `staff` is taken."""
    output: str = ""
    """Output that turns the chute towards this bin while the tray is emptied. Empty: it falls here by itself."""
    full: str = ""
    """Input that is on while the bin is full."""
    away: str = ""
    """Input that is on while the bin is pulled out; when it is back, it is empty."""
    capacity: Annotated[int, within(0, 10_000)] = 0
    """So many items fill it; 0: nobody counts. Counting needs `away`."""

    def __post_init__(self) -> None:
        if self.capacity and not self.away:
            raise ValueError("expected away where capacity is counted: nobody could tell when the bin was emptied")


@dataclass(frozen=True, slots=True)
class DropTimeSettings:
    """Times of the drop, in seconds."""

    offer_s: Seconds = 20.0
    """The flap stays open so long for an item that is held before it."""
    read_s: Seconds = 3.0
    """What fell in has to be read within this."""
    release_s: Seconds = 2.0
    """The tray is open so long."""
    jam_s: Seconds = 8.0
    """What lies in the tray so long after it was opened has jammed; after three tries staff are called."""


@dataclass(frozen=True, slots=True)
class DoorStation:
    """What every station with doors has."""

    site: Annotated[str, NAME]
    """The library's name in topics; all its stations and its central system have the same."""
    station: Annotated[str, NAME]
    """This station's name in topics, its own in the site."""
    signals: Annotated[tuple[SignalSettings, ...], NOT_EMPTY]
    """Boards with locks and sensors (`modbus`), and lamps."""


@dataclass(frozen=True, slots=True)
class DropSettings(DoorStation):
    """One book-drop."""

    front: PadSettings
    """The pad before the flap: it says for what the flap opens."""
    pad: PadSettings
    """The pad under the tray, shielded so that it hears nothing beyond it: what it hears has come in."""
    bins: Annotated[tuple[BinSettings, ...], NOT_EMPTY]
    flap: Annotated[str, NOT_EMPTY] = "flap"
    """Output: while it is on, the flap can be pushed open."""
    tray: Annotated[str, NOT_EMPTY] = "tray"
    """Output: while it is on, the tray lets go of what lies in it."""
    fallen: Annotated[str, NOT_EMPTY] = "fallen"
    """Input: something lies in the tray, out of reach of a hand."""
    closed: str = ""
    """Input: the flap is closed. Empty: it falls shut, and nobody tells."""
    ready_lamp: str = ""
    """Output: push it in."""
    refused_lamp: str = ""
    """Output: not this one, or one at a time."""
    out_lamp: str = ""
    """Output: full or broken."""
    times: DropTimeSettings = field(default_factory=DropTimeSettings)
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    owners: tuple[Owner, ...] = ()
    """ISILs whose items are ours, compared without regard to case. Empty: every library item may be ours."""
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    central: CentralSettings | None = None
    """Where the copy comes from by which items are sorted while central does not answer."""
    ledger: Path = Path("/var/lib/kiosk-drop/ledger.sqlite")

    def __post_init__(self) -> None:
        names = [one.name for one in self.bins]
        if len(set(names)) < len(names):
            raise ValueError("expected each bin under a name of its own (bins.N.name)")
        lamps = [lamp for lamp in (self.ready_lamp, self.refused_lamp, self.out_lamp) if lamp]
        chutes = [one.output for one in self.bins if one.output]
        check_names(self.signals, [self.flap, self.tray, *lamps, *chutes], self._inputs())

    def _inputs(self) -> list[str]:
        told = [one for bin_ in self.bins for one in (bin_.full, bin_.away) if one]
        return [self.fallen, *([self.closed] if self.closed else []), *told]

    def policy(self) -> DropPolicy:
        """What the reducer goes by."""
        times = self.times
        return DropPolicy(
            tuple(Bin(one.name, one.takes, one.output, one.full, one.away, one.capacity) for one in self.bins),
            flap=self.flap,
            tray=self.tray,
            fallen=self.fallen,
            closed=self.closed,
            ready_lamp=self.ready_lamp,
            refused_lamp=self.refused_lamp,
            out_lamp=self.out_lamp,
            marks=self.marks,
            times=DropTimes(times.offer_s, read_s=times.read_s, release_s=times.release_s, jam_s=times.jam_s),
        )


def check_names(signals: tuple[SignalSettings, ...], outputs: list[str], inputs: list[str]) -> None:
    """Raises `ValueError` where a name is none of the boards'."""
    there = [one.name for board in signals for one in board.outputs]
    sensors = [one.name for board in signals for one in board.inputs]
    for kind, known in (("output", there), ("input", sensors)):
        if len(set(known)) < len(known):
            raise ValueError(f"expected each {kind} of all boards under a name of its own")
    for kind, wanted, known in (("output", outputs, there), ("input", inputs, sensors)):
        for name in wanted:
            if name not in known:
                found = ", ".join(known) or "none"
                raise ValueError(f"expected an {kind} of signals ({found}), not {name!r}")


@dataclass(frozen=True, slots=True)
class BoxSettings:
    """One compartment: a door with a lock and a switch, and a pad inside."""

    name: Annotated[str, NAME]
    pad: PadSettings
    lock: Annotated[str, NOT_EMPTY]
    """Output: while it is on, the door can be opened."""
    shut: Annotated[str, NOT_EMPTY]
    """Input: on while the door is shut."""


@dataclass(frozen=True, slots=True)
class LockerTimeSettings:
    """Times of a locker, in seconds."""

    count_s: Seconds = 3.0
    """What lies behind a door is counted when nothing has changed there for so long."""
    unlock_s: Seconds = 8.0
    """A lock is held open so long, and once more."""
    open_s: Seconds = 60.0
    """A door that is open longer rings."""


@dataclass(frozen=True, slots=True)
class LockerSettings(DoorStation):
    """Lockers, or the doors of a smart shelf, with one card reader."""

    boxes: Annotated[tuple[BoxSettings, ...], NOT_EMPTY]
    cards: CardSettings | None = None
    """The reader to which patrons and staff hold their cards."""
    scanner: ScannerSettings | None = None
    """A scanner for cards with a barcode."""
    alarm: str = ""
    """Output: a door is open too long or was forced, or something is gone without a loan."""
    ready_lamp: str = ""
    """Output: a door is unlocked."""
    refused_lamp: str = ""
    """Output: there is nothing here for this card."""
    staff_file: Path | None = None
    """File of the cards that open doors for staff (`kiosk staff-card`), which nobody but its owner may read."""
    times: LockerTimeSettings = field(default_factory=LockerTimeSettings)
    time_zone: Annotated[str, TIME_ZONE] = "Asia/Shanghai"
    owners: tuple[Owner, ...] = ()
    """ISILs whose items are ours, compared without regard to case. Empty: every library item may be ours."""
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    offline: OfflinePolicy = field(default_factory=OfflinePolicy)
    broker: BrokerSettings = field(default_factory=BrokerSettings)
    central: CentralSettings | None = None
    """Where the copy comes from that says what is set aside for whom while central does not answer."""
    ledger: Path = Path("/var/lib/kiosk-locker/ledger.sqlite")

    def __post_init__(self) -> None:
        names = [one.name for one in self.boxes]
        if len(set(names)) < len(names):
            raise ValueError("expected each compartment under a name of its own (boxes.N.name)")
        if self.cards is None and self.scanner is None:
            raise ValueError("expected cards or scanner: patrons could not say who they are")
        for what in ("lock", "shut"):
            told = [getattr(one, what) for one in self.boxes]
            if len(set(told)) < len(told):
                raise ValueError(f"expected each compartment with a {what} of its own (boxes.N.{what})")
        lamps = [one for one in (self.alarm, self.ready_lamp, self.refused_lamp) if one]
        check_names(self.signals, [*(one.lock for one in self.boxes), *lamps], [one.shut for one in self.boxes])

    def policy(self, staff: Mapping[str, str]) -> LockerPolicy:
        """What the reducer goes by; `staff` are the cards of staff and their names."""
        return LockerPolicy(
            tuple(Box(one.name, one.lock, one.shut) for one in self.boxes),
            alarm=self.alarm,
            ready_lamp=self.ready_lamp,
            refused_lamp=self.refused_lamp,
            marks=self.marks,
            staff=staff,
            offline=self.offline,
            needs_copy=self.central is not None,
            time_zone=self.time_zone,
            times=LockerTimes(self.times.count_s, self.times.unlock_s, self.times.open_s),
        )
