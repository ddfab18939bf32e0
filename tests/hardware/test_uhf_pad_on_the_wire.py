"""The UHF pad against the simulated LLRP reader on a real socket."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.pads.protocol import PadCommand, PadEvent, TagGone, TagRead, WriteAfi, WriteDone, WriteFailed
from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.room.room import Book, Room
from firmware_sim.room.uhf_tag import Bank, UhfTag
from kiosk.hardware.pads import PadDriver, PadSettings, opened_pad
from kiosk.hardware.running import Running
from kiosk.hardware.tag_data import decoded
from kiosk.model.circulation import SecurityMarks
from tests.hardware.lines import Heard, on_a_socket

STANDARD = UhfTag(
    0x2D07, bytes.fromhex("141CFB2102DDDF7C4E00"), bytearray.fromhex("0601"), bytes.fromhex("E2801160200070A1")
)
"""ISO/TS 28560-4: `CH-`, 12312345678, AFI 07 in the PC."""
UNIVERSITY = UhfTag(0x3000, bytes.fromhex("000100000535303031320000"), bytearray(2), bytes.fromhex("E2801160200070A2"))
"""The Chinese universities' layout: item 50012, not lent (bit 7 of the first byte)."""


@dataclass
class Desk:
    room: Room
    lock: threading.Lock
    pad: Running[PadCommand]
    heard: Heard[PadEvent]

    def lay_down(self, *names: str) -> None:
        with self.lock:
            self.room.put_on_pad(list(names))

    def take_away(self, *names: str) -> None:
        with self.lock:
            self.room.take_off_pad(list(names))

    def await_read(self, count: int) -> list[TagRead]:
        events = self.heard.await_(lambda told: sum(isinstance(each, TagRead) for each in told) >= count)
        return [each for each in events if isinstance(each, TagRead)]

    def await_end(self) -> PadEvent:
        events = self.heard.await_(lambda told: any(isinstance(each, WriteDone | WriteFailed) for each in told))
        return next(each for each in events if isinstance(each, WriteDone | WriteFailed))


@contextmanager
def a_desk(folder: Path) -> Iterator[Desk]:
    room = Room(
        [Book("standard", "1", "1", (), uhf=(STANDARD,)), Book("university", "2", "2", (), uhf=(UNIVERSITY,))], []
    )
    lock = threading.Lock()
    reader = LlrpReader(PadField(room), DeviceClock(datetime(2026, 11, 26, 8, 30), time.monotonic()))
    with on_a_socket(reader, folder / "pad.address", lock) as line:
        heard: Heard[PadEvent] = Heard()
        pad = opened_pad(PadSettings(line.address, PadDriver.LLRP), SecurityMarks(), heard.deliver)
        pad.start()
        try:
            yield Desk(room, lock, pad, heard)
        finally:
            pad.stop()


def test_tags_of_both_layouts_are_read_and_known(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.lay_down("standard", "university")
        read = {decoded(each).item_id: each for each in desk.await_read(2)}
    assert set(read) == {"CH-12312345678", "50012"}
    assert {each.afi for each in read.values()} == {0x07}


def test_a_standard_tag_is_opened_by_the_afi_in_its_pc(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.lay_down("standard")
        (read,) = desk.await_read(1)
        for afi in (0xC2, 0x07):
            desk.heard.forget()
            desk.pad.submit(WriteAfi(read.uid, afi))
            assert desk.await_end() == WriteDone(read.uid, afi)
            assert STANDARD.content(Bank.EPC)[3] == afi


def test_a_university_tag_is_opened_by_its_security_bit_and_keeps_its_name(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.lay_down("university")
        (read,) = desk.await_read(1)
        for afi, bit in ((0xC2, 0x80), (0x07, 0x00)):
            desk.heard.forget()
            desk.pad.submit(WriteAfi(read.uid, afi))
            assert desk.await_end() == WriteDone(read.uid, afi)
            assert UNIVERSITY.content(Bank.EPC)[4] & 0x80 == bit
        assert not any(isinstance(each, TagGone) for each in desk.heard.events), "it is the same tag all the time"


def test_a_tag_that_is_away_is_never_told_as_opened(tmp_path: Path) -> None:
    with a_desk(tmp_path) as desk:
        desk.lay_down("standard")
        (read,) = desk.await_read(1)
        desk.take_away("standard")
        desk.pad.submit(WriteAfi(read.uid, 0xC2))
        assert isinstance(desk.await_end(), WriteFailed)
        desk.heard.await_(lambda told: TagGone(read.uid) in told)
    assert STANDARD.content(Bank.EPC)[3] == 0x07
