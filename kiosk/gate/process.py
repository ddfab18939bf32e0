"""The process of one gate controller: what is opened in which order, until SIGTERM, and closed in the other."""

from __future__ import annotations

import gc
import json
import logging
import os
import resource
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from drivers.errors import BadSetting
from drivers.gates.protocol import GateCommand, GateEvent, Stored
from kiosk import logs
from kiosk.gate.copy.fetching import Central, Fetcher
from kiosk.gate.copy.lent_copy import LentCopy
from kiosk.gate.counting import quarter_of
from kiosk.gate.events import LastWatch
from kiosk.gate.fleet import gate_side, note_field, note_gate
from kiosk.gate.hands import Boards
from kiosk.gate.history import Remembered, reading, remembered
from kiosk.gate.line import GateLine
from kiosk.gate.loop import FromGate, GateLoop, GateMessage, GateParts, Stop, now
from kiosk.gate.page.access import GuardAccess, read_token
from kiosk.gate.page.app import Page
from kiosk.gate.page.board import Board
from kiosk.gate.page.server import PageServer
from kiosk.gate.pictures import Album, Photographer
from kiosk.gate.scribe import Entry, Scribe
from kiosk.gate.settings import GateControllerSettings, PageSettings
from kiosk.gate.state import GateState, Tally
from kiosk.gate.translate import Hearing
from kiosk.gate.watching import NOT_RUNNING, started
from kiosk.hardware.gates import opened_gate
from kiosk.hardware.running import Running, Started
from kiosk.ledger import Ledger, LedgerRefused, Outbox, StorageFailure
from kiosk.model.ids import IdSource
from kiosk.session.events import Moment
from kiosk.settings import SettingsRefused
from kiosk.station.broker import address_of
from kiosk.station.crash import EXIT_FAILED, end_on_errors
from kiosk.station.inbox import Inbox
from kiosk.station.notify import Notifier
from kiosk.station.orders.fleet_side import FleetSide
from kiosk.station.orders.logs import LogKept
from kiosk.station.orders.trial import TriedFile
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import BrokerUp, CommandHeard, UplinkEvent
from kiosk.web.server import listening
from kiosk.wire import Station

SEED_BYTES = 32
EXIT_ANEW = 75
"""What the service manager goes by: the controller is started again (kiosk-gate.service)."""
STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
SWITCH_S = 0.0001
"""How long a busy thread may keep the others waiting: Python's own 5 ms would be the whole of an alarm's time."""
KEPT = timedelta(days=400)
"""How long the history is kept: a year, and time to ask about it."""

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """Something that the gate needs is not there; the text says what, where and what to do."""


def run(settings: GateControllerSettings, file: TriedFile | None = None) -> int:
    """Run one gate controller until SIGTERM or until the fleet ends it. Returns 0, 75 where it is to be started anew,
    or 1 where it could not start; says why on standard error. Settings of `file` on trial are taken back then."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logs.begin()
    for wordy in ("httpx", "httpcore", "uvicorn"):
        logging.getLogger(wordy).setLevel(logging.WARNING)
    kept = LogKept()
    logging.getLogger().addHandler(kept)
    end_on_errors()
    sys.setswitchinterval(SWITCH_S)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before any thread: `_stop_on_signal` waits for them
    try:
        with ExitStack() as parts:
            restarts = _serve(settings, file, kept, parts)
    except (CannotStart, LedgerRefused, StorageFailure, BadSetting) as refused:
        sys.stderr.write(f"kiosk gate: {refused}\n")
        taken_back = None if file is None else file.take_back(str(refused))
        return EXIT_FAILED if taken_back is None else EXIT_ANEW
    return EXIT_ANEW if restarts else 0


def _serve(settings: GateControllerSettings, file: TriedFile | None, kept: LogKept, parts: ExitStack) -> bool:
    """Open everything, run the loop. `parts` closes in the other order: who puts into the inbox goes first.
    Returns whether it is to be started anew."""
    station = Station(settings.site, settings.station)
    access = GuardAccess(read_token(settings.page.token_file))
    central = None if settings.central is None else Central.of(settings.central.url, settings.central.key_file)
    listener = _listener(settings.page)
    inbox: Inbox[GateMessage] = Inbox()
    notifier = Notifier()
    ledger = Ledger.open(settings.ledger, station)
    parts.callback(ledger.close)
    ledger.prune(datetime.now(UTC) - KEPT)
    copy = LentCopy(settings.copy.path, settings.copy.max_age_h * 3_600)
    parts.callback(copy.close)
    alive_file = settings.ledger.with_name(settings.ledger.name + ".alive")
    state = first_state(settings, alive_file, now())

    sounds = (settings.signals, settings.voices, settings.speaker, settings.rings)
    boards = Boards(*sounds, settings.mode, settings.time_zone)
    fleet = _fleet(settings, file, kept, inbox)
    gates = {
        one.name: opened_gate(one, _watched(one.name, fleet, inbox), fleet.telemetry.wire(one.name).tap)
        for one in settings.gates
    }
    fetcher = None if central is None else Fetcher(central, settings.copy.path, inbox.put)
    line = GateLine(station, address_of(settings.broker), inbox.put, counts_commands=not fleet.hears_commands)
    outbox = ledger.outbox()
    parts.callback(outbox.close)
    uplink = _uplink(settings, outbox, fleet, inbox)
    parts.callback(uplink.stop)
    fleet.start()
    parts.callback(fleet.stop)
    scribe = Scribe(ledger, partial(_committed, gates, line, uplink, fleet))
    board = Board()
    album = Album(settings.pictures.path, settings.pictures.keep_h * 3_600)
    pictures = Photographer(album, settings.photographed(), inbox.put)
    page = PageServer(Page(board, access, settings.ledger, album, inbox.put).application(), listener, board)
    loop = GateLoop(
        state,
        GateParts(
            station=station,
            hearings={one.name: Hearing(one, settings.owners) for one in settings.gates},
            lights=boards,
            copy=copy,
            scribe=scribe,
            fetcher=fetcher,
            pictures=pictures,
            board=board,
            central_key=None if settings.central is None else settings.central.public_key(),
            station_keys=settings.station_keys(),
            alive_file=alive_file,
            time_zone=settings.time_zone,
            field_told=partial(note_field, fleet.telemetry),
        ),
        inbox,
        notifier.alive,
    )
    others: list[Started] = [scribe, boards, pictures, *gates.values()]
    running: list[Started] = [*others, *([] if fetcher is None else [fetcher]), line, page]
    for part in running:
        part.start()
        parts.callback(part.stop)
    parts.callback(inbox.close)
    parts.callback(notifier.stopping)
    _stop_on_signal(inbox)
    notifier.ready()
    _say_ready(station, listener)
    loop.run()
    log.info("%s stops", station.source)
    return loop.restarts


def _fleet(
    settings: GateControllerSettings, file: TriedFile | None, kept: LogKept, inbox: Inbox[GateMessage]
) -> FleetSide:
    try:
        return gate_side(settings, None if file is None else file.path, kept, inbox.put)
    except SettingsRefused as refused:
        raise CannotStart(f"the fleet's keys cannot be used:\n{refused}") from None


def _uplink(settings: GateControllerSettings, outbox: Outbox, fleet: FleetSide, inbox: Inbox[GateMessage]) -> Uplink:
    station, folder = Station(settings.site, settings.station), settings.ledger.parent
    address, software = address_of(settings.broker), version("library-kiosk")
    hears = fleet.hears_commands
    uplink = Uplink(
        UplinkSettings.of(station, address, software, folder, hears_commands=hears),
        outbox,
        partial(_from_uplink, fleet, inbox),
        fleet.completed,
    )
    fleet.postbox.line = uplink.tell
    return uplink


def _watched(gate: str, fleet: FleetSide, inbox: Inbox[GateMessage]) -> Callable[[GateEvent], None]:
    """What becomes of a gate's reports; called on the gate's own thread."""

    def tell(event: GateEvent) -> None:
        note_gate(fleet.telemetry, gate, event)
        inbox.put(FromGate(gate, event))

    return tell


def _from_uplink(fleet: FleetSide, inbox: Inbox[GateMessage], event: UplinkEvent) -> None:
    """Commands go to their desk on the uplink's thread: the loop, which rings, never waits for their disk."""
    match event:
        case CommandHeard():
            fleet.heard(event.payload)
        case BrokerUp():
            fleet.line_up()
        case _:
            inbox.put(event)


def _say_ready(station: Station, listener: socket.socket) -> None:
    ready = {"page": listener.getsockname()[1], "station": station.source}
    sys.stdout.write(json.dumps({"ready": ready}) + "\n")
    sys.stdout.flush()
    log.info("%s is ready, software %s", station.source, version("library-kiosk"))
    gc.collect()
    gc.freeze()  # what lives as long as the process is not looked through again in the middle of an alarm


def _committed(
    gates: Mapping[str, Running[GateCommand]], line: GateLine, uplink: Uplink, fleet: FleetSide, entry: Entry
) -> None:
    """What has happened is on the disk: gates may forget it, and others are told."""
    if entry.rows:
        fleet.telemetry.kept(entry.rows)
        uplink.wake()
    for gate, number in entry.stored.items():
        gates[gate].offer(Stored(number))
    for channel, payload in entry.told:
        line.tell(channel, payload)


def first_state(settings: GateControllerSettings, alive_file: Path, moment: Moment) -> GateState:
    """Open alarms, and since when nobody has watched: all from the ledger file, which has just been opened."""
    with reading(settings.ledger) as connection:
        last = remembered(connection)
    names = [gate.name for gate in settings.gates]
    state = GateState(settings.policy(), IdSource(secrets.token_bytes(SEED_BYTES)))
    state = replace(
        state,
        alarms=MappingProxyType({alarm.id: alarm for alarm in last.alarms}),
        checks=MappingProxyType({gate: check for gate, check in last.checks.items() if gate in names}),
        tallies=MappingProxyType(
            {
                name: Tally(quarter_of(moment.utc), counters=counters, told_s=_when(noted_at, moment))
                for name, (counters, noted_at) in last.counters.items()
            }
        ),
    )
    return started(state, _unwatched(names, last, alive_file, moment))


def _when(at: datetime, moment: Moment) -> float:
    """An instant before this run by the clock of this run, as far as the other one was right."""
    return moment.mono_s - max(0.0, (moment.utc - at).total_seconds())


def _unwatched(names: list[str], last: Remembered, alive_file: Path, moment: Moment) -> tuple[LastWatch, ...]:
    """Since when each gate was not watched: as it was written down at the end, or since the last sign of life."""
    ended = {one.gate: one for one in last.watches}
    try:
        cut_at = datetime.fromtimestamp(alive_file.stat().st_mtime, UTC)
    except OSError:
        cut_at = moment.utc  # the first start of all
    since = min(cut_at, moment.utc)
    return tuple(ended.get(name, LastWatch(name, since, NOT_RUNNING)) for name in names)


def _listener(settings: PageSettings) -> socket.socket:
    try:
        return listening(settings.host, settings.port)
    except OSError as trouble:
        raise CannotStart(
            f"the guard's page cannot listen on {settings.host}:{settings.port}: {trouble.strerror}; give page.port in "
            "gate.toml another number, or 0 for any that is free"
        ) from None


def _stop_on_signal(inbox: Inbox[GateMessage]) -> None:
    """A handler would run on the loop's own thread, in the middle of the inbox; so a thread waits for the signals."""

    def wait() -> None:
        signal.sigwait(STOPPING)
        inbox.put(Stop())
        signal.sigwait(STOPPING)
        os._exit(EXIT_FAILED)  # somebody has no patience with the end in order

    threading.Thread(target=wait, name="signals", daemon=True).start()
