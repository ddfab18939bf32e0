"""The fleet's side of a kiosk: what every station does, and what is carried out at the screen."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk.screens.frame import Frame
from kiosk.session.effects import OrderTold
from kiosk.session.events import DeviceChanged, Event, Moment
from kiosk.session.orders import Ordered, RestartOrder
from kiosk.station.orders.at_the_screen import AGAIN, KINDS, AtTheScreen, outcome_of
from kiosk.station.orders.desk import Doer
from kiosk.station.orders.fleet_side import FleetSide, SideParts, Tell, fleet_side
from kiosk.station.orders.logs import LogKept
from kiosk.station.orders.picturing import Picturing
from kiosk.station.orders.pushed import kiosk_faults
from kiosk.station.settings import KioskSettings
from kiosk.wire import CommandKind, DeviceState, Station

MESSAGES = 20
"""So many of the last messages are looked at for the one that stands."""


@dataclass(frozen=True, slots=True)
class KioskHooks:
    """What the fleet's side does to the kiosk."""

    put: Callable[[Ordered], None]
    """Hand an order to the thread that owns the state."""
    wake: Callable[[], None]
    """Have the screen looked at, although nothing has happened."""
    now: Callable[[], Moment]


@dataclass(frozen=True, slots=True)
class KioskSide:
    """`side` is what every station has."""

    side: FleetSide
    screen: AtTheScreen
    picturing: Picturing

    def watching(self, deliver: Callable[[Event], None]) -> Callable[[Event], None]:
        """`deliver` for devices, which the telemetry hears too."""

        def tell(event: Event) -> None:
            if isinstance(event, DeviceChanged):
                state = DeviceState(event.health.value)
                self.side.telemetry.device_is(event.device.value, state, event.detail)
            deliver(event)

        return tell

    def told(self, told: OrderTold) -> None:
        """The state machine tells how far an order is."""
        if not told.order.startswith(AGAIN):
            self.side.told(told.order, outcome_of(told))

    def shown(self, frame: Frame) -> None:
        """The screen shows this."""
        self.picturing.frame(frame)

    def start(self) -> None:
        """Take up what the last run left; the message that stood on the first screen stands again."""
        self.side.start()
        if self.side.obeying is not None:
            self.screen.say_again(self.side.obeying.book.last(MESSAGES, CommandKind.MESSAGE))


def kiosk_side(settings: KioskSettings, file: Path | None, log: LogKept, hooks: KioskHooks) -> KioskSide:
    """A kiosk's, not started. Raises `SettingsRefused` for keys that cannot be used, `StorageFailure`."""
    station = Station(settings.site, settings.station)
    screen = AtTheScreen(hooks.put, hooks.now)
    pictures: list[Picturing] = []

    def own(tell: Tell) -> Mapping[CommandKind, Doer]:
        pictures.append(Picturing(station, tell, hooks.wake))
        return {**dict.fromkeys(KINDS, screen), CommandKind.PICTURE: pictures[0]}

    parts = SideParts(
        station=station,
        settings=settings.fleet,
        file=file,
        folder=settings.ledger.path.parent,
        check=lambda path: kiosk_faults(path, station),
        restart=lambda command: hooks.put(Ordered(RestartOrder(f"{AGAIN}{command}", math.inf))),
        log=log,
    )
    return KioskSide(fleet_side(parts, own), screen, pictures[0])
