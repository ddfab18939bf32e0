"""A client reads and writes the memory of UHF tags through the simulated LLRP reader."""

from __future__ import annotations

import pytest

from firmware_sim.devices.llrp import LlrpReader
from firmware_sim.devices.llrp_reports import MOST_ENTRIES
from firmware_sim.devices.uhf_field import PadField
from firmware_sim.faults.words import PadFault
from firmware_sim.room.room import Room
from firmware_sim.room.uhf_tag import Bank
from tests.firmware_sim.llrp_host import (
    EPC_96,
    IN_STOCK,
    ISO_UII,
    LENT,
    READER_CLOCK,
    TID,
    Client,
    a_uhf_book,
    a_uhf_tag,
    accessspec,
    iso_book,
    message,
    read,
    report_spec,
    rospec,
    target,
    u16,
    u32,
    write,
)


@pytest.fixture
def client() -> Client:
    return Client.of_pad(a_uhf_book("B1", a_uhf_tag()))


def test_words_of_the_banks_are_read() -> None:
    client = Client.of_pad(iso_book())
    results = client.with_access(read(11, 1, 0, 7), read(12, 2, 0, 6), read(13, 3, 0, 2), read(14, 3, 6, 0))
    crc = client_crc(client)
    assert results == [
        b"\0" + u16(11, 7) + crc + u16(IN_STOCK) + ISO_UII,
        b"\0" + u16(12, 6) + TID,
        b"\0" + u16(13, 2) + b"\x06\x01\x02\x03",
        b"\0" + u16(14, 2) + bytes(4),
    ]


def client_crc(client: Client) -> bytes:
    """Of PC 2D07 and the UII: fastcrc's `crc16.genibus`, computed here bit by bit."""
    register = 0xFFFF
    for byte in u16(IN_STOCK) + ISO_UII:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ (0x1021 if register & 0x8000 else 0)) & 0xFFFF
    return u16(register ^ 0xFFFF)


def test_a_lent_book_is_told_by_its_new_pc_and_its_crc_is_made_when_it_is_laid_down_again() -> None:
    book = a_uhf_book("B1", a_uhf_tag(ISO_UII, IN_STOCK))
    room = Room([book], [])
    room.put_on_pad(["B1"])
    client = Client(LlrpReader(PadField(room), READER_CLOCK)).connect()
    before = book.uhf[0].crc
    assert client.with_access(write(5, 1, 1, u16(LENT)))[0] == b"\0" + u16(5, 1)
    assert (book.uhf[0].told, book.uhf[0].crc) == ((LENT, ISO_UII), before)
    room.take_off_pad(["B1"])
    room.put_on_pad(["B1"])
    assert book.uhf[0].crc != before


def test_a_longer_uii_is_heard_once_the_pc_counts_it() -> None:
    book = a_uhf_book("B1", a_uhf_tag(b"\1\2", 0x0800))
    client = Client.of_pad(book)
    assert client.with_access(write(1, 1, 2, EPC_96), write(2, 1, 1, u16(0x3000)))[1] == b"\0" + u16(2, 1)
    assert book.uhf[0].told == (0x3000, EPC_96)


def test_a_block_write_is_a_write_of_another_name() -> None:
    book = iso_book()
    client = Client.of_pad(book)
    client.does(40, accessspec(write(9, 3, 1, b"abcd", kind=347), times=1, report=1))
    client.does(42, u32(1))
    client.inventories(rospec(report=report_spec(trigger=0, content=0x0040)))
    (tag,) = client.tags(1.0)
    assert (tag[354], tag[16]) == (b"\0" + u16(9, 2), u32(1))
    assert book.uhf[0].read(Bank.USER, 0, 3) == b"\x06\x01abcd"


@pytest.mark.parametrize(
    ("operation", "result"),
    [
        (read(1, 3, 0, 99), b"\1" + u16(1, 0)),
        (read(1, 3, 8, 0), b"\1" + u16(1, 0)),
        (write(1, 3, 7, b"abcd"), b"\1" + u16(1, 1)),
        (write(1, 2, 0, b"ab"), b"\2" + u16(1, 0)),
        (write(1, 1, 0, b"ab"), b"\2" + u16(1, 0)),
    ],
)
def test_what_a_tag_refuses_is_told_and_what_follows_is_not_done(operation: bytes, result: bytes) -> None:
    book = iso_book()
    assert Client.of_pad(book).with_access(operation, write(2, 3, 0, b"zz")) == [result]
    assert book.uhf[0].read(Bank.USER, 0, 1) == b"\x06\x01"


def test_a_locked_bank_is_not_written() -> None:
    book = iso_book()
    book.uhf[0].locked.add(Bank.USER)
    assert Client.of_pad(book).with_access(write(1, 3, 0, b"zz")) == [b"\2" + u16(1, 0)]


def test_only_the_tag_that_is_meant_is_written() -> None:
    meant, other = a_uhf_tag(bytes(10) + b"\1\1"), a_uhf_tag(bytes(10) + b"\2\2")
    client = Client.of_pad(a_uhf_book("B1", other), a_uhf_book("B2", meant))
    assert client.with_access(write(1, 3, 0, b"zz"), meant=target(pointer=32, data=bytes(10) + b"\1\1"))
    assert (meant.read(Bank.USER, 0, 1), other.read(Bank.USER, 0, 1)) == (b"zz", b"\0\0")


def test_a_target_may_be_all_but_some_and_one_beyond_a_bank_is_nobody() -> None:
    book = iso_book()
    client = Client.of_pad(book)
    assert client.with_access(read(1, 3, 0, 1), meant=target(bank=3, pointer=4096, data=b"\6"), for_s=0.5) == []
    client.does(21, u32(0))
    client.does(41, u32(0))
    assert client.with_access(read(1, 3, 0, 1), meant=target(bank=2, pointer=0, data=b"\0", match=0))


def test_an_access_is_done_as_often_as_it_says_and_is_gone_then(client: Client) -> None:
    assert client.with_access(read(1, 2, 0, 1), times=3)
    assert len(client.ask(44).parameters()) == 1


def test_what_nobody_asks_for_does_not_fill_the_readers_memory(client: Client) -> None:
    client.does(40, accessspec(read(1, 2, 0, 1)))
    client.does(42, u32(1))
    client.inventories(rospec(report=report_spec(trigger=0)))
    client.raw(60.0)
    client.send(message(60))
    assert len(client.tags(0.01)) == MOST_ENTRIES


def test_an_access_may_be_switched_off_and_on(client: Client) -> None:
    client.does(40, accessspec(read(1, 2, 0, 1)))
    client.inventories()
    assert all(349 not in tag for tag in client.tags(0.5))
    client.does(42, u32(0))
    assert any(349 in tag for tag in client.tags(0.5))
    client.does(43, u32(1))
    client.tags(0.05)
    assert all(349 not in tag for tag in client.tags(0.5))


def test_a_book_pulled_away_in_the_middle_of_a_write_is_half_written() -> None:
    book = iso_book(user=bytes(16))
    room = Room([book], [])
    room.put_on_pad(["B1"])
    client = Client(LlrpReader(PadField(room), READER_CLOCK)).connect()
    client.does(40, accessspec(write(1, 3, 0, b"abcdefgh"), times=1, report=1))
    client.does(42, u32(1))
    client.inventories()
    while book.uhf[0].read(Bank.USER, 0, 1) == bytes(2):
        client.heard += client.wait(0.001)
    room.take_off_pad(["B1"])
    (tag,) = client.tags(1.0)
    assert tag[350] == b"\5" + u16(1, 1)
    assert book.uhf[0].read(Bank.USER, 0, 4) == b"ab" + bytes(6)


def test_a_lost_write_answer_leaves_the_tag_written_and_nobody_told() -> None:
    book = iso_book()
    client = Client.of_pad(book)
    assert isinstance(client.reader, LlrpReader)
    client.reader.trouble.begin(PadFault.LOSE_WRITE_ANSWER)
    assert client.with_access(write(1, 3, 0, b"zz")) == []
    assert book.uhf[0].read(Bank.USER, 0, 1) == b"zz"
