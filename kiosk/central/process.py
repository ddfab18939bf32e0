"""The process of one central system: what is opened in which order, until SIGTERM, and closed in the other."""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.routing import Route

from kiosk import logs
from kiosk.central.acs.proof import PinJudge
from kiosk.central.acs.server import BadAccount, Sip2Server
from kiosk.central.acs.settings import Sip2Settings
from kiosk.central.answering import Desk, desk_of
from kiosk.central.climate.desk import ClimateDesk
from kiosk.central.climate.line import SensorLine
from kiosk.central.console.asked import Console
from kiosk.central.console.oidc import Oidc
from kiosk.central.console.settings import ConsoleSettings
from kiosk.central.copies.board import Board
from kiosk.central.copies.issuing import Issuing
from kiosk.central.feeds import routes as feed_routes
from kiosk.central.housekeeping import Housekeeping
from kiosk.central.ils.connection import BadFile
from kiosk.central.ils.library import Library
from kiosk.central.inbox import Inbox
from kiosk.central.lent.telling import GateTeller
from kiosk.central.line import Line
from kiosk.central.mail.receipts import Post
from kiosk.central.messages import Heard, LineUp, Strange, Telling
from kiosk.central.notices.sender import Sender
from kiosk.central.objects.keeping import Objects
from kiosk.central.objects.showing import routes as object_routes
from kiosk.central.pages.access import Access, BadToken, read_token
from kiosk.central.pages.api.keys import Caller, caller_of
from kiosk.central.pages.app import Parts, application
from kiosk.central.pages.live import Live
from kiosk.central.pages.reading import Told
from kiosk.central.paying.alipay import Alipay
from kiosk.central.paying.keys import BadKeys
from kiosk.central.paying.kiosks import Kiosks
from kiosk.central.paying.provider import Provider
from kiosk.central.paying.wechat import WeChatPay
from kiosk.central.photographs import Photographs
from kiosk.central.pin_desk import PinDesk
from kiosk.central.search_desk import SearchDesk
from kiosk.central.seeding import seed
from kiosk.central.settings import CentralSettings, HttpSettings, SharedBroker
from kiosk.central.store import NewerSchema, open_store, upgrade
from kiosk.central.store.running import Duty, InUse, on_duty, working_on
from kiosk.central.worker import Worker
from kiosk.web.changes import Changes
from kiosk.web.server import MainServer, config_of, listening
from kiosk.web.sessions import Limits
from kiosk.wire.signing import BadKey

FAREWELL_S = 4
"""How long open requests may last when the process stops."""
MOST_REQUESTS = 200
ENDING = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Something that central needs is not there; the text says what, where and what to do."""


def run(settings: CentralSettings) -> int:
    """Run central until SIGTERM or SIGINT. Returns 0, or 1 where it could not start or had to end; says why.

    Raises `SettingsRefused` for faults in the files that it is seeded from.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold patrons' data
    logs.begin()
    for wordy in ("alembic", "uvicorn"):
        logging.getLogger(wordy).setLevel(logging.WARNING)
    for number in ENDING:
        signal.signal(number, _end_at_once)
    try:
        with ExitStack() as held:
            return _serve(settings, held)
    except CannotStart as refused:
        sys.stderr.write(f"kiosk central: {refused}\n")
        return 1


def _serve(settings: CentralSettings, held: ExitStack) -> int:
    """Open everything, run the pages. `held` closes in the other order."""
    token, listener = _token(settings.http), _listener(settings.http)
    engine = _store(settings, held)
    access, inbox = _access(token, engine), Inbox()

    def report(heard: Heard | Strange | LineUp) -> None:
        if not (isinstance(heard, Heard) and searches.take(heard)):
            inbox.put(heard)
        if isinstance(heard, LineUp):
            board.tell()

    line = _line(settings.site, settings.broker, report)
    board = Board(settings.site, line.tell)
    teller = _teller(settings, engine, line, board)
    changes = Changes(teller.wake)
    desk = desk_of(settings, settings.policy())
    searches = SearchDesk(engine, desk, line.tell)
    library = _library(settings, desk, engine, line.tell, held)

    def changed() -> None:
        changes.note()
        if library is not None:
            library.feed.wake()

    pins = PinDesk(engine, desk, line.tell, changed)
    payers = _payers(settings)
    paying = _paying(settings, desk, engine, payers, line.tell, changed)
    worker = Worker(engine, desk, settings.site, inbox, line.tell, changed, _diverted(library, paying, pins))
    live = Live(engine, settings.time_zone, changes, worker.counts, lambda: line.up)

    def health() -> Told:
        counts = worker.counts
        return {
            "ok": worker.alive and counts.store_works and line.up,
            "broker": line.up,
            "store": counts.store_works,
            "worker": worker.alive,
            "waiting": inbox.waiting(),
            "messages": counts.messages,
            "commits": counts.commits,
            "set_aside": counts.set_aside,
            "dropped": inbox.dropped,
            "store_failures": counts.store_failures,
            "library": None if library is None else library.pool.is_up,
        }

    issuing = _issuing(settings, desk, engine, board)
    housekeeping = Housekeeping(engine, desk, settings.history.keep_days, changed, _objects(settings))
    acs = _acs(settings, desk, engine, changed, None if library is None else library.ils)
    climate = None if settings.climate is None else ClimateDesk(engine, settings.time_zone, changed)
    console = _console(settings, desk, engine, changed, payers, climate)
    parts = Parts(engine, desk, access, live, changes, health, board, console, teller.copies, payers)
    config = config_of(application(parts, _public(settings, engine)), MOST_REQUESTS, FAREWELL_S)
    server = _Server(config, changes, _ready(acs, settings.sip2))
    threading.excepthook = server.thread_failed
    for number in ENDING:
        signal.signal(number, server.told_to_end)
    mail = None if settings.mail is None else Post(engine, settings.mail)
    for part in (library, paying, housekeeping, pins, searches, worker, mail, _sender(settings, engine, changed)):
        _begin(part, held)
    line.open()
    held.callback(line.close)
    for after_line in (teller, issuing, climate, _sensors(settings, climate)):
        _begin(after_line, held)
    if acs is not None:
        held.callback(acs.stop)
    server.run(sockets=[listener])
    return 0 if server.started and not server.failed else 1


def _public(settings: CentralSettings, engine: Engine) -> list[Route]:
    """What everybody may ask for, without a token."""
    feeds = feed_routes(engine, settings.site, settings.time_zone) if settings.console is not None else []
    objects = _objects(settings)
    if objects is None or settings.objects is None:
        return feeds
    return [*feeds, *object_routes(engine, objects, settings.site, settings.objects.mail)]


def _objects(settings: CentralSettings) -> Objects | None:
    wanted = settings.objects
    return None if wanted is None else Objects(wanted.folder, wanted.replica)


def _sensors(settings: CentralSettings, climate: ClimateDesk | None) -> SensorLine | None:
    """The line that sensors are heard by."""
    wanted = settings.climate
    if wanted is None or climate is None:
        return None
    return SensorLine(settings.site, wanted.broker or settings.broker, wanted.topics, climate.hears)


def _diverted(library: Library | None, paying: Kiosks | None, pins: PinDesk) -> Callable[[Heard], bool]:
    """Who takes a question away from the worker."""
    bridge = None if library is None else library.bridge
    takers = [one.take for one in (bridge, paying, pins) if one is not None]

    def taken(heard: Heard) -> bool:
        return any(take(heard) for take in takers)

    return taken


class Part(Protocol):
    """Something with a thread of its own."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def _begin(part: Part | None, held: ExitStack) -> None:
    if part is not None:
        part.start()
        held.callback(part.stop)


class _Server(MainServer):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """What lives as long as the process is not looked through again for every batch of facts."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()


def _end_at_once(number: int, frame: FrameType | None) -> None:
    """A signal while central starts: nothing has been promised yet, and what is half done rolls back.

    An exception would be lost wherever Python ignores one: in a callback of the garbage collector, for instance.
    """
    os._exit(0)


def _listener(settings: HttpSettings) -> socket.socket:
    try:
        return listening(settings.host, settings.port)
    except OSError as trouble:
        raise _port_taken("http", settings, trouble) from None


def _port_taken(table: str, settings: HttpSettings | Sip2Settings, trouble: OSError) -> CannotStart:
    return CannotStart(
        f"cannot listen on {settings.host}:{settings.port} ({trouble.strerror}); "
        f"end what uses the port, or set {table}.port in central.toml"
    )


def _store(settings: CentralSettings, held: ExitStack) -> Engine:
    """The database, at this version's schema, seeded where it was empty; `held` keeps a restore away from it."""
    url = settings.database.url
    try:
        engine = open_store(url)
        held.callback(engine.dispose)
        held.enter_context(working_on(engine, alone=False))
        upgrade(engine)
        seed(engine, settings, datetime.now(UTC))
    except InUse:
        raise CannotStart("the database is being restored; start again when that is done") from None
    except OSError as trouble:
        raise CannotStart(f"cannot write into the folder of the database: {trouble}; see database.url") from None
    except NewerSchema as newer:
        raise CannotStart(str(newer)) from None
    except DBAPIError as trouble:
        words = " ".join(str(trouble.orig).split())
        raise CannotStart(f"cannot use the database ({words}); see database.url in central.toml") from None
    return engine


def _line(site: str, settings: SharedBroker, report: Callable[[Heard | Strange | LineUp], None]) -> Line:
    try:
        return Line(site, settings, report)
    except ssl.SSLError as trouble:
        raise CannotStart(
            f"broker.authority {settings.authority} is no certificate of an authority: {trouble}"
        ) from None
    except (OSError, UnicodeDecodeError) as trouble:
        files = f"broker.password_file {settings.password_file} or broker.authority {settings.authority}"
        raise CannotStart(f"cannot read {files}: {trouble}") from None


def _issuing(settings: CentralSettings, desk: Desk, engine: Engine, board: Board) -> Issuing | None:
    """Copies for the kiosks, where they are wanted."""
    if settings.copies is None:
        return None
    try:
        return Issuing(engine, desk, settings.site, settings.time_zone, settings.copies, board)
    except BadKey as bad:
        raise CannotStart(f"copies.folder: {bad}") from None
    except OSError as trouble:
        raise CannotStart(f"copies.folder {settings.copies.folder} cannot be used: {trouble.strerror}") from None


def _teller(settings: CentralSettings, engine: Engine, line: Line, board: Board) -> GateTeller:
    """Raises `CannotStart`."""
    gates = settings.gates
    try:
        return GateTeller(engine, settings.site, gates.copies, gates.every_min * 60, board, line.tell, lambda: line.up)
    except BadKey as bad:
        raise CannotStart(f"gates.copies: {bad}") from None
    except OSError as trouble:
        raise CannotStart(f"gates.copies {gates.copies} cannot be used: {trouble.strerror}") from None


def _library(
    settings: CentralSettings, desk: Desk, engine: Engine, tell: Callable[[Telling], None], held: ExitStack
) -> Library | None:
    """The library's own system, where there is one. Two processes that hear the same questions would ask it twice.

    Raises `SettingsRefused` for faults of its profile.
    """
    if settings.ils is None:
        return None
    try:
        held.enter_context(on_duty(engine, Duty.ASKING, alone=settings.broker.share_group is None))
    except InUse:
        raise CannotStart(
            "another central with ils works on this database, and both would ask the library's own system the same; "
            "end it, or set the same broker.share_group for each of them"
        ) from None
    try:
        return Library.of(settings.ils, settings.time_zone, desk, engine, tell)
    except BadFile as bad:
        raise CannotStart(str(bad)) from None


def _paying(
    settings: CentralSettings,
    desk: Desk,
    engine: Engine,
    payers: tuple[Provider, ...],
    tell: Callable[[Telling], None],
    changed: Callable[[], None],
) -> Kiosks | None:
    """Who answers kiosks about paying by phone: the first that takes money, where anybody does."""
    if not payers:
        return None
    return Kiosks(engine, desk.source, payers[0], timedelta(minutes=_order_min(settings)), tell, changed)


def _order_min(settings: CentralSettings) -> int:
    return min((one.order_min for one in (settings.payments, settings.alipay) if one is not None), default=15)


def _payers(settings: CentralSettings) -> tuple[Provider, ...]:
    """Who takes money by phone, where anybody does."""
    payers: list[Provider] = []
    try:
        if settings.payments is not None:
            payers.append(WeChatPay(settings.payments))
        if settings.alipay is not None:
            payers.append(Alipay(settings.alipay))
    except BadKeys as bad:
        raise CannotStart(str(bad)) from None
    return tuple(payers)


def _oidc(wanted: ConsoleSettings) -> Oidc | None:
    """Who else says who staff are. Every role that its claims give must be one of ours."""
    if wanted.oidc is None:
        return None
    unknown = {one.role for one in wanted.oidc.role} - set(wanted.role_table().names())
    if unknown:
        raise CannotStart(f"console.oidc.role: expected roles of roles.toml, found {', '.join(sorted(unknown))}")
    try:
        return Oidc(wanted.oidc)
    except (OSError, UnicodeDecodeError) as trouble:
        raise CannotStart(f"console.oidc.client_secret_file: {trouble}") from None


def _console(
    settings: CentralSettings,
    desk: Desk,
    engine: Engine,
    changed: Callable[[], None],
    payers: tuple[Provider, ...],
    climate: ClimateDesk | None,
) -> Console | None:
    """The staff console, where there is one. Raises `SettingsRefused` for faults of its roles."""
    if settings.console is None:
        return None
    wanted = settings.console
    return Console(
        engine,
        desk,
        wanted.role_table(),
        Limits(timedelta(hours=wanted.session_hours), timedelta(minutes=wanted.idle_minutes)),
        settings.time_zone,
        wanted.currency,
        may_lend=settings.ils is None,
        changed=changed,
        notices_by=None if settings.notices is None else settings.mail,
        payers=payers,
        order_min=_order_min(settings),
        oidc=_oidc(wanted),
        climate=climate,
        objects=_objects(settings),
        photos=None if wanted.photos is None else Photographs(wanted.photos),
        population=wanted.population,
    )


def _sender(settings: CentralSettings, engine: Engine, changed: Callable[[], None]) -> Sender | None:
    """Whoever sends notices, where any are sent."""
    if settings.mail is None or settings.notices is None:
        return None
    return Sender(engine, settings.mail, settings.notices, settings.time_zone, changed)


def _acs(
    settings: CentralSettings, desk: Desk, engine: Engine, changed: Callable[[], None], judge: PinJudge | None
) -> Sip2Server | None:
    """The SIP2 server, where somebody may log in."""
    if not settings.sip2.account:
        return None
    try:
        return Sip2Server(settings.sip2, settings.site, desk, engine, changed, judge)
    except BadAccount as bad:
        raise CannotStart(str(bad)) from None
    except OSError as trouble:
        raise CannotStart(f"sip2.certificate or sip2.key cannot be used: {trouble}") from None


def _ready(acs: Sip2Server | None, settings: Sip2Settings) -> Mapping[str, int]:
    """Ports beside the pages', by what listens there."""
    return {} if acs is None else {"sip2": _listening(acs, settings)}


def _listening(acs: Sip2Server, settings: Sip2Settings) -> int:
    try:
        return acs.start()
    except OSError as trouble:
        raise _port_taken("sip2", settings, trouble) from None


def _access(token: str | None, engine: Engine) -> Access:
    def key(offered: str) -> Caller | None:
        with engine.connect() as connection:
            return caller_of(connection, offered, datetime.now(UTC))

    return Access(token, key)


def _token(settings: HttpSettings) -> str | None:
    try:
        return None if settings.token_file is None else read_token(settings.token_file)
    except BadToken as bad:
        raise CannotStart(f"http.token_file: {bad}") from None
