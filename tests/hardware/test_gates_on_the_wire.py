"""Every maker's gate against its simulator on a real socket: they meet only here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from drivers.gates.protocol import GateCommand, GateEvent, Stored, TagPassed
from drivers.health import Faulted, Recovered
from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig_gate import FeigGate, Notifying
from firmware_sim.devices.gate import OUT, Gate
from firmware_sim.devices.llrp_gate import LlrpGate
from firmware_sim.devices.lsp2 import Lsp2Gate
from firmware_sim.lines.end import End
from firmware_sim.lines.line import Line
from firmware_sim.lines.tcp import TcpListener, refusal_of
from firmware_sim.lines.tcp_caller import TcpCaller
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.room.room import Book
from firmware_sim.room.tag import Tag
from firmware_sim.room.uhf_tag import UhfTag
from kiosk.hardware.gates import GateDriver, GateSettings, opened_gate
from kiosk.hardware.running import Running
from kiosk.hardware.tag_data import decoded_passage
from tests.hardware.lines import Heard
from tests.real_parts import free_port

MEMORY = bytes.fromhex("110620564B254E3A0201A003091B81E440300AC1A699650110").ljust(112, b"\0")
KEEP_ALIVE_S = 0.5
ITEM = "35555000012346"
UII = bytes.fromhex("141CFB2102DDDF7C4E00")
"""`CH-` and 12312345678 by ISO/TS 28560-4."""


def a_clock() -> DeviceClock:
    return DeviceClock(datetime(2026, 11, 26, 8, 30), time.monotonic())


@dataclass(frozen=True)
class Make:
    """One maker's gate, simulated, and its word in the settings."""

    driver: GateDriver
    gate: Callable[[], Gate]
    first_index: int | None = None


MAKES = (
    Make(GateDriver.LSP2, lambda: Lsp2Gate(a_clock()), first_index=0),
    Make(GateDriver.FEIG_BUFFERED, lambda: FeigGate(a_clock())),
    Make(GateDriver.FEIG_NOTIFYING, lambda: FeigGate(a_clock(), Notifying(keep_alive_s=KEEP_ALIVE_S))),
    Make(GateDriver.LLRP, lambda: LlrpGate(a_clock())),
)


def a_book(number: int) -> Book:
    """With a tag for each kind of gate."""
    uid = bytes.fromhex("E0040150") + number.to_bytes(4, "big")
    uhf = UhfTag(0x2D07, UII[:-1] + bytes((number,)), bytearray(b"\x06\x01"), bytes.fromhex("E2801160200070A1"))
    hf = Tag(uid, 0x07, 0x06, 4, 28, bytearray(MEMORY))
    return Book(f"book-{number}", f"{number}", f"{number}", (hf,), uhf=(uhf,))


@dataclass
class Exit:
    """A gate, its driver, and a controller that stores what it is told."""

    gate: Gate
    lock: threading.Lock
    line: Line
    driver: Running[GateCommand] | None = None
    heard: Heard[GateEvent] = field(default_factory=Heard)

    def hear(self, event: GateEvent) -> None:
        self.heard.deliver(event)
        if isinstance(event, TagPassed) and event.number and self.driver is not None:
            self.driver.offer(Stored(event.number))

    def carry(self, *books: Book) -> None:
        with self.lock:
            self.gate.carry_through(books, OUT, time.monotonic())
        self.line.wake()

    def await_well(self) -> None:
        self.heard.await_(lambda told: any(isinstance(each, Recovered) for each in told))

    def await_passed(self, count: int) -> list[TagPassed]:
        events = self.heard.await_(lambda told: len(passed(told)) >= count)
        return passed(events)


def passed(events: list[GateEvent]) -> list[TagPassed]:
    return [each for each in events if isinstance(each, TagPassed)]


@contextmanager
def an_exit(make: Make, folder: Path) -> Iterator[Exit]:
    gate, lock = make.gate(), threading.Lock()
    port = f"tcp-listen://127.0.0.1:{(called := free_port())}"
    end: End
    if isinstance(gate, FeigGate) and make.driver is GateDriver.FEIG_NOTIFYING:
        end = TcpCaller("127.0.0.1", called, gate.wants_line, time.monotonic, retry_s=0.2)
    else:
        end = TcpListener(folder / "gate.address", refusal_of(gate, lock, time.monotonic))
    line = Line("gate", gate, lock, end, 0.0, WireLog(time.monotonic), time.monotonic)
    line.start()
    try:
        address = port if make.driver is GateDriver.FEIG_NOTIFYING else line.address
        settings = GateSettings(make.driver, address, first_index=make.first_index, keep_alive_s=KEEP_ALIVE_S)
        exit_ = Exit(gate, lock, line)
        driver = opened_gate(settings, exit_.hear)
        exit_.driver = driver
        driver.start()
        try:
            yield exit_
        finally:
            driver.stop()
    finally:
        line.stop()


@pytest.fixture(params=MAKES, ids=lambda make: make.driver.value)
def make(request: pytest.FixtureRequest) -> Make:
    made = request.param
    assert isinstance(made, Make)
    return made


def test_two_books_that_are_carried_through_are_told_once_each(make: Make, tmp_path: Path) -> None:
    with an_exit(make, tmp_path) as exit_:
        exit_.await_well()
        exit_.carry(a_book(1), a_book(2))
        exit_.await_passed(2)
        exit_.carry(a_book(3))
        told = exit_.await_passed(3)
    assert len(told) == 3, told
    match make.driver:
        case GateDriver.LSP2:
            assert {decoded_passage(each).item_id for each in told} == {ITEM}
        case GateDriver.LLRP:
            assert [each.uid for each in told if each.uid is not None] == [
                (UII[:-1] + bytes((number,))).hex().upper() for number in (1, 2, 3)
            ]
        case GateDriver.FEIG_BUFFERED | GateDriver.FEIG_NOTIFYING:
            assert [each.uid for each in told] == [f"E0040150{number:08X}" for number in (1, 2, 3)]


def test_a_gate_that_was_away_is_told_and_comes_back(make: Make, tmp_path: Path) -> None:
    """A notifying gate is missed when three of its signs of life have not come."""
    with an_exit(make, tmp_path) as exit_:
        exit_.await_well()
        exit_.line.unplug()
        exit_.heard.await_(lambda told: any(isinstance(each, Faulted) for each in told))
        exit_.heard.forget()
        exit_.line.plug_in()
        exit_.await_well()
        exit_.carry(a_book(4))
        assert len(exit_.await_passed(1)) == 1


def test_twenty_books_at_once_are_told_once_each(make: Make, tmp_path: Path) -> None:
    with an_exit(make, tmp_path) as exit_:
        exit_.await_well()
        exit_.carry(*(a_book(number) for number in range(20)))
        told = exit_.await_passed(20)
    assert len(told) == 20
    if make.driver is not GateDriver.LSP2:  # its records hold no UID
        assert len({each.uid for each in told}) == 20
