"""What the reducer orders is carried out by real devices, a real uplink and a real ledger; nothing waits."""

from __future__ import annotations

import os
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from drivers.printers.describe import describe
from kiosk.hardware.cards import CardSettings
from kiosk.hardware.pads import PadSettings
from kiosk.hardware.printers import PrinterSettings
from kiosk.ledger import Ledger
from kiosk.model.circulation import Item, Language
from kiosk.model.ids import AskId, ItemId, PatronRef, Uid
from kiosk.model.questions import AskBorrow, ReceiptEntry
from kiosk.screens.settings import ScreenSettings
from kiosk.session.effects import Ask, Cue, Play, PrintReceipt, RememberItem, WriteAfi
from kiosk.session.events import (
    AskExpired,
    Device,
    DeviceChanged,
    Event,
    Health,
    Printed,
    PrintFailed,
    TagNotWritten,
    WriteTrouble,
)
from kiosk.station.devices import Devices
from kiosk.station.effects import StationHands
from kiosk.station.inbox import Inbox
from kiosk.station.loop import now
from kiosk.station.receipts import Letterhead
from kiosk.station.settings import KioskSettings, LibrarySettings
from kiosk.station.translate import uplink_event
from kiosk.station.uplink import MOST_WAITING, Uplink, UplinkSettings
from kiosk.station.uplink_events import UplinkEvent
from kiosk.station.uplink_line import Address
from kiosk.wire import Station
from tests.real_parts import PATIENCE_S
from tests.station.conftest import SmallDisk

CUT = bytes.fromhex("1D564200")
"""GS V 66 0: feed to the knife and cut a part (Epson ESC/POS command reference)."""
LETTERHEAD = Letterhead(ScreenSettings("城市图书馆", "City Library"), "Asia/Shanghai")
UID = Uid("E004010012345678")
QUESTION = AskBorrow(PatronRef("P001"), ItemId("35555000012345"), UID)
NOWHERE = Address("127.0.0.1", 9)
"""The discard port: no broker listens there."""
RECEIPT = PrintReceipt("job-1", Language.ZH, (ReceiptEntry("三体", "2026-12-22"),), (), "2345")


@dataclass(slots=True)
class Station1:
    """A station without a broker, whose devices are as a test sets them."""

    hands: StationHands
    inbox: Inbox[Event]

    def hears(self, wanted: Callable[[Event], bool]) -> Event:
        while told := self.inbox.take(PATIENCE_S):
            for event in told:
                if wanted(event):
                    return event
        raise AssertionError("it was never told")


Assemble = Callable[[KioskSettings], Station1]


@pytest.fixture
def settings(tmp_path: Path) -> KioskSettings:
    """A kiosk with a pad that is not plugged in, and nothing else."""
    library = LibrarySettings("城市图书馆", "City Library")
    return KioskSettings("main", "kiosk-1", library, PadSettings(str(tmp_path / "no-pad")))


@pytest.fixture
def assemble(ledger: Ledger, station: Station, fonts_folder: Path) -> Iterator[Assemble]:
    with ExitStack() as parts:

        def assembled(settings: KioskSettings) -> Station1:
            inbox: Inbox[Event] = Inbox()
            outbox = ledger.outbox()
            parts.callback(outbox.close)
            uplink = an_uplink(ledger, station, inbox, parts)
            devices = Devices.of(settings, fonts_folder, inbox.put)
            devices.start()
            parts.callback(devices.stop)
            parts.callback(inbox.close)
            return Station1(StationHands(devices, uplink, ledger, LETTERHEAD, None, now), inbox)

        yield assembled


def an_uplink(ledger: Ledger, station: Station, inbox: Inbox[Event], parts: ExitStack) -> Uplink:
    outbox = ledger.outbox()
    parts.callback(outbox.close)

    def deliver(told: UplinkEvent) -> None:
        event = uplink_event(told)
        if event is not None:
            inbox.put(event)

    uplink = Uplink(UplinkSettings.of(station, NOWHERE, "test", ledger.path.parent), outbox, deliver)
    parts.callback(uplink.stop)
    return uplink


def test_a_question_without_a_line_expires(assemble: Assemble, settings: KioskSettings) -> None:
    kiosk = assemble(settings)
    assert kiosk.hands.carry_out(Ask(AskId("ask-1"), QUESTION)) == ()
    assert kiosk.hears(lambda event: isinstance(event, AskExpired)) == AskExpired(AskId("ask-1"))


def test_a_question_that_nobody_can_take_has_expired_at_once(
    ledger: Ledger, station: Station, settings: KioskSettings, fonts_folder: Path
) -> None:
    """The uplink waits for a full inbox; the loop, which empties that, must not wait for the uplink."""
    with ExitStack() as parts:
        full: Inbox[Event] = Inbox(capacity=1)
        uplink = an_uplink(ledger, station, full, parts)
        parts.callback(full.close)
        hands = StationHands(Devices.of(settings, fonts_folder, full.put), uplink, ledger, LETTERHEAD, None, now)
        asked = [Ask(AskId(f"ask-{number}"), QUESTION) for number in range(MOST_WAITING + 10)]
        answers = [answer for ask in asked for answer in hands.carry_out(ask)]
        assert answers
        assert all(isinstance(answer, AskExpired) for answer in answers)


def test_p02_a_write_to_a_pad_that_is_not_there_is_not_known_to_be_done(
    assemble: Assemble, settings: KioskSettings
) -> None:
    kiosk = assemble(settings)
    kiosk.hears(lambda event: isinstance(event, DeviceChanged) and event.device is Device.PAD)
    kiosk.hands.carry_out(WriteAfi(UID, 0xC2))
    told = kiosk.hears(lambda event: isinstance(event, TagNotWritten))
    assert told == TagNotWritten(UID, WriteTrouble.READER, None)


def test_devices_that_are_not_configured_are_never_heard_of(assemble: Assemble, settings: KioskSettings) -> None:
    kiosk = assemble(settings)
    told = kiosk.hears(lambda event: isinstance(event, DeviceChanged))
    assert isinstance(told, DeviceChanged)
    assert (told.device, told.health) == (Device.PAD, Health.GONE)
    assert str(settings.pad.port) in told.detail


def test_c02_a_card_reader_without_its_service_is_gone_and_the_rest_goes_on(
    assemble: Assemble, settings: KioskSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "no-pcscd"))
    kiosk = assemble(replace(settings, cards=CardSettings("none such")))
    told = kiosk.hears(lambda event: isinstance(event, DeviceChanged) and event.device is Device.CARDS)
    assert isinstance(told, DeviceChanged)
    assert told.health is Health.GONE


def test_without_a_printer_a_receipt_has_failed_at_once(assemble: Assemble, settings: KioskSettings) -> None:
    assert assemble(settings).hands.carry_out(RECEIPT) == (PrintFailed("job-1"),)


def test_r02_a_receipt_on_an_unplugged_printer_fails(
    assemble: Assemble, settings: KioskSettings, tmp_path: Path
) -> None:
    kiosk = assemble(replace(settings, printer=PrinterSettings(str(tmp_path / "no-printer"))))
    kiosk.hears(lambda event: isinstance(event, DeviceChanged) and event.device is Device.PRINTER)
    assert kiosk.hands.carry_out(RECEIPT) == ()
    assert kiosk.hears(lambda event: isinstance(event, PrintFailed)) == PrintFailed("job-1")


@dataclass(slots=True)
class PaperRoll:
    """A printer that cannot answer, on a pseudo-terminal: keeps what it was sent."""

    master: int
    received: bytearray
    came: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        try:
            while piece := os.read(self.master, 65_536):
                with self.came:
                    self.received += piece
                    self.came.notify_all()
        except OSError:
            return

    def await_cut(self) -> bytes:
        """Everything until the paper is cut; the last bytes may still lie in the line when they were sent."""
        with self.came:
            assert self.came.wait_for(lambda: self.received.endswith(CUT), PATIENCE_S), bytes(self.received[-20:])
            return bytes(self.received)


@pytest.fixture
def printer() -> Iterator[tuple[str, PaperRoll]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    roll = PaperRoll(master, bytearray())
    listener = threading.Thread(target=roll.listen, daemon=True)
    listener.start()
    yield os.ttyname(slave), roll
    os.close(slave)
    listener.join(PATIENCE_S)
    assert not listener.is_alive(), "somebody still has the printer open"
    os.close(master)


def test_a_receipt_goes_to_the_printer_as_a_picture_and_is_cut(
    printer: tuple[str, PaperRoll], assemble: Assemble, settings: KioskSettings
) -> None:
    port, roll = printer  # made before the kiosk, so that it outlives it
    kiosk = assemble(replace(settings, printer=PrinterSettings(port, baud=230_400, width_dots=384, back_channel=False)))
    assert kiosk.hands.carry_out(RECEIPT) == ()
    assert kiosk.hears(lambda event: isinstance(event, Printed)) == Printed("job-1")
    messages = [each.message for each in describe(roll.await_cut(), None)]
    assert (messages[0], messages[-1]) == ("initialise", "cut")
    assert messages.count("raster") >= 2


def test_a_title_is_remembered(assemble: Assemble, settings: KioskSettings, ledger: Ledger) -> None:
    snow = Item(ItemId("35555000012345"), "Snow")
    assert assemble(settings).hands.carry_out(RememberItem(snow)) == ()
    assert ledger.known_titles(10) == [snow]


def test_d14_a_title_that_the_disk_does_not_take_is_forgotten_and_that_is_all(
    settings: KioskSettings, station: Station, fonts_folder: Path, small_disk: SmallDisk
) -> None:
    ledger = Ledger.open(small_disk.folder / "ledger.sqlite", station)
    with ExitStack() as parts:
        parts.callback(ledger.close)
        inbox: Inbox[Event] = Inbox()
        uplink = an_uplink(ledger, station, inbox, parts)
        hands = StationHands(Devices.of(settings, fonts_folder, inbox.put), uplink, ledger, LETTERHEAD, None, now)
        small_disk.fill()
        for number in range(200):
            assert hands.carry_out(RememberItem(Item(ItemId(str(number)), "Snow" * 1000))) == ()
        assert len(ledger.known_titles(1000)) < 200


def test_without_sound_a_cue_is_for_the_screen_alone(assemble: Assemble, settings: KioskSettings) -> None:
    assert assemble(settings).hands.carry_out(Play(Cue.DONE)) == ()
