"""The fleet's pages without a socket: the real application on a real database, a browser for each who is signed in."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert
from starlette.types import ASGIApp

from kiosk.database.engine import open_store, writing
from kiosk.fleet.commands.issuing import Issuer
from kiosk.fleet.fleet import Fleet
from kiosk.fleet.line import Heard
from kiosk.fleet.pages.book import Parts
from kiosk.fleet.pages.serving import COOKIE, application
from kiosk.fleet.pictures import Pictures
from kiosk.fleet.settings import FleetDatabase, FleetSettings, SiteSettings
from kiosk.fleet.store import MIGRATIONS
from kiosk.fleet.store.tables import staff
from kiosk.fleet.watch import Watch
from kiosk.web import sessions
from kiosk.web.changes import Changes
from kiosk.web.sessions import Limits
from kiosk.wire import Channel, Command, SetAside, Station, decode_command
from tests.fleet.house import HEALTH, message

LONG = timedelta(days=1)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass(frozen=True)
class Browser:
    """Somebody's cookie."""

    app: ASGIApp
    cookie: str

    def ask(
        self,
        method: str,
        path: str,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://fleet") as client:
                sent = {"cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
                return await client.request(method, path, data=data, headers=sent | dict(headers or {}))

        return asyncio.run(asked())

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def sends(self, path: str, **fields: str) -> httpx.Response:
        """A form of a page that was looked at before."""
        return self.ask("POST", path, {"csrf": self.csrf, **fields})

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/alarms").text)
        assert found is not None
        return found[1]


@dataclass
class Desk:
    """Everything behind the pages; stations tell by `tells`, the fleet's commands are in `said`."""

    parts: Parts
    app: ASGIApp
    issuer: Issuer
    said: list[Command] = field(default_factory=list)

    def signed_in(self, name: str, role: str, language: str = "en") -> Browser:
        """An account of one role, and its session. Its password is none: nobody signs in with it."""
        now = datetime.now(UTC)
        with writing(self.parts.engine) as connection:
            who = {"name": name, "full_name": name, "roles": role, "language": language}
            connection.execute(insert(staff).values(who | {"password": "-", "made_at": now, "branch": ""}))
            return Browser(self.app, sessions.entered(connection, name, now))

    def tells(self, station: str, **more: object) -> None:
        payload = message(station, "lk.station.health", {**HEALTH, **more})
        heard = Heard(Station("main", station), Channel.HEALTH, payload, datetime.now(UTC))
        self.parts.watch.order(lambda fleet, _: _heard(fleet, heard))  # one thread alone changes the fleet
        self.issuer.heard(heard.station, heard.channel, payload, heard.at)

    def second(self) -> None:
        self.issuer.tick(datetime.now(UTC))


@contextmanager
def a_desk(url: str, keys: Path | None) -> Iterator[Desk]:
    """The pages on the database at `url`; without keys nothing may be ordered."""
    engine = open_store(url)
    MIGRATIONS.upgrade(engine)
    settings = FleetSettings(site=(SiteSettings("main"),), database=FleetDatabase(url), keys=keys)
    fleet, changes = Fleet(settings.bounds), Changes()
    watch = Watch(engine, fleet, settings.keep, changes.note)
    parts = Parts(settings, engine, fleet, watch, changes, settings.role_table(), Limits(LONG, LONG), None, Pictures())
    said: list[Command] = []

    def publish(station: Station, channel: Channel, payload: bytes) -> bool:
        told = decode_command(payload)
        assert not isinstance(told, SetAside)
        said.append(told.command)
        return True

    issuer = Issuer(engine, "main", KEY, publish)
    watch.start()
    try:
        yield Desk(parts, application(parts), issuer, said)
    finally:
        watch.stop()
        engine.dispose()


def _heard(fleet: Fleet, heard: Heard) -> bool:
    fleet.hear(heard)
    return True
