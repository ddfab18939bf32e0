"""Carries out what the reducer orders: asks central, writes tags, remembers titles, prints, plays.

Runs on the thread that decides and never waits. What cannot even be begun is answered at once, as a device would
answer it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Protocol, assert_never

from drivers.pads import protocol as pads
from drivers.printers import events as printers
from drivers.scanners.events import ScannerCommand, StartScanning, StopScanning
from kiosk.ledger import Ledger, StorageFailure
from kiosk.model.ids import AskId
from kiosk.model.journal import JournalLine
from kiosk.model.questions import Question
from kiosk.rules.offline import OfflineCopy
from kiosk.session.effects import (
    Ask,
    CheckPin,
    LightLamps,
    OrderTold,
    Play,
    PrintReceipt,
    PrintTest,
    ReadJournal,
    ReadTag,
    RememberItem,
    StaffOrder,
    WriteAfi,
)
from kiosk.session.events import (
    AskExpired,
    Device,
    Event,
    Health,
    JournalTold,
    Moment,
    Paper,
    PinChecked,
    PrintFailed,
    StaffAnswered,
    TagKind,
    TagNotWritten,
    TagRead,
    WriteTrouble,
)
from kiosk.session.state import Account, Borrowing, Home, Identifying, Kiosk, Returning, Staff
from kiosk.station.devices import Devices
from kiosk.station.overheard import Plays
from kiosk.station.receipts import Letterhead, compose, test_page
from kiosk.station.staff_cards import StaffCards
from kiosk.station.uplink import StationHealth

Order = Ask | WriteAfi | ReadTag | RememberItem | PrintReceipt | Play | StaffOrder | OrderTold
"""Every effect but `Journal`, which is committed before any of these, and `EndStation`, which ends the loop."""

EXPECTING_CODES = (Identifying, Home, Borrowing, Returning, Account, Staff)
"""Scenes in which a patron may hold a code before the scanner; an engine with a trigger reads in these alone."""

NO_STAFF = StaffCards()
LINES = 60
"""Rows of the journal that staff see."""

log = logging.getLogger(__name__)


class ToCentral(Protocol):
    """The line to central, as the hands use it. Nothing waits."""

    def ask(self, ask: AskId, question: Question) -> bool:
        """Put a question; whether it was taken."""
        ...

    def wake(self) -> None:
        """Facts were committed."""
        ...

    def note_health(self, health: StationHealth) -> None:
        """What the next heartbeats tell."""
        ...


class KeepsOrders(Protocol):
    """Who keeps how far the fleet's orders are."""

    def told(self, told: OrderTold) -> None:
        """On the disk when it returns."""
        ...


class StationHands:
    """The devices, the line to central and the ledger's titles, for whoever decides."""

    def __init__(
        self,
        devices: Devices,
        uplink: ToCentral,
        ledger: Ledger,
        letterhead: Letterhead,
        sounds: Plays | None,
        now: Callable[[], Moment],
        staff: StaffCards = NO_STAFF,
        orders: KeepsOrders | None = None,
    ) -> None:
        self._devices = devices
        self._uplink = uplink
        self._ledger = ledger
        self._letterhead = letterhead
        self._sounds = sounds
        self._now = now
        self._staff = staff
        self._orders = orders
        self._health = StationHealth()
        self._told: tuple[Mapping[Device, Health] | None, Paper | None, OfflineCopy | None] = (None, None, None)
        """The devices, the paper and the copy of the last state that was looked at: a state is told of once."""
        self._scanning: ScannerCommand = StopScanning()

    def carry_out(self, order: Order) -> tuple[Event, ...]:
        """Begin it; returns what is known of its outcome at once."""
        match order:
            case Ask():
                return () if self._uplink.ask(order.id, order.question) else (AskExpired(order.id),)
            case WriteAfi():
                taken = self._devices.write_afi(order.uid, order.afi)
                return () if taken else (TagNotWritten(order.uid, WriteTrouble.READER, None),)
            case ReadTag():
                taken = self._devices.pad.offer(pads.ReadAgain(order.uid))
                return () if taken else (TagRead(order.uid, TagKind.BROKEN, None, "", None),)
            case RememberItem():
                self._remember(order)
                return ()
            case PrintReceipt():
                return () if self._print(order) else (PrintFailed(order.job),)
            case Play():
                self._devices.show(order.cue)
                if self._sounds is not None:
                    self._sounds.play(order.cue)
                return ()
            case OrderTold():
                if self._orders is not None:
                    self._orders.told(order)
                return ()
            case CheckPin() | ReadJournal() | PrintTest() | LightLamps():
                return self._for_staff(order)
            case _:
                assert_never(order)

    def facts_stored(self) -> None:
        """Tell central."""
        self._uplink.wake()

    def state_is(self, state: Kiosk) -> None:
        """What the next heartbeats tell, and whether codes are wanted."""
        scanning = StartScanning() if isinstance(state.scene, EXPECTING_CODES) else StopScanning()
        if scanning != self._scanning:
            self._scanning = scanning
            self._devices.want_codes(scanning)
        around = state.around
        told = (around.devices, around.paper, around.copy)
        if all(now is before for now, before in zip(told, self._told, strict=True)):
            return
        self._told = told
        devices = tuple((device.value, health.value) for device, health in around.devices.items())
        copy = around.copy
        health = StationHealth(
            devices, around.paper.value, *((None, None) if copy is None else (copy.version, copy.issued))
        )
        if health != self._health:
            self._health = health
            self._uplink.note_health(health)

    def _for_staff(self, order: StaffOrder) -> tuple[Event, ...]:
        match order:
            case CheckPin():
                return (StaffAnswered(PinChecked(order.check, self._staff.is_pin(order.card, order.pin))),)
            case ReadJournal():
                return (StaffAnswered(JournalTold(self._lines())),)
            case PrintTest():
                printer = self._devices.printer
                page = test_page(order.language, self._letterhead, self._now().utc)
                taken = printer is not None and printer.offer(printers.Print(order.job, page))
                return () if taken else (PrintFailed(order.job),)
            case LightLamps():
                self._devices.light()
                return ()
            case _:
                assert_never(order)

    def _lines(self) -> tuple[JournalLine, ...]:
        try:
            return self._ledger.newest(LINES)
        except StorageFailure as failure:
            log.warning("the journal cannot be read: %s", failure.detail)
            return ()

    def _remember(self, order: RememberItem) -> None:
        try:
            self._ledger.remember(order.item)
        except StorageFailure as failure:
            log.warning("a title was not remembered: %s", failure.detail)

    def _print(self, order: PrintReceipt) -> bool:
        printer = self._devices.printer
        if printer is None:
            return False
        receipt = compose(order, self._letterhead, self._now().utc)
        return printer.offer(printers.Print(order.job, receipt))
