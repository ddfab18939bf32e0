"""The broker and the lines to it, in virtual time: each hop takes its time, and may be cut or slow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.model.ids import AskId
from kiosk.wire import Channel, Station
from kiosk.world.agenda import Agenda
from kiosk.world.dice import Dice

HOP_S = 0.002
"""A message on its way from one process to another on the same network."""
COPIES = (0, 1, 1, 1, 1, 2, 2, 3)
"""Of an unruly line: how often a message arrives."""
LATE_S = (0.05, 0.05, 0.5, 0.5, 5.0, 30.0, 3_600.0)
"""And how late at most."""


@dataclass(frozen=True, slots=True)
class Message:
    """As a broker passes it on."""

    station: Station
    channel: Channel
    payload: bytes
    ask: AskId | None = None


Receive = Callable[[Message], None]


@dataclass(slots=True)
class Road:
    """The line between the broker and the stations, or central."""

    open: bool = True
    """False: what is sent is lost, and nobody is told."""
    delay_s: float = 0.0
    """Beside `HOP_S`, each way."""
    unruly: bool = False
    """Messages are lost, doubled, late and in another order."""


@dataclass(slots=True)
class Network:
    """One broker. Whoever is not there hears nothing; only the last status of a station is kept for central."""

    agenda: Agenda
    dice: Dice
    up: bool = True
    """The broker runs, and can be reached."""
    stations_road: Road = field(default_factory=Road)
    central_road: Road = field(default_factory=Road)
    _central: Receive | None = None
    _stations: dict[Station, Receive] = field(default_factory=dict)
    _retained: dict[Station, Message] = field(default_factory=dict)

    @property
    def passable(self) -> bool:
        """A station that connects now reaches the broker."""
        return self.up and self.stations_road.open

    def central_hears(self, receive: Receive | None) -> None:
        """Central subscribes, or is gone."""
        self._central = receive
        if receive is not None:
            for message in self._retained.values():
                receive(message)

    def station_hears(self, station: Station, receive: Receive | None) -> None:
        """A station subscribes, or is gone."""
        if receive is None:
            self._stations.pop(station, None)
        else:
            self._stations[station] = receive

    def to_central(self, message: Message) -> None:
        """Publish; lost where the broker or central is away when it gets there."""
        if not self.passable:
            return
        if message.channel is Channel.STATUS:
            self._retained[message.station] = message
        for hop_s in self._hops():
            self.agenda.after(hop_s, lambda: self._arrive(self._central, message))

    def to_station(self, message: Message) -> None:
        """Publish, likewise."""
        if self.up and self.central_road.open:
            for hop_s in self._hops():
                self.agenda.after(hop_s, lambda: self._arrive(self._stations.get(message.station), message))

    def forget(self) -> None:
        """The broker loses its memory."""
        self._retained.clear()

    def _arrive(self, receive: Receive | None, message: Message) -> None:
        if self.up and self.stations_road.open and self.central_road.open and receive is not None:
            receive(message)

    def _hops(self) -> list[float]:
        """How long each copy of a message takes that arrives; none where it is lost."""
        sure_s = HOP_S + self.stations_road.delay_s + self.central_road.delay_s
        if not (self.stations_road.unruly or self.central_road.unruly):
            return [sure_s]
        copies = self.dice.one_of(COPIES)
        return [sure_s + self.dice.between(0.0, self.dice.one_of(LATE_S)) for _ in range(copies)]
