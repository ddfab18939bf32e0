"""Codes on phones become cards, lamps follow what the kiosk would sound, and an engine reads only when it is wanted."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.cards.phone_code import make
from drivers.cards.phone_keys import read_phone_keys
from drivers.scanners.events import CodeScanned as Scanned
from drivers.scanners.events import StartScanning
from drivers.scanners.triggers import Dialect
from kiosk.hardware.cards import PhoneCodeSettings, opened_phone_codes
from kiosk.hardware.pads import PadSettings
from kiosk.hardware.scanners import ScannerSettings
from kiosk.hardware.signals import OutputSettings, SignalDriver, SignalSettings
from kiosk.session.effects import Cue
from kiosk.session.events import CardLifted, CardPresented, CodeNotRead, CodeScanned, Event
from kiosk.station.devices import Devices
from kiosk.station.inbox import Inbox
from kiosk.station.settings import KioskSettings, LibrarySettings
from kiosk.station.translate import scanner_events
from tests.real_parts import PATIENCE_S

NOW_S = 1_790_000_000.0
CARD = "20230001"
LAMP_ON, LAMP_OFF = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "phone.keys"
    path.write_text(f"K7 {'5A' * 32}\n")
    path.chmod(0o600)
    return path


def test_a_code_on_a_phone_is_a_card_that_was_shown(keys: Path) -> None:
    phones = opened_phone_codes(PhoneCodeSettings(keys))
    code = make(read_phone_keys(keys)["K7"].for_card(CARD), NOW_S)
    assert scanner_events(Scanned(code, "qr"), phones, NOW_S) == (CardPresented(CARD), CardLifted())
    assert scanner_events(Scanned(code, "qr"), phones, NOW_S + 1) == (CodeNotRead(),), "each code is good once"


def test_a_code_that_is_too_old_is_asked_for_again(keys: Path) -> None:
    phones = opened_phone_codes(PhoneCodeSettings(keys))
    code = make(read_phone_keys(keys)["K7"].for_card(CARD), NOW_S)
    assert scanner_events(Scanned(code, "qr"), phones, NOW_S + 600) == (CodeNotRead(),)


def test_a_barcode_stays_a_barcode(keys: Path) -> None:
    phones = opened_phone_codes(PhoneCodeSettings(keys))
    told = scanner_events(Scanned("35555000012346", None), phones, NOW_S)
    assert told == (CodeScanned("35555000012346"),)


@dataclass
class Board:
    """The other end of a serial line."""

    path: str
    end: int
    heard: bytes = b""

    def await_(self, wanted: bytes) -> None:
        end_s = time.monotonic() + PATIENCE_S
        while wanted not in self.heard:
            ready, _, _ = select.select([self.end], [], [], max(0.0, end_s - time.monotonic()))
            assert ready, f"{wanted.hex()} never came: {self.heard.hex()}"
            self.heard += os.read(self.end, 4096)


@contextmanager
def a_board() -> Iterator[Board]:
    ours, theirs = os.openpty()
    try:
        yield Board(os.ttyname(theirs), ours)
    finally:
        os.close(ours)
        os.close(theirs)


@contextmanager
def devices_of(settings: KioskSettings, fonts_folder: Path) -> Iterator[Devices]:
    inbox: Inbox[Event] = Inbox()
    devices = Devices.of(settings, fonts_folder, inbox.put)
    devices.start()
    try:
        yield devices
    finally:
        devices.stop()
        inbox.close()


def a_kiosk(
    tmp_path: Path, signals: tuple[SignalSettings, ...] = (), scanner: ScannerSettings | None = None
) -> KioskSettings:
    library = LibrarySettings("城市图书馆", "City Library")
    return KioskSettings(
        "main", "kiosk-1", library, PadSettings(str(tmp_path / "no-pad")), scanner=scanner, signals=signals
    )


def test_a_lamp_follows_its_cue_and_goes_out_by_itself(tmp_path: Path, fonts_folder: Path) -> None:
    with a_board() as board:
        lamp = OutputSettings("return-lamp", 1, on=Cue.DONE, for_s=0.2)
        signals = (SignalSettings(SignalDriver.SERIAL_RELAY, (lamp,), port=board.path),)
        with devices_of(a_kiosk(tmp_path, signals), fonts_folder) as devices:
            board.await_(LAMP_OFF)
            board.heard = b""
            devices.show(Cue.LOOK)
            devices.show(Cue.DONE)
            board.await_(LAMP_ON)
            board.await_(LAMP_OFF)
        assert board.heard.count(LAMP_ON) == 1, "the lamp follows its own cue alone"


def test_an_engine_with_a_trigger_is_told_to_read(tmp_path: Path, fonts_folder: Path) -> None:
    with a_board() as board:
        scanner = ScannerSettings(board.path, trigger=Dialect.HONEYWELL)
        with devices_of(a_kiosk(tmp_path, scanner=scanner), fonts_folder) as devices:
            devices.want_codes(StartScanning())
            board.await_(bytes.fromhex("16540D"))
