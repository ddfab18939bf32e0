"""The fleet's side of a station: its desk for commands, what carries them out, and what is told of the station."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.station.fleet_settings import FleetSettings
from kiosk.station.orders.book import Book
from kiosk.station.orders.configuring import Check, Configuring
from kiosk.station.orders.desk import Desk, DeskParts, Doer, Outcome
from kiosk.station.orders.logs import LogKept, LogUpload
from kiosk.station.orders.trial import TriedFile
from kiosk.station.orders.updating import Updating
from kiosk.station.releases.folder import Releases
from kiosk.station.telemetry import Telemetry
from kiosk.wire import Channel, CommandKind, HealthReport, Station

Tell = Callable[[Channel, bytes], None]


@dataclass(slots=True)
class Postbox:
    """Where everything is published; the line is plugged in later, and what comes before is told by the heartbeat."""

    line: Tell | None = None

    def tell(self, channel: Channel, payload: bytes) -> None:
        if self.line is not None:
            self.line(channel, payload)


@dataclass(frozen=True, slots=True)
class Obeying:
    """What there is where the settings name a fleet."""

    desk: Desk
    book: Book
    configuring: Configuring | None
    updating: Updating | None

    def start(self) -> None:
        self.desk.start()
        for part in (self.configuring, self.updating):
            if part is not None:
                part.start()

    def stop(self) -> None:
        for part in (self.updating, self.configuring):
            if part is not None:
                part.stop()
        self.desk.stop()
        self.book.close()

    def line_up(self) -> None:
        if self.configuring is not None:
            self.configuring.line_up()
        self.desk.line_up()


@dataclass(frozen=True, slots=True)
class FleetSide:
    """`obeying` is None where the settings name no fleet: then no command is believed."""

    postbox: Postbox
    telemetry: Telemetry
    file: TriedFile | None
    obeying: Obeying | None

    @property
    def hears_commands(self) -> bool:
        return self.obeying is not None

    def completed(self, report: HealthReport) -> HealthReport:
        """The heartbeat with all that is known."""
        report = self.telemetry.completed(report)
        version = None if self.file is None else self.file.version()
        if self.obeying is None:
            return replace(report, config=version)
        desk = self.obeying.desk
        return replace(report, config=version, commands=desk.newest(), commands_refused=desk.refused)

    def heard(self, payload: bytes) -> None:
        """Somebody says a command."""
        if self.obeying is not None:
            self.obeying.desk.heard(payload)

    def told(self, command: str, outcome: Outcome) -> None:
        """How far a command is."""
        if self.obeying is not None:
            self.obeying.desk.told(command, outcome)

    def line_up(self) -> None:
        """The broker took us."""
        if self.obeying is not None:
            self.obeying.line_up()

    def start(self) -> None:
        if self.obeying is not None:
            self.obeying.start()

    def stop(self) -> None:
        if self.obeying is not None:
            self.obeying.stop()


@dataclass(frozen=True, slots=True)
class SideParts:
    """What the fleet's side of a station needs of it."""

    station: Station
    settings: FleetSettings | None
    file: Path | None
    """The station's settings file; None for one without."""
    folder: Path
    """Where the book of commands lies: beside the ledger."""
    check: Check
    restart: Callable[[str], None]
    """Have the station started anew for the sake of this command, as soon as that harms nobody."""
    log: LogKept = field(default_factory=LogKept)


def fleet_side(parts: SideParts, own: Callable[[Tell], Mapping[CommandKind, Doer]]) -> FleetSide:
    """One that is not started; `own` gives what only this sort of station does. Raises `SettingsRefused` for keys that
    cannot be used, `StorageFailure`."""
    postbox = Postbox()
    telemetry = Telemetry(parts.station, postbox.tell)
    file = None if parts.file is None else TriedFile(parts.file)
    doers = dict(own(postbox.tell))
    if parts.settings is None:
        return FleetSide(postbox, telemetry, file, None)
    keys = parts.settings.keys()
    doers[CommandKind.LOG] = LogUpload(parts.station, parts.log, postbox.tell)

    def ended(command: str, outcome: Outcome) -> None:
        desk.told(command, outcome)

    updating = configuring = None
    if parts.settings.releases is not None:
        releases, signers = Releases(parts.settings.releases), parts.settings.signers()
        doers[CommandKind.UPDATE] = updating = Updating(releases, signers, parts.restart, ended)
    if file is not None:
        doers[CommandKind.CONFIGURE] = configuring = Configuring(file, parts.check, parts.restart, ended)
    book = Book(parts.folder, datetime.now(UTC))
    desk = Desk(DeskParts(parts.station, keys, book, doers, postbox.tell))
    return FleetSide(postbox, telemetry, file, Obeying(desk, book, configuring, updating))
