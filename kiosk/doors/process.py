"""The process of a book-drop, or of lockers: what is opened in which order, until SIGTERM, and closed in the other."""

from __future__ import annotations

import json
import logging
import os
import resource
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from drivers.errors import BadSetting
from kiosk import logs
from kiosk.doors.drop import step as drop
from kiosk.doors.drop.state import DropState, Slip, Stage
from kiosk.doors.happenings import DoorEffect, Happening
from kiosk.doors.hardware import Boards, Hands, Pads, readers_of_cards
from kiosk.doors.keeper import DoorMessage, Keeper, Stop
from kiosk.doors.locker import step as locker
from kiosk.doors.locker.state import BoxState, Kept, LockerState
from kiosk.doors.settings import DropSettings, LockerSettings
from kiosk.hardware.pads import PadSettings
from kiosk.hardware.running import Started
from kiosk.hardware.signals import SignalSettings
from kiosk.ledger import Ledger, LedgerRefused, StorageFailure
from kiosk.model.circulation import SecurityMarks
from kiosk.model.ids import IdSource, IntentId, ItemId, SessionId, Uid
from kiosk.session.events import Answered, AskExpired, CopyChanged, LinkChanged, Moment
from kiosk.settings.broker import BrokerSettings
from kiosk.station.broker import address_of
from kiosk.station.copies import COPY, CannotKeep, Copies, CopySource
from kiosk.station.crash import EXIT_FAILED, end_on_errors
from kiosk.station.inbox import Inbox
from kiosk.station.notify import Notifier
from kiosk.station.settings import CentralSettings
from kiosk.station.staff_cards import read_staff_cards
from kiosk.station.translate import uplink_event
from kiosk.station.uplink import Uplink, UplinkSettings
from kiosk.station.uplink_events import CopiesPublished, UplinkEvent
from kiosk.wire import Station

SEED_BYTES = 32
STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
KEPT = timedelta(days=90)

State = TypeVar("State")
log = logging.getLogger(__name__)


def now() -> Moment:
    """This instant, by both clocks."""
    return Moment(time.monotonic(), datetime.now(UTC))


class CannotStart(Exception):
    """Something that the doors need is not there; the text says what, where and what to do."""


def run(command: str, serve: Callable[[ExitStack], None]) -> int:
    """Run until SIGTERM. Returns 0, or 1 where it could not start; says why on standard error."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold patrons' data
    logs.begin()
    end_on_errors()
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)  # before any thread: `_stop_on_signal` waits for them
    try:
        with ExitStack() as parts:
            serve(parts)
    except (CannotStart, LedgerRefused, StorageFailure, BadSetting) as refused:
        sys.stderr.write(f"{command}: {refused}\n")
        return EXIT_FAILED
    return 0


def run_drop(settings: DropSettings) -> int:
    """Run one book-drop."""

    def serve(parts: ExitStack) -> None:
        house = House.of(settings.site, settings.station, settings.ledger, parts)
        state = first_drop_state(settings, house.ledger)
        house.serve(
            Plan(settings.broker, settings.central, settings.marks, settings.owners),
            {"front": settings.front, "tray": settings.pad},
            settings.signals,
            (),
            state,
            drop.step,
            drop.due_s,
        )

    return run("kiosk drop", serve)


def first_drop_state(settings: DropSettings, ledger: Ledger) -> DropState:
    """As the journal left it: open returns are doubts, and what was returned may still lie in the tray."""
    left = ledger.left_in_drop()
    slips = {
        row.uid: Slip(
            Uid(row.uid),
            row.item or ItemId(""),
            row.intent or IntentId(""),
            row.session or SessionId(""),
            Stage.DONE,
            now().mono_s,
            None,
            secured=True,
            bin=row.note,
            is_of_before=True,
        )
        for row in left.inside
        if row.uid is not None
    }
    return DropState(
        settings.policy(),
        IdSource(secrets.token_bytes(SEED_BYTES)),
        now().mono_s,
        slips=MappingProxyType(slips),
        doubts=MappingProxyType({doubt.uid: doubt for doubt in ledger.doubts()}),
        counts=MappingProxyType(dict(left.counts)),
    )


def run_locker(settings: LockerSettings) -> int:
    """Run the compartments of one locker or smart shelf."""

    def serve(parts: ExitStack) -> None:
        staff = read_staff_cards(settings.staff_file)
        house = House.of(settings.site, settings.station, settings.ledger, parts)
        state = first_locker_state(settings, staff.names(), house.ledger)
        house.serve(
            Plan(settings.broker, settings.central, settings.marks, settings.owners),
            {box.name: box.pad for box in settings.boxes},
            settings.signals,
            readers_of_cards(settings.cards, settings.scanner, house.inbox.put),
            state,
            locker.step,
            locker.due_s,
        )

    return run("kiosk locker", serve)


def first_locker_state(settings: LockerSettings, staff: Mapping[str, str], ledger: Ledger) -> LockerState:
    """As the journal left it: what lay behind which door, and open intents, which the first count settles."""
    boxes = {one.name: BoxState(one, changed_s=now().mono_s) for one in settings.policy(staff).boxes}
    for lies in ledger.in_boxes():
        if lies.box in boxes:
            boxes[lies.box] = boxes[lies.box].keep(Kept(lies.item, lies.uid, lies.lent))
    return LockerState(
        settings.policy(staff),
        IdSource(secrets.token_bytes(SEED_BYTES)),
        MappingProxyType(boxes),
        now().mono_s,
        doubts=MappingProxyType({doubt.intent: doubt for doubt in ledger.doubts()}),
    )


class Plan:
    """What is the same for every station with doors."""

    def __init__(
        self,
        broker: BrokerSettings,
        central: CentralSettings | None,
        marks: SecurityMarks,
        owners: Sequence[str],
    ) -> None:
        self.broker = broker
        self.central = central
        self.marks = marks
        self.owners = owners


class House:
    """A station with doors, while it runs."""

    def __init__(self, station: Station, ledger: Ledger, parts: ExitStack) -> None:
        self.station = station
        self.ledger = ledger
        self.inbox: Inbox[DoorMessage] = Inbox()
        self._parts = parts

    @classmethod
    def of(cls, site: str, station: str, path: Path, parts: ExitStack) -> House:
        """With its ledger open. `parts` closes in the other order."""
        named = Station(site, station)
        ledger = Ledger.open(path, named)
        parts.callback(ledger.close)
        ledger.prune(datetime.now(UTC) - KEPT)
        return cls(named, ledger, parts)

    def serve(
        self,
        plan: Plan,
        pads: dict[str, PadSettings],
        signals: tuple[SignalSettings, ...],
        more: Sequence[Started],
        state: State,
        step: Callable[[State, Happening, Moment], tuple[State, list[DoorEffect]]],
        due_s: Callable[[State], float],
    ) -> None:
        """Open everything else and run the loop."""
        parts, inbox = self._parts, self.inbox
        notifier = Notifier()
        boards = Boards(signals, inbox.put)
        antennas = Pads(pads, plan.marks, plan.owners, inbox.put)
        copies = self._copies(plan.central)
        copy = None if copies is None else copies.at_start()
        outbox = self.ledger.outbox()
        parts.callback(outbox.close)
        address = address_of(plan.broker)
        folder = self.ledger.path.parent
        uplink = Uplink(
            UplinkSettings.of(self.station, address, version("library-kiosk"), folder),
            outbox,
            lambda event: self._from_uplink(event, copies),
        )
        parts.callback(uplink.stop)
        keeper = Keeper(state, step, due_s, self.ledger, Hands(antennas, boards, uplink), now)
        if copy is not None:
            keeper.happened(CopyChanged(copy))
        running: list[Started] = [boards, antennas, *more, *([] if copies is None else [copies])]
        for part in running:
            part.start()
            parts.callback(part.stop)
        parts.callback(inbox.close)
        parts.callback(notifier.stopping)
        _stop_on_signal(inbox)
        notifier.ready()
        sys.stdout.write(json.dumps({"ready": {"station": self.station.source}}) + "\n")
        sys.stdout.flush()
        log.info("%s is ready, software %s", self.station.source, version("library-kiosk"))
        keeper.run(inbox, notifier.alive)
        log.info("%s stops", self.station.source)

    def _copies(self, central: CentralSettings | None) -> Copies | None:
        if central is None:
            return None
        try:
            source = CopySource.of(central.url, central.key_file, central.public_key_file)
        except CannotKeep as cannot:
            raise CannotStart(str(cannot)) from None
        path = self.ledger.path.with_name(COPY)
        return Copies(source, self.station, path, lambda copy: self.inbox.put(CopyChanged(copy)))

    def _from_uplink(self, event: UplinkEvent, copies: Copies | None) -> None:
        if isinstance(event, CopiesPublished) and copies is not None:
            copies.published(event.copies)
        told = uplink_event(event)
        if isinstance(told, Answered | AskExpired | LinkChanged):
            self.inbox.put(told)


def _stop_on_signal(inbox: Inbox[DoorMessage]) -> None:
    """A handler would run on the loop's own thread, in the middle of the inbox; so a thread waits for the signals."""

    def wait() -> None:
        signal.sigwait(STOPPING)
        inbox.put(Stop())
        signal.sigwait(STOPPING)
        os._exit(EXIT_FAILED)  # somebody has no patience with the end in order

    threading.Thread(target=wait, name="signals", daemon=True).start()
