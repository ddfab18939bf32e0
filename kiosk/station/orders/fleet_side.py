"""The fleet's side of a kiosk: its desk for commands, what carries them out, and what is told of the kiosk."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from kiosk.screens.frame import Frame
from kiosk.session.effects import OrderTold
from kiosk.session.events import DeviceChanged, Event, Moment
from kiosk.session.orders import Ordered, RestartOrder
from kiosk.station.fleet_settings import FleetSettings
from kiosk.station.orders.at_the_screen import AGAIN, KINDS, AtTheScreen, outcome_of
from kiosk.station.orders.book import Book
from kiosk.station.orders.configuring import Check, Configuring
from kiosk.station.orders.desk import Desk, DeskParts, Doer
from kiosk.station.orders.logs import LogKept, LogUpload
from kiosk.station.orders.picturing import Picturing
from kiosk.station.orders.trial import TriedFile
from kiosk.station.orders.updating import Updating
from kiosk.station.releases.folder import Releases
from kiosk.station.telemetry import Telemetry
from kiosk.wire import Channel, CommandKind, DeviceState, HealthReport, Station

MESSAGES = 20
"""So many of the last messages are looked at for the one that stands."""

log = logging.getLogger(__name__)

Tell = Callable[[Channel, bytes], None]


@dataclass(slots=True)
class Postbox:
    """Where everything is published; the line is plugged in later, and what comes before is told by the heartbeat."""

    line: Tell | None = None

    def tell(self, channel: Channel, payload: bytes) -> None:
        if self.line is not None:
            self.line(channel, payload)


@dataclass(frozen=True, slots=True)
class FleetSide:
    """`desk` is None where the settings name no fleet: then no command is believed."""

    postbox: Postbox
    telemetry: Telemetry
    file: TriedFile | None
    desk: Desk | None = None
    book: Book | None = None
    configuring: Configuring | None = None
    picturing: Picturing | None = None
    screen: AtTheScreen | None = None
    updating: Updating | None = None

    def watching(self, deliver: Callable[[Event], None]) -> Callable[[Event], None]:
        """`deliver` for devices, which the telemetry hears too."""

        def tell(event: Event) -> None:
            if isinstance(event, DeviceChanged):
                self.telemetry.device_is(event.device.value, DeviceState(event.health.value), event.detail)
            deliver(event)

        return tell

    def completed(self, report: HealthReport) -> HealthReport:
        """The heartbeat with all that is known."""
        report = self.telemetry.completed(report)
        version = None if self.file is None else self.file.version()
        if self.desk is None:
            return replace(report, config=version)
        return replace(report, config=version, commands=self.desk.newest(), commands_refused=self.desk.refused)

    def told(self, told: OrderTold) -> None:
        """The state machine tells how far an order is."""
        if self.desk is not None and not told.order.startswith(AGAIN):
            self.desk.told(told.order, outcome_of(told))

    def shown(self, frame: Frame) -> None:
        """The screen shows this."""
        if self.picturing is not None:
            self.picturing.frame(frame)

    def heard(self, payload: bytes) -> None:
        """Somebody says a command."""
        if self.desk is not None:
            self.desk.heard(payload)

    def line_up(self) -> None:
        """The broker took us."""
        if self.configuring is not None:
            self.configuring.line_up()
        if self.desk is not None:
            self.desk.line_up()

    def start(self) -> None:
        if self.desk is not None:
            self.desk.start()
        if self.screen is not None and self.book is not None:
            self.screen.say_again(self.book.last(MESSAGES, CommandKind.MESSAGE))
        if self.configuring is not None:
            self.configuring.started()
        if self.updating is not None:
            self.updating.start()

    def stop(self) -> None:
        if self.updating is not None:
            self.updating.stop()
        if self.configuring is not None:
            self.configuring.stop()
        if self.desk is not None:
            self.desk.stop()
        if self.book is not None:
            self.book.close()


@dataclass(frozen=True, slots=True)
class KioskParts:
    """What the fleet's side of a kiosk needs of it."""

    station: Station
    settings: FleetSettings | None
    file: Path | None
    """The kiosk's settings file; None for a kiosk without one."""
    folder: Path
    """Where the book of commands lies: beside the ledger."""
    check: Check
    put: Callable[[Ordered], None]
    now: Callable[[], Moment]
    wake: Callable[[], None]
    """Have the screen looked at, although nothing has happened."""
    log: LogKept = field(default_factory=LogKept)


def fleet_side(parts: KioskParts) -> FleetSide:
    """A kiosk's, not started. Raises `SettingsRefused` for keys that cannot be used, `StorageFailure`."""
    postbox = Postbox()
    telemetry = Telemetry(parts.station, postbox.tell)
    file = None if parts.file is None else TriedFile(parts.file)
    if parts.settings is None:
        return FleetSide(postbox, telemetry, file)
    keys = parts.settings.keys()
    book = Book(parts.folder, datetime.now(UTC))
    screen, picturing = AtTheScreen(parts.put, parts.now), Picturing(parts.station, postbox.tell, parts.wake)
    doers: dict[CommandKind, Doer] = dict.fromkeys(KINDS, screen)
    doers[CommandKind.LOG] = LogUpload(parts.station, parts.log, postbox.tell)
    doers[CommandKind.PICTURE] = picturing

    def restart(command: str) -> None:
        parts.put(Ordered(RestartOrder(f"{AGAIN}{command}", math.inf)))

    updating = None
    if parts.settings.releases is not None:
        releases, signers = Releases(parts.settings.releases), parts.settings.signers()
        updating = Updating(releases, signers, restart, lambda command, outcome: desk.told(command, outcome))
        doers[CommandKind.UPDATE] = updating
    configuring = None
    if file is not None:
        configuring = Configuring(file, parts.check, restart, lambda command, outcome: desk.told(command, outcome))
        doers[CommandKind.CONFIGURE] = configuring
    desk = Desk(DeskParts(parts.station, keys, book, doers, postbox.tell))
    return FleetSide(postbox, telemetry, file, desk, book, configuring, picturing, screen, updating)
