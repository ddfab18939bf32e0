"""What a scanner says is what the vectors of serial scanners hold; books lie where they were put."""

from __future__ import annotations

import threading
import time
import tomllib
from pathlib import Path

import pytest
import serial

from firmware_sim.card_ways import CannotDo, ScannerCards
from firmware_sim.devices.scanner import LONGEST_SHOT, Scanner
from firmware_sim.faults.words import CardFault
from firmware_sim.lines.line import Line
from firmware_sim.lines.pseudo_terminal import PseudoTerminal
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.room.room import Card, Room, UnknownName
from tests.firmware_sim.feig_host import LE_ZAHIR, SECOND, a_book, a_tag

VECTORS = tomllib.loads(Path("tests/vectors/scanner.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
WEI = Card("wei", "Wei 伟", "20230001", bytes.fromhex("04A1B2C3"))


@pytest.mark.parametrize(
    ("name", "code", "aim"),
    [
        ("plain, CR", "35555000012345", ""),
        ("EAN-13", "9787111544937", "]E0"),
        ("Code 39", "LIB-0042", "]A0"),
        ("QR, UTF-8", "读者P001", "]Q1"),
        ("Code 128", "P001", "]C0"),
        ("empty", "", ""),
    ],
)
def test_a_code_is_said_as_in_the_vectors(name: str, code: str, aim: str) -> None:
    scanner = Scanner()
    scanner.fire(code, aim)
    assert scanner.take_outgoing() == BY_NAME[name]
    assert scanner.take_outgoing() == b""


def test_bytes_are_said_as_they_are_up_to_a_limit() -> None:
    scanner = Scanner()
    scanner.fire_bytes(b"\x00" * LONGEST_SHOT)
    assert len(scanner.take_outgoing()) == LONGEST_SHOT
    with pytest.raises(ValueError, match="at most 65536"):
        scanner.fire_bytes(bytes(LONGEST_SHOT + 1))


def test_books_lie_on_the_pad_in_the_order_in_which_they_were_laid_down() -> None:
    first, second = a_tag(LE_ZAHIR), a_tag(SECOND)
    room = Room([a_book("A", first), a_book("B", second)], [WEI])
    room.put_on_pad(["B", "A", "B"])
    assert room.tags_on_pad() == [second, first]
    room.take_off_pad(["B", "B"])
    assert room.tags_on_pad() == [first]


def test_a_name_that_nobody_has_moves_nothing_and_the_nearest_are_told() -> None:
    room = Room([a_book("35555000012345", a_tag()), a_book("35555000012352", a_tag(SECOND))], [WEI])
    with pytest.raises(UnknownName, match=r"put\[1\]: there is no book '35555000012354'; try 35555000012352"):
        room.put_on_pad(["35555000012345", "35555000012354"])
    assert room.tags_on_pad() == []
    with pytest.raises(UnknownName, match="tap: there is no card 'wie'; try wei"):
        room.card("wie", "tap")


def test_without_a_card_reader_the_barcode_on_the_card_is_held_under_the_scanner(tmp_path: Path) -> None:
    scanner, lock = Scanner(), threading.Lock()
    end = PseudoTerminal(tmp_path / "scanner", 9600)
    line = Line("scanner", scanner, lock, end, 0.0, WireLog(time.monotonic), time.monotonic)
    line.start()
    try:
        cards = ScannerCards("no pcscd", scanner, lock, line)
        with serial.Serial(line.address, 9600, timeout=5) as port:
            cards.tap(WEI)
            assert port.read_until(b"\r") == b"20230001\r"
        with pytest.raises(CannotDo, match=r"torn away: cards come through the scanner here \(no pcscd\)"):
            cards.tear(WEI)
        with pytest.raises(CannotDo, match="no reader can fail by 'unplug'"):
            cards.set_fault(CardFault.UNPLUG)
        cards.set_fault(CardFault.NONE)
        cards.remove()
    finally:
        line.stop()
