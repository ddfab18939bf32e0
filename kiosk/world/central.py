"""Central in virtual time: the real handling of each message on a real store, and its answer a moment later."""

from __future__ import annotations

import logging
from pathlib import Path

from kiosk.central.answering import desk_of
from kiosk.central.handling import greetings, handle_all
from kiosk.central.messages import Heard, Telling
from kiosk.central.seeding import seed
from kiosk.central.settings import CentralSettings
from kiosk.central.store import open_store, upgrade, writing_on
from kiosk.world.agenda import Agenda
from kiosk.world.network import Message, Network

WORK_S = 0.003
"""From a message's arrival to the commit of what it means."""

log = logging.getLogger(__name__)


class WorldCentral:
    """One central system; its database is at `path` and is made and seeded where it is missing."""

    def __init__(self, agenda: Agenda, network: Network, settings: CentralSettings, path: Path) -> None:
        self.engine = open_store(f"sqlite:///{path}")
        self.set_aside = 0
        self._agenda = agenda
        self._network = network
        self._site = settings.site
        self._desk = desk_of(settings, settings.policy())
        self._waiting: list[Heard] = []
        upgrade(self.engine)
        seed(self.engine, settings, agenda.utc)
        self._connection = self.engine.connect()

    def start(self) -> None:
        """Hear the stations, and tell those that are known where central stands."""
        self._network.central_hears(self._heard)
        with writing_on(self._connection):
            tellings = greetings(self._connection, self._desk, self._site, self._agenda.utc)
        self._tell(tellings)

    def stop(self) -> None:
        """What waits was not acknowledged, and is told again."""
        self._network.central_hears(None)
        self._waiting.clear()

    def close(self) -> None:
        self.stop()
        self._connection.close()
        self.engine.dispose()

    def _heard(self, message: Message) -> None:
        if not self._waiting:
            self._agenda.after(WORK_S, self._work)
        self._waiting.append(Heard(message.station, message.channel, message.payload, self._agenda.utc))

    def _work(self) -> None:
        """Everything that waits, in one transaction, as the worker of a real central does."""
        heard, self._waiting = self._waiting, []
        if not heard:
            return
        with writing_on(self._connection):
            handled = handle_all(self._connection, self._desk, heard, self._agenda.utc)
        for unusable in handled.unusable:
            self.set_aside += 1
            log.warning("set aside a message: %s", unusable)
        self._tell(handled.tellings)

    def _tell(self, tellings: list[Telling]) -> None:
        for telling in tellings:
            self._network.to_station(Message(telling.station, telling.channel, telling.payload, telling.ask))
