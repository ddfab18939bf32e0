"""A host asks the simulated LSP2 pedestal as the public program does; the vectors' answers hold byte for byte."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.gate import OUT
from firmware_sim.devices.lsp2 import RECORDS_KEPT, Lsp2Gate
from firmware_sim.faults.words import GateFault
from firmware_sim.room.room import Book
from tests.firmware_sim.feig_host import a_book, a_tag
from tests.firmware_sim.gate_host import CLOCK, OPENING_TIME, GateHost

VECTORS = tomllib.loads(Path("tests/vectors/lsp2.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
BOOK_MEMORY = bytes.fromhex("11010131313232333334340000000000000000513E4445373035000000000000")
TIME, COUNT, RECORD_0, PEOPLE = (bytes.fromhex(one) for one in ("1E0A00", "1E2D00", "1E2E020000", "1E3200"))
NO_RECORD = bytes.fromhex("1E2E00")


def in_stock(name: str = "B1", memory: bytes = BOOK_MEMORY) -> Book:
    return a_book(name, a_tag(afi=0x07, memory=memory))


def on_loan(name: str = "B2") -> Book:
    return a_book(name, a_tag(afi=0xC2))


@pytest.fixture
def host() -> GateHost[Lsp2Gate]:
    return GateHost(Lsp2Gate(CLOCK))


def test_the_clock_is_the_vectors(host: GateHost[Lsp2Gate]) -> None:
    assert host.ask(BY_NAME["clock?"]) == BY_NAME["clock"]


def test_a_clock_that_drifts_is_a_minute_ahead_after_a_day() -> None:
    host = GateHost(Lsp2Gate(DeviceClock(OPENING_TIME, 0.0, drift=60 / 86_400)))
    host.hear(86_400)
    assert host.ask(TIME).hex() == "1e0a060b191a0a040b"


def test_people_are_counted_each_once_and_the_count_is_the_vectors(host: GateHost[Lsp2Gate]) -> None:
    for _ in range(4660):
        host.gate.carry_through([], OUT, host.now_s)
    assert host.ask(BY_NAME["people counter?"]) == BY_NAME["people counter 4660"]


def test_the_people_counter_begins_again_after_65535_and_when_it_is_reset(host: GateHost[Lsp2Gate]) -> None:
    for _ in range(65_537):
        host.gate.carry_through([], OUT, host.now_s)
    assert host.ask(PEOPLE).hex() == "1e32020001"
    host.gate.reset_people()
    assert host.ask(PEOPLE).hex() == "1e32020000"


def test_the_record_of_a_book_in_stock_is_the_vectors(host: GateHost[Lsp2Gate]) -> None:
    for _ in range(3):
        host.gate.carry_through([in_stock()], OUT, host.now_s)
    assert host.ask(BY_NAME["how many records?"]) == BY_NAME["three records"]
    assert host.ask(BY_NAME["record 2?"]) == BY_NAME["record: an item in stock went through"]


def test_a_book_on_loan_leaves_no_record_but_a_person_was_there(host: GateHost[Lsp2Gate]) -> None:
    host.gate.carry_through([on_loan(), in_stock(), on_loan("B3")], OUT, host.now_s)
    assert host.ask(COUNT).hex() == "1e2d03000100"
    assert host.ask(PEOPLE).hex() == "1e32020001"


def test_the_alarm_may_be_set_to_another_byte() -> None:
    host = GateHost(Lsp2Gate(CLOCK, alarm_afi=0xD7))
    host.gate.carry_through([in_stock(), a_book("B4", a_tag(afi=0xD7))], OUT, host.now_s)
    assert host.ask(COUNT).hex() == "1e2d03000100"


def test_a_record_that_is_not_there_is_answered_with_nothing_in_it(host: GateHost[Lsp2Gate]) -> None:
    assert host.ask(RECORD_0) == NO_RECORD
    assert host.ask(BY_NAME["ask record 300"]) == NO_RECORD


def test_records_may_be_numbered_from_one() -> None:
    host = GateHost(Lsp2Gate(CLOCK, first_record=1))
    host.gate.carry_through([in_stock()], OUT, host.now_s)
    assert host.ask(RECORD_0) == NO_RECORD
    assert len(host.ask(bytes.fromhex("1E2E020001"))) == 43


def test_a_full_ring_loses_its_oldest_record_and_a_cleared_one_all(host: GateHost[Lsp2Gate]) -> None:
    host.gate.carry_through([in_stock("first", b"first")], OUT, host.now_s)
    host.gate.carry_through([in_stock("second", b"second")], OUT, host.now_s)
    host.gate.carry_through([in_stock(f"B{place}") for place in range(RECORDS_KEPT - 1)], OUT, host.now_s)
    assert host.ask(COUNT).hex() == f"1e2d03{RECORDS_KEPT:04x}00"
    assert b"seco" in host.ask(RECORD_0)
    host.gate.clear_records()
    assert host.ask(COUNT).hex() == "1e2d03000000"


def test_with_hardly_any_memory_left_the_newest_two_records_stay(host: GateHost[Lsp2Gate]) -> None:
    host.gate.set_fault(GateFault.OVERFLOW)
    host.gate.carry_through([in_stock(name, name.encode()) for name in ("one_", "two_", "tree")], OUT, host.now_s)
    assert host.ask(COUNT).hex() == "1e2d03000200"
    assert b"two_" in host.ask(RECORD_0)


@pytest.mark.parametrize("wrong", ["1E9900", "1E0A0101", "1E2E0100", "1E2D020000", "4711", "1E2E0200"])
def test_what_is_no_known_request_gets_no_answer(host: GateHost[Lsp2Gate], wrong: str) -> None:
    assert host.ask(bytes.fromhex(wrong), for_s=10) == b""


def test_requests_that_come_at_once_are_answered_one_after_the_other(host: GateHost[Lsp2Gate]) -> None:
    assert host.ask(b"\x00\xff" + TIME + COUNT + PEOPLE).hex() == "1e0a060b181a0a030b" + "1e2d03000000" + "1e32020000"


def test_who_connects_anew_hears_nothing_of_what_the_last_one_asked(host: GateHost[Lsp2Gate]) -> None:
    host.gate.receive(TIME + b"\x1e\x2e", host.now_s)
    host.gate.connected(host.now_s)
    assert host.ask(COUNT) == bytes.fromhex("1E2D03000000")


def test_a_silent_gate_says_nothing_but_notes_what_passes(host: GateHost[Lsp2Gate]) -> None:
    host.gate.set_fault(GateFault.SILENT)
    host.gate.carry_through([in_stock()], OUT, host.now_s)
    assert host.ask(COUNT, for_s=10) == b""
    host.gate.set_fault(GateFault.NONE)
    assert host.ask(COUNT).hex() == "1e2d03000100"


PIECES = st.lists(st.binary(max_size=8) | st.sampled_from([TIME, COUNT, RECORD_0, PEOPLE]), max_size=12)


@settings(max_examples=50)
@given(PIECES, st.data())
def test_however_a_stream_is_split_the_answers_are_the_same(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    whole = GateHost(Lsp2Gate(CLOCK)).ask(stream, for_s=5)
    split = GateHost(Lsp2Gate(CLOCK))
    for piece in _pieces_of(stream, data):
        split.gate.receive(piece, 0.0)
    assert split.hear(5) == whole
    assert len(whole) <= 9 * len(stream)


def _pieces_of(stream: bytes, data: st.DataObject) -> Iterator[bytes]:
    while stream:
        length = data.draw(st.integers(1, len(stream)))
        yield stream[:length]
        stream = stream[length:]


def test_endless_requests_do_not_fill_the_memory_and_the_gate_answers_again(host: GateHost[Lsp2Gate]) -> None:
    for _ in range(64):
        host.gate.receive(TIME * 1000, host.now_s)
    assert host.hear(10) == b""
    assert host.ask(COUNT).hex() == "1e2d03000000"
