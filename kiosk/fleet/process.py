"""The process of the fleet page: what is opened in which order, until SIGTERM, and closed in the other."""

from __future__ import annotations

import logging
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Engine
from starlette.types import ASGIApp

from kiosk import logs
from kiosk.fleet.enrolling import pages as enrolling
from kiosk.fleet.enrolling.authority import Authority
from kiosk.fleet.enrolling.desk import EnrolmentDesk
from kiosk.fleet.fleet import Fleet
from kiosk.fleet.home_assistant import HomeAssistant
from kiosk.fleet.line import FleetLine, Heard
from kiosk.fleet.ordered import Ordered
from kiosk.fleet.pages.book import Parts
from kiosk.fleet.pages.serving import application
from kiosk.fleet.pictures import Pictures
from kiosk.fleet.settings import FleetSettings
from kiosk.fleet.store.opening import CannotOpen, opened
from kiosk.fleet.traces import NoLibrary, Traced, recording
from kiosk.fleet.watch import Watch
from kiosk.web.changes import Changes
from kiosk.web.server import MainServer, config_of, listening
from kiosk.web.sessions import Limits
from kiosk.wire.signing import PUBLIC_KEY, BadKey, own_key

FAREWELL_S = 4
MOST_REQUESTS = 300
ENDING = (signal.SIGTERM, signal.SIGINT)
SHORTEST_TOKEN = 16

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Something that the fleet needs is not there; the text says what, where and what to do."""


@dataclass(slots=True)
class EachSecond:
    """What the watch does beside watching; the list is filled before it starts."""

    does: list[Callable[[datetime], None]] = field(default_factory=list)

    def tick(self, now: datetime) -> None:
        for one in self.does:
            one(now)


def run(settings: FleetSettings) -> int:
    """Run until SIGTERM or SIGINT. Returns 0, or 1 where it could not start or had to end; says why."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logs.begin()
    for wordy in ("alembic", "uvicorn"):
        logging.getLogger(wordy).setLevel(logging.WARNING)
    try:
        with ExitStack() as held:
            return _serve(settings, held)
    except (CannotStart, CannotOpen) as refused:
        sys.stderr.write(f"kiosk fleet: {refused}\n")
        return 1


def _serve(settings: FleetSettings, held: ExitStack) -> int:
    listener = _listener(settings)
    engine = opened(settings.database.url, held)
    changes, fleet = Changes(), Fleet(settings.bounds)
    ordered, pictures, each_second = Ordered(), Pictures(), EachSecond()

    def also(heard: Heard) -> None:
        ordered.hear(heard)
        pictures.hear(heard)

    watch = Watch(engine, fleet, settings.keep, changes.note, also, each_second.tick)
    watch.load()
    try:
        line = FleetLine(tuple(site.name for site in settings.site), settings.broker, watch.report)
    except (OSError, UnicodeDecodeError) as trouble:
        raise CannotStart(f"cannot read broker.password_file or broker.authority: {trouble}") from None
    try:
        ordered.begin(settings, engine, line)
    except (BadKey, OSError) as trouble:
        raise CannotStart(f"keys {settings.keys}: {trouble}") from None
    each_second.does.append(ordered.tick)
    if settings.home_assistant.prefix:
        home = HomeAssistant(settings.home_assistant.prefix, line.keep)
        each_second.does.append(lambda now: home.tick(fleet, now))
    limits = Limits(timedelta(hours=settings.session_hours), timedelta(minutes=settings.idle_minutes))
    desk = enrolment_desk(settings, engine)
    folders = () if desk is None else (enrolling.TEMPLATES,)
    parts = Parts(
        settings, engine, fleet, watch, changes, settings.role_table(), limits, _token(settings), pictures, folders
    )
    app = application(parts) if desk is None else application(parts, enrolling.pages(desk), [enrolling.route(desk)])
    server = MainServer(config_of(_traced(app, settings, held), MOST_REQUESTS, FAREWELL_S), changes)
    threading.excepthook = server.thread_failed
    for number in ENDING:
        signal.signal(number, server.told_to_end)
    watch.start()
    held.callback(watch.stop)
    line.start()
    held.callback(line.stop)
    server.run(sockets=[listener])
    return 0 if server.started and not server.failed else 1


def _traced(app: ASGIApp, settings: FleetSettings, held: ExitStack) -> ASGIApp:
    if not settings.traces.endpoint:
        return app
    try:
        record, end = recording(settings.traces.endpoint, version("library-kiosk"))
    except NoLibrary as missing:
        raise CannotStart(str(missing)) from None
    held.callback(end)
    return Traced(app, record, time.time_ns)


def enrolment_desk(settings: FleetSettings, engine: Engine) -> EnrolmentDesk | None:
    """Where new stations are enrolled, with the broker's files as the table has it. Raises `CannotStart`."""
    wanted = settings.enrolling
    if wanted is None:
        return None
    site, now = settings.site[0].name, datetime.now(UTC)
    try:
        authority = Authority.of(wanted.folder, site, now)
        fleet_key = "" if settings.keys is None else _public_key(settings.keys)
        desk = EnrolmentDesk(engine, wanted, site, authority, fleet_key)
        desk.write_broker_files(now)
    except (OSError, ValueError) as trouble:
        raise CannotStart(f"enrolling.folder {wanted.folder}: {trouble}") from None
    return desk


def _public_key(folder: Path) -> str:
    own_key(folder)
    return (folder / PUBLIC_KEY).read_text(encoding="utf-8")


def _listener(settings: FleetSettings) -> socket.socket:
    http = settings.http
    try:
        return listening(http.host, http.port)
    except OSError as trouble:
        raise CannotStart(
            f"cannot listen on {http.host}:{http.port} ({trouble.strerror}); "
            "end what uses the port, or set http.port in fleet.toml"
        ) from None


def _token(settings: FleetSettings) -> str | None:
    file = settings.http.metrics_token_file
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise CannotStart(f"cannot read http.metrics_token_file: {trouble}") from None
    if len(token) < SHORTEST_TOKEN:
        raise CannotStart(f"http.metrics_token_file: expected at least {SHORTEST_TOKEN} characters")
    return token
