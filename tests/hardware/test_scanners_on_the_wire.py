"""Every kind of scanner against its simulated engine on a real line: they meet only here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from drivers.health import FaultCode, Faulted
from drivers.scanners.events import CodeScanned, ScannerCommand, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.triggers import Dialect
from firmware_sim.devices.device import Device
from firmware_sim.devices.scan_engine import TextEngine
from firmware_sim.devices.scan_engine_dialects import Dialect as Engine
from firmware_sim.devices.scan_engine_ssi import DecodeFormat, SsiEngine
from firmware_sim.devices.wedge import Wedge
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from kiosk.hardware.running import Running
from kiosk.hardware.scanners import ScannerDriver, ScannerSettings, opened_scanner
from tests.hardware.lines import Heard, Noisy, on_a_pty
from tests.real_parts import PATIENCE_S

CODE = "35555000012346"
BAUD = 9_600
BYTE_S = byte_time_s(BAUD, Frame.EIGHT_NONE_ONE)


class Shown(Device, Protocol):
    """An engine before which a code can be held."""

    def show(self, code: str) -> None: ...


@dataclass(frozen=True)
class Make:
    """One kind of scanner: its engine, and its words in the settings."""

    name: str
    engine: Callable[[], Shown]
    driver: ScannerDriver
    trigger: Dialect = Dialect.NONE


MAKES = (
    Make("honeywell", lambda: TextEngine(Engine.HONEYWELL), ScannerDriver.SERIAL, Dialect.HONEYWELL),
    Make("newland", lambda: TextEngine(Engine.NEWLAND), ScannerDriver.SERIAL, Dialect.NEWLAND),
    Make("newland-short", lambda: TextEngine(Engine.NEWLAND_SHORT), ScannerDriver.SERIAL, Dialect.NEWLAND_SHORT),
    Make("gm65", lambda: TextEngine(Engine.GM65), ScannerDriver.SERIAL, Dialect.GM65),
    Make("zebra", lambda: SsiEngine(DecodeFormat.TEXT, byte_s=BYTE_S), ScannerDriver.SERIAL, Dialect.ZEBRA),
    Make("ssi", lambda: SsiEngine(DecodeFormat.PACKETS, byte_s=BYTE_S), ScannerDriver.SSI),
)


class Desk:
    """An engine on a line, its driver, and a hand that holds codes before it."""

    def __init__(self, engine: Shown, lock: threading.Lock, line: Line, scanner: Running[ScannerCommand]) -> None:
        self.line = line
        self.heard: Heard[ScannerEvent] = Heard()
        self.orders = scanner.submit
        self._engine = engine
        self._lock = lock

    def show(self, code: str) -> None:
        with self._lock:
            self._engine.show(code)
        self.line.wake()

    def await_code(self, code: str) -> CodeScanned:
        events = self.heard.await_(lambda told: any(_is(each, code) for each in told))
        return next(each for each in events if isinstance(each, CodeScanned) and each.code == code)


def _is(event: ScannerEvent, code: str) -> bool:
    return isinstance(event, CodeScanned) and event.code == code


@contextmanager
def a_desk(make: Make, folder: Path, noise_rate: float = 0.0) -> Iterator[Desk]:
    engine, lock = make.engine(), threading.Lock()
    with on_a_pty(Noisy(engine, noise_rate, seed=7), folder / "scanner", BAUD, Frame.EIGHT_NONE_ONE, lock) as line:
        heard: list[Heard[ScannerEvent]] = []
        settings = ScannerSettings(str(folder / "scanner"), make.driver, BAUD, trigger=make.trigger)
        scanner = opened_scanner(settings, lambda event: heard[0].deliver(event))
        desk = Desk(engine, lock, line, scanner)
        heard.append(desk.heard)
        scanner.start()
        try:
            yield desk
        finally:
            scanner.stop()


@pytest.fixture(params=MAKES, ids=lambda make: make.name)
def make(request: pytest.FixtureRequest) -> Make:
    made = request.param
    assert isinstance(made, Make)
    return made


def test_a_code_is_read_only_when_the_kiosk_wants_one(make: Make, tmp_path: Path) -> None:
    with a_desk(make, tmp_path) as desk:
        desk.orders(StartScanning())
        desk.show(CODE)
        assert desk.await_code(CODE).findings == ()
        desk.orders(StopScanning())
    codes = [event.code for event in desk.heard.events if isinstance(event, CodeScanned)]
    assert codes == [CODE], "nothing of the trigger's answers is taken for a code"


def test_several_codes_one_after_the_other_are_each_told_once(make: Make, tmp_path: Path) -> None:
    codes = [f"3555500001{number:04d}" for number in range(3)]
    with a_desk(make, tmp_path) as desk:
        desk.orders(StartScanning())
        for code in codes:
            desk.show(code)
            desk.await_code(code)
    assert [event.code for event in desk.heard.events if isinstance(event, CodeScanned)] == codes


def test_a_scanner_that_is_unplugged_comes_back(make: Make, tmp_path: Path) -> None:
    with a_desk(make, tmp_path) as desk:
        desk.orders(StartScanning())
        desk.line.unplug()
        desk.heard.await_(
            lambda told: any(isinstance(each, Faulted) and each.code is FaultCode.PORT_GONE for each in told)
        )
        desk.line.plug_in()
        desk.show(CODE)
        desk.await_code(CODE)


def test_packets_are_right_or_not_told_on_a_noisy_cable(tmp_path: Path) -> None:
    """Text has no check value; Zebra's packets have, and are asked for again."""
    with a_desk(MAKES[-1], tmp_path, noise_rate=1 / 60) as desk:
        desk.orders(StartScanning())
        desk.show(CODE)
        desk.await_code(CODE)
    assert {event.code for event in desk.heard.events if isinstance(event, CodeScanned)} == {CODE}


@pytest.mark.parametrize("code", [CODE, "P-001/a.B", "LKP1.K7.GEZDGNBV"])
def test_what_a_wedge_types_is_the_code(code: str, tmp_path: Path) -> None:
    wedge, lock = Wedge(), threading.Lock()
    keyboard = Noisy(wedge, 0.0, seed=0)
    with on_a_pty(keyboard, tmp_path / "event5", 115_200, Frame.EIGHT_NONE_ONE, lock) as line:
        heard: Heard[ScannerEvent] = Heard()
        scanner = opened_scanner(ScannerSettings(str(tmp_path / "event5"), ScannerDriver.EVDEV), heard.deliver)
        scanner.start()
        try:
            assert keyboard.host_came.wait(PATIENCE_S)
            with lock:
                wedge.fire(code)
            line.wake()
            heard.await_(lambda told: any(_is(each, code) for each in told))
        finally:
            scanner.stop()
