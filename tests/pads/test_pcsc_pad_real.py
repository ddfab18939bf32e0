"""A desk reader through a real pcscd: books come, are written, torn away; reader and service go and come back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.protocol import (
    PadEvent,
    TagGone,
    TagRead,
    TagSeen,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from firmware_sim.cards.pad import PcscPad
from firmware_sim.cards.service import CardService
from firmware_sim.faults.words import PcscPadFault
from firmware_sim.room.room import Book, Room
from firmware_sim.room.tag import Tag
from tests.real_parts import PATIENCE_S

HOST = Path(__file__).with_name("pcsc_pad_host.py")
READER, PORT = "Kiosk pad reader", 0x8D21
ON_LOAN, IN_STOCK = 0xC2, 0x07
LE_ZAHIR, MOUSE = "E004015012345678", "E00401501234567A"
MEMORY = bytes(range(112))


def read(uid: str, afi: int = IN_STOCK) -> TagRead:
    return TagRead(uid, afi, 0x06, 4, MEMORY)


class Kiosk:
    """The driver in a process of its own."""

    def __init__(self, service: CardService) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HOST), READER.lower()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PCSCLITE_CSOCK_NAME": str(service.socket_path), "PYTHONPATH": str(HOST.parents[2])},
        )
        self._told: Queue[str] = Queue()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def orders(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def next(self) -> str:
        try:
            return self._told.get(timeout=PATIENCE_S)
        except Empty:
            pytest.fail("the pad told nothing more")

    def tells(self, *events: PadEvent) -> None:
        """Exactly these, in this order."""
        assert [self.next() for _ in events] == [str(event) for event in events]

    def tells_until(self, holds: Callable[[str], bool]) -> list[str]:
        """What is told until something is."""
        told = [self.next()]
        while not holds(told[-1]):
            told.append(self.next())
        return told

    def close(self) -> None:
        """Its last word is that the pump has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = self._process.wait(PATIENCE_S)
        self._thread.join()
        assert self._process.stdout is not None
        self._process.stdout.close()
        assert code == 0

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._told.put(line.rstrip("\n"))


class Desk:
    """Two books, a reader on which they are laid, and the kiosk that watches it."""

    def __init__(self, folder: Path) -> None:
        tags = [Tag(bytes.fromhex(uid), IN_STOCK, 0x06, 4, 28, bytearray(MEMORY)) for uid in (LE_ZAHIR, MOUSE)]
        self.tags = dict(zip((LE_ZAHIR, MOUSE), tags, strict=True))
        self._room = Room([Book(uid, uid, "", (tag,)) for uid, tag in self.tags.items()], [])
        self.service = CardService(folder / "cards", {READER: PORT})
        self.service.start()
        self.pad = PcscPad(self._room, threading.Lock(), self.service, READER)
        self.kiosk = Kiosk(self.service)
        self.kiosk.tells(Recovered(f"PC/SC reader {READER.lower()}"))

    def put(self, *uids: str) -> None:
        self._room.put_on_pad(uids)
        self.pad.look()

    def take(self, *uids: str) -> None:
        self._room.take_off_pad(uids)
        self.pad.look()

    def close(self) -> None:
        self.kiosk.close()
        self.service.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_book_is_read_opened_and_taken_away(desk: Desk) -> None:
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.kiosk.orders(f"write {LE_ZAHIR} C2")
    desk.kiosk.tells(WriteDone(LE_ZAHIR, ON_LOAN))
    assert desk.tags[LE_ZAHIR].afi == ON_LOAN
    desk.kiosk.orders(f"read {LE_ZAHIR}")
    desk.kiosk.tells(read(LE_ZAHIR, ON_LOAN))
    desk.take(LE_ZAHIR)
    desk.kiosk.tells(TagGone(LE_ZAHIR))


def test_of_two_books_one_is_there_at_a_time(desk: Desk) -> None:
    desk.put(LE_ZAHIR, MOUSE)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.take(LE_ZAHIR)
    told = desk.kiosk.tells_until(lambda line: line == str(read(MOUSE)))
    told += [] if str(TagGone(LE_ZAHIR)) in told else [desk.kiosk.next()]
    assert set(told) == {str(TagGone(LE_ZAHIR)), str(TagSeen(MOUSE)), str(read(MOUSE))}


def test_a_write_whose_answer_is_lost_is_looked_at(desk: Desk) -> None:
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.pad.set_fault(PcscPadFault.LOSE_WRITE_ANSWER)
    desk.kiosk.orders(f"write {LE_ZAHIR} C2")
    desk.kiosk.tells(WriteDone(LE_ZAHIR, ON_LOAN))


def test_a_book_torn_away_in_the_middle_of_its_write_is_perhaps_written(desk: Desk) -> None:
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.pad.set_fault(PcscPadFault.TEAR_WRITE)
    desk.kiosk.orders(f"write {LE_ZAHIR} C2")
    told = {desk.kiosk.next(), desk.kiosk.next()}
    assert told == {str(WriteFailed(LE_ZAHIR, WriteFailure.TAG_AWAY, None)), str(TagGone(LE_ZAHIR))}
    desk.pad.set_fault(PcscPadFault.NONE)
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR, desk.tags[LE_ZAHIR].afi))


def test_a_service_that_stops_is_told_and_what_lies_there_told_anew(desk: Desk) -> None:
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.service.set_fault(READER, "service-stop")
    assert fault_in(desk.kiosk.next()) is FaultCode.SERVICE_GONE
    desk.service.set_fault(READER, "none")
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR), Recovered(f"PC/SC reader {READER.lower()}"))


def test_a_reader_that_is_unplugged_is_told_and_what_lies_there_told_anew(desk: Desk) -> None:
    """The simulator starts pcscd again for it: the service may be missed first."""
    desk.put(LE_ZAHIR)
    desk.kiosk.tells(TagSeen(LE_ZAHIR), read(LE_ZAHIR))
    desk.service.set_fault(READER, "unplug")
    told = desk.kiosk.tells_until(lambda line: fault_in(line) is FaultCode.PORT_GONE)
    assert all(fault_in(line) in (FaultCode.SERVICE_GONE, FaultCode.PORT_GONE) for line in told)
    desk.kiosk.orders(f"write {LE_ZAHIR} C2")
    desk.kiosk.tells(WriteFailed(LE_ZAHIR, WriteFailure.READER, None))
    desk.service.set_fault(READER, "none")
    told = desk.kiosk.tells_until(lambda line: line.startswith("Recovered"))
    assert told[-3:-1] == [str(TagSeen(LE_ZAHIR)), str(read(LE_ZAHIR))]


def fault_in(line: str) -> FaultCode | None:
    return next((code for code in FaultCode if line.startswith(str(Faulted(code, ""))[:-3])), None)
