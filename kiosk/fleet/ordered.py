"""Between what the fleet hears and the commands that it sends: nothing that goes wrong with one holds up the page."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kiosk.fleet.commands.issuing import Issuer
from kiosk.fleet.line import FleetLine, Heard
from kiosk.fleet.settings import FleetSettings
from kiosk.wire import MessageRefused
from kiosk.wire.signing import own_key

log = logging.getLogger(__name__)


class Ordered:
    """Hears with the watch, on its thread. Until `begin` it does nothing, and without keys nothing ever."""

    def __init__(self) -> None:
        self._issuer: Issuer | None = None

    def begin(self, settings: FleetSettings, engine: Engine, line: FleetLine) -> None:
        """From here on commands are sent. Raises `BadKey` and `OSError` for keys that cannot be used."""
        if settings.keys is not None:
            self._issuer = Issuer(engine, settings.site[0].name, own_key(settings.keys), line.publish)

    def hear(self, heard: Heard) -> None:
        """What stations say about commands; what cannot be read is judged elsewhere."""
        if self._issuer is None:
            return
        try:
            self._issuer.heard(heard.station, heard.channel, heard.payload, heard.at)
        except MessageRefused:
            pass
        except DBAPIError as trouble:
            log.error("what a station said about a command is not kept: %s", type(trouble.orig).__name__)

    def tick(self, now: datetime) -> None:
        """Once a second: what is due is said, what is over ends."""
        if self._issuer is None:
            return
        try:
            self._issuer.tick(now)
        except DBAPIError as trouble:
            log.error("commands wait for the database: %s", type(trouble.orig).__name__)
