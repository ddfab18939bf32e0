"""Books on a pad that is a PC/SC reader: a real pcscd, a real pyscard host, and a room in which books are moved."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_sim.cards.chips import Chips
from firmware_sim.cards.pad import PcscPad
from firmware_sim.cards.service import CardService
from firmware_sim.faults.words import PcscPadFault
from firmware_sim.lines.wire_log import Direction
from firmware_sim.room.room import Book, Card, CardKind, Place, Room, SectorContent
from firmware_sim.room.tag import Tag
from tests.firmware_sim_cards.conftest import PORT, READER, WEI, laid
from tests.real_parts import PATIENCE_S

PAD_READER = "Kiosk pad reader"
CLIENT = Path(__file__).with_name("apdu_client.py")
LE_ZAHIR, MOUSE = bytes.fromhex("E004015012345678"), bytes.fromhex("E00401501234567A")
START, SWITCH = "FFC2000002810000", "FFC20002048F020203"
UID = "FFCA000000"
ONE_SECOND = "5F460440420F00"


def write_afi(uid: bytes, afi: int) -> str:
    frame = f"2227{uid[::-1].hex()}{afi:02x}"
    return f"FFC2000114{ONE_SECOND}95{len(frame) // 2:02x}{frame}00"


class Host:
    """Asks a reader of one service."""

    def __init__(self, service: CardService, reader: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(CLIENT), reader],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PCSCLITE_CSOCK_NAME": str(service.socket_path)},
        )
        self._patience = threading.Timer(PATIENCE_S, self._process.kill)
        self._patience.start()

    def ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        self._patience.cancel()
        self._process.kill()
        self._process.communicate()


class Desk:
    """A room, its pad behind PC/SC, and hosts."""

    def __init__(self, folder: Path) -> None:
        self.tags = [Tag(uid, 0x07, 0x06, 4, 28, bytearray(112)) for uid in (LE_ZAHIR, MOUSE)]
        self.books = [Book(f"B{place}", f"{place}", "", (tag,)) for place, tag in enumerate(self.tags)]
        self.room = Room(self.books, [])
        self.service = CardService(folder / "cards", {READER: PORT, PAD_READER: PORT + 2})
        self.service.start()
        self.heard: list[tuple[Direction, str]] = []
        self.pad = PcscPad(
            self.room,
            threading.Lock(),
            self.service,
            PAD_READER,
            lambda direction, apdu: self.heard.append((direction, apdu.hex().upper())),
        )
        self._hosts: list[Host] = []

    def host(self, reader: str = PAD_READER) -> Host:
        self._hosts.append(Host(self.service, reader))
        return self._hosts[-1]

    def put(self, *names: str) -> None:
        self.room.put_on_pad(names)
        self.pad.look()

    def take(self, *names: str) -> None:
        self.room.take_off_pad(names)
        self.pad.look()

    def close(self) -> None:
        for host in self._hosts:
            host.close()
        self.service.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.close()


def test_a_book_is_laid_down_read_written_and_taken_away(desk: Desk) -> None:
    host = desk.host()
    desk.put("B0")
    assert [host.ask(asked) for asked in ("in", UID, START, SWITCH)] == [
        "ok",
        LE_ZAHIR[::-1].hex().upper() + "9000",
        "C0030090009000",
        "C0030090008F01009000",
    ]
    assert host.ask(write_afi(LE_ZAHIR, 0xC2)) == "C003009000920100960200009701009000"
    assert desk.tags[0].afi == 0xC2
    assert desk.heard[-2:] == [
        (Direction.FROM_HOST, write_afi(LE_ZAHIR, 0xC2).upper()),
        (Direction.FROM_DEVICE, "C003009000920100960200009701009000"),
    ]
    desk.take("B0")
    assert host.ask("out") == "ok"


def test_of_two_books_the_first_is_shown_until_it_is_taken_away(desk: Desk) -> None:
    host = desk.host()
    desk.put("B0", "B1")
    host.ask("in")
    assert host.ask(UID).startswith(LE_ZAHIR[::-1].hex().upper())
    desk.take("B0")
    host.ask("out")
    host.ask("in")
    assert host.ask(UID).startswith(MOUSE[::-1].hex().upper())


def test_a_book_and_a_patrons_card_lie_on_readers_of_their_own(desk: Desk) -> None:
    desk.put("B0")
    desk.service.insert(READER, laid(WEI))
    pad, cards = desk.host(), desk.host(READER)
    assert [cards.ask("in"), cards.ask(UID)] == ["ok", "04A23B9C9000"]
    assert [pad.ask("in"), pad.ask(UID)] == ["ok", LE_ZAHIR[::-1].hex().upper() + "9000"]


def test_the_patrons_reader_is_told_first(desk: Desk) -> None:
    told = desk.host().ask("readers")
    assert told.split(", ") == [f"{name} 00 0{slot}" for name in (READER, PAD_READER) for slot in (0, 1)]


def test_a_book_is_torn_away_in_the_middle_of_a_write_and_lies_on_the_shelf(desk: Desk) -> None:
    host = desk.host()
    desk.put("B0")
    desk.pad.set_fault(PcscPadFault.TEAR_WRITE)
    for asked in ("in", START, SWITCH):
        assert host.ask(asked) != "lost"
    assert host.ask(write_afi(LE_ZAHIR, 0xC2)) == "lost"
    assert host.ask("out") == "ok"
    assert desk.books[0].place is Place.SHELF
    desk.pad.set_fault(PcscPadFault.NONE)
    desk.put("B0")
    assert [host.ask("in"), host.ask(UID)] == ["ok", LE_ZAHIR[::-1].hex().upper() + "9000"]


def test_a_book_still_lies_there_when_its_reader_is_plugged_in_again(desk: Desk) -> None:
    desk.put("B0")
    desk.service.insert(READER, laid(WEI))
    desk.pad.set_fault(PcscPadFault.UNPLUG)
    cards = desk.host(READER)
    assert [cards.ask("in"), cards.ask(UID)] == ["ok", "04A23B9C9000"]
    desk.pad.set_fault(PcscPadFault.NONE)
    host = desk.host()
    assert [host.ask("in"), host.ask(UID)] == ["ok", LE_ZAHIR[::-1].hex().upper() + "9000"]


def test_a_number_under_a_librarys_key_is_read_through_the_real_service(desk: Desk) -> None:
    sector = SectorContent(1, bytes.fromhex("A0A1A2A3A4A5"), b"\xff" * 6, b"20230001")
    card = Card("wei", "Wei", "20230001", WEI, CardKind.MIFARE_CLASSIC, b"", (sector,))
    desk.service.insert(READER, laid(Chips().chip_of(card)))
    host = desk.host(READER)
    told = [host.ask(asked) for asked in ("in", "FF82000006A0A1A2A3A4A5", "FF860000050100046000", "FFB0000410")]
    assert told == ["ok", "9000", "9000", b"20230001".ljust(16, b"\0").hex().upper() + "9000"]


def test_chips_are_kept_but_for_a_random_uid() -> None:
    chips = Chips()
    kept = Card("vicinity", "", "1", LE_ZAHIR, CardKind.ISO_15693, b"\x11")
    drawn = Card("desfire", "", "2", WEI, CardKind.DESFIRE_RANDOM)
    assert chips.chip_of(kept) is chips.chip_of(kept)
    assert chips.chip_of(drawn) is not chips.chip_of(drawn)
    ultralight = Card("ultralight", "", "3", bytes.fromhex("04A1B2C4D5E680"), CardKind.ULTRALIGHT, b"\x22")
    assert chips.chip_of(ultralight).atr != chips.chip_of(kept).atr
