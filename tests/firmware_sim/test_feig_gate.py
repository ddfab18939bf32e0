"""A host reads the simulated FEIG gate's buffer, or is called and notified by it; the vectors hold byte for byte."""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.devices.device_clock import DeviceClock
from firmware_sim.devices.feig_gate import TABLE_SIZE, Acknowledge, AfterNews, FeigGate, Notifying
from firmware_sim.devices.feig_table import Told
from firmware_sim.devices.gate import IN, OUT
from firmware_sim.faults.words import GateFault
from firmware_sim.room.room import Book
from tests.firmware_sim.feig_host import a_book, a_tag, advanced_request, crc, request
from tests.firmware_sim.gate_host import GateHost

VECTORS = tomllib.loads(Path("tests/vectors/feig.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
BOOK = bytes.fromhex("E004015012345678")
OTHER = bytes.fromhex("E0040100AABBCCDD")
CLOCK = DeviceClock(datetime(2026, 11, 24, 14, 30, 8), 0.0)
READ = request(0x22, "00FF")
CLEAR = BY_NAME["buffered read: clear"]
CLEARED = BY_NAME["buffered read: cleared"]
ONE_BOOK = BY_NAME["notification: one book, UID, time, antenna"]
ALIVE = bytes.fromhex("0600 6e 00") + crc(bytes.fromhex("0600 6e 00"))
QUIET = Notifying(keep_alive_s=0)


def book(uid: bytes = BOOK, afi: int = 0x07) -> Book:
    tag = a_tag(uid, afi)
    tag.dsfid = 0
    return a_book(uid.hex(), tag)


def many(count: int) -> list[Book]:
    return [book(BOOK[:-2] + place.to_bytes(2, "big")) for place in range(count)]


def buffered(told: Told = Told.IDENTITY | Told.ANTENNA | Told.TIME) -> GateHost[FeigGate]:
    return GateHost(FeigGate(CLOCK, told=told))


def notified(notifying: Notifying = QUIET, told: Told = Told.IDENTITY | Told.ANTENNA | Told.TIME) -> GateHost[FeigGate]:
    return GateHost(FeigGate(CLOCK, notifying, told=told))


def walk(host: GateHost[FeigGate], *books: Book, direction: int = OUT) -> None:
    host.gate.carry_through(books, direction, host.now_s)


def frames_of(data: bytes) -> list[bytes]:
    """Each with a good CRC."""
    found = []
    while data:
        length = int.from_bytes(data[1:3], "big") if data[0] == 0x02 else data[0]
        assert data[length - 2 : length] == crc(data[: length - 2]), data.hex()
        found.append(data[:length])
        data = data[length:]
    return found


def sets_in(answer: bytes) -> int:
    return int.from_bytes(answer[5:7], "big")


def books_told(data: bytes) -> list[bytes]:
    """Answers of 0x22, without the people that were counted."""
    return [frame for frame in frames_of(data) if frame[2] == 0x22]


def test_the_buffer_of_one_book_is_the_vectors() -> None:
    host = buffered()
    walk(host, book())
    assert host.ask(BY_NAME["buffered read: at most 255 sets"]) == ONE_BOOK


@pytest.mark.parametrize(
    ("name", "told", "books"),
    [
        ("notification: with AFI and DSFID in the UID field", Told.IDENTITY | Told.AFI, [book(OTHER)]),
        ("notification: more data follow", Told.IDENTITY, [book(BOOK), book(OTHER)]),
    ],
)
def test_what_a_record_holds_is_the_vectors(name: str, told: Told, books: list[Book]) -> None:
    host = buffered(told)
    walk(host, *books)
    assert host.ask(request(0x22, "0001")) == BY_NAME[name]


def test_directions_are_the_vectors() -> None:
    host = buffered(Told.IDENTITY | Told.DIRECTION)
    walk(host, book(BOOK), direction=2)
    walk(host, book(OTHER), direction=1)
    assert host.ask(READ) == BY_NAME["notification: two books and the walking direction"]


def test_an_empty_buffer_has_no_valid_data() -> None:
    assert buffered().ask(READ).hex().startswith("06002292")


def test_what_was_read_stays_until_it_is_cleared_and_only_that_is_cleared() -> None:
    host = buffered()
    walk(host, book(BOOK))
    assert host.ask(READ) == host.ask(READ) == ONE_BOOK
    walk(host, book(OTHER))
    assert host.ask(CLEAR) == CLEARED
    answer = host.ask(READ)
    assert sets_in(answer) == 1
    assert OTHER in answer


def test_a_long_buffer_comes_in_pieces_with_more_data_until_the_last() -> None:
    host = buffered()
    walk(host, *many(30))
    statuses, counts = [], []
    for _ in range(3):
        answer = host.ask(READ)
        statuses.append(answer[3])
        counts.append(sets_in(answer))
        assert len(answer) <= 255
        host.ask(CLEAR)
    assert (statuses, sum(counts)) == ([0x94, 0x94, 0x00], 30)


def test_in_the_advanced_form_a_longer_answer_fits() -> None:
    host = buffered()
    walk(host, *many(30))
    answer = host.ask(advanced_request(0x22, "00FF"))
    assert (answer[0], answer[5], int.from_bytes(answer[7:9], "big")) == (0x02, 0x00, 30)


def test_table_information_tells_size_start_and_number() -> None:
    host = buffered()
    walk(host, *many(7))
    host.ask(request(0x22, "0002"))
    host.ask(CLEAR)
    answer = host.ask(BY_NAME["buffered read: table information"])
    assert answer[3:-2].hex() == f"00{TABLE_SIZE:04x}00020005"
    host.ask(BY_NAME["buffered read: initialise"])
    assert host.ask(BY_NAME["buffered read: table information"])[-4:-2] == b"\0\0"


def test_what_does_not_fit_into_the_table_is_lost_and_told_once() -> None:
    host = buffered()
    host.gate.set_fault(GateFault.OVERFLOW)
    walk(host, *many(3))
    assert host.ask(BY_NAME["buffered read: table information"])[3] == 0x93
    answers = [host.ask(READ), host.ask(READ)]
    assert [answer[3] for answer in answers] == [0x93, 0x00]
    assert [sets_in(answer) for answer in answers] == [2, 2]


def test_iso_commands_are_not_there_while_the_gate_reads_by_itself() -> None:
    assert buffered().ask(BY_NAME["inventory"])[2:4] == b"\xb0\x82"
    assert notified().ask(BY_NAME["inventory"])[2:4] == b"\xb0\x82"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [(request(0x22, "01"), 0x81), (request(0x22, "0000"), 0x11), (request(0x32, "00"), 0x81), (request(0x9F), 0x80)],
)
def test_what_cannot_be_is_told_by_its_status(wrong: bytes, status: int) -> None:
    assert buffered().ask(wrong)[3] == status


def test_a_bad_crc_gets_no_answer() -> None:
    assert buffered().ask(READ[:-1] + bytes((READ[-1] ^ 1,)), for_s=10) == b""


def test_a_gate_tells_what_it_is() -> None:
    host = buffered()
    assert host.ask(BY_NAME["baud rate detection"]) == BY_NAME["baud rate detection, answered"]
    assert host.ask(BY_NAME["software version"])[8] == 75


def test_the_worked_conversation_with_a_lost_acknowledge() -> None:
    host = notified()
    walk(host, book())
    assert books_told(host.hear(0.1)) == [ONE_BOOK]
    assert host.hear(4.85) == b""
    assert host.hear(0.1) == ONE_BOOK
    assert host.ask(CLEAR) == CLEARED
    assert host.hear(60) == b""


def test_it_is_repeated_every_five_seconds_and_new_books_wait_for_the_acknowledge() -> None:
    host = notified()
    walk(host, book())
    host.hear(1)
    walk(host, book(OTHER))
    assert books_told(host.hear(19.5)) == [ONE_BOOK] * 4
    said = frames_of(host.ask(CLEAR))
    assert said[0] == CLEARED
    assert OTHER in said[1]
    assert sets_in(said[1]) == 1


def test_a_gate_may_tell_once_more_what_was_acknowledged_and_answered() -> None:
    host = notified(Notifying(keep_alive_s=0, echoed_share=1.0))
    walk(host, book())
    host.hear(1)
    assert host.ask(CLEAR) == CLEARED
    assert host.hear(1) == ONE_BOOK
    assert host.ask(CLEAR) == CLEARED
    assert host.hear(60) == b""


def test_without_acknowledge_a_book_is_told_once() -> None:
    host = notified(Notifying(Acknowledge.NOT_WANTED, keep_alive_s=0))
    walk(host, book())
    assert books_told(host.hear(60)) == [ONE_BOOK]


def test_what_was_not_acknowledged_is_told_again_on_the_next_connection() -> None:
    host = notified()
    walk(host, book())
    host.hear(1)
    host.gate.disconnected(host.now_s)
    assert host.hear(60) == b""
    host.gate.connected(host.now_s)
    assert host.hear(0.1) == ONE_BOOK


def test_people_are_counted_by_direction_and_each_is_told_once() -> None:
    host = notified()
    for direction in (IN, OUT, IN):
        walk(host, direction=direction)
        host.hear(0.1)
    walk(host, direction=IN)
    (frame,) = frames_of(host.hear(30))
    assert frame.hex()[4:-4] == "7700" + "00000003" + "00000001" + "00" * 8 + "01"


def test_the_people_counter_of_the_vectors() -> None:
    host = notified()
    for direction in (IN,) * 12 + (OUT,) * 9:
        walk(host, direction=direction)
    assert frames_of(host.hear(0.1))[-1] == BY_NAME["people counter: 12, 9, 0, 0"]


def test_counters_that_were_set_begin_again() -> None:
    host = notified()
    walk(host, direction=IN)
    host.gate.reset_people()
    host.hear(1)
    walk(host, direction=OUT)
    assert frames_of(host.hear(1))[-1].hex()[8:24] == "00000000" + "00000001"


def test_signs_of_life_come_each_period() -> None:
    host = notified(Notifying(keep_alive_s=10))
    assert host.hear(35) == ALIVE * 3


def test_a_gate_that_keeps_its_connection_always_wants_one() -> None:
    host = notified()
    assert host.gate.wants_line()
    assert not host.gate.hangs_up()
    assert not buffered().gate.wants_line()


def test_a_gate_that_closes_calls_when_it_has_news_and_hangs_up_after_them() -> None:
    gate = FeigGate(CLOCK, Notifying(after_news=AfterNews.CLOSE, keep_alive_s=0))
    assert not gate.wants_line()
    gate.carry_through([book()], OUT, 0.0)
    assert gate.wants_line()
    host = GateHost(gate)
    assert books_told(host.hear(1)) == [ONE_BOOK]
    assert not gate.hangs_up()
    host.ask(CLEAR)
    assert gate.hangs_up()
    assert not gate.wants_line()


def test_a_gate_that_closes_calls_for_its_signs_of_life_too() -> None:
    host = notified(Notifying(after_news=AfterNews.CLOSE, keep_alive_s=10))
    host.hear(0.1)
    host.gate.disconnected(host.now_s)
    assert not host.gate.wants_line()
    host.hear(10)
    assert host.gate.wants_line()
    host.gate.connected(host.now_s)
    assert host.hear(0.1) == ALIVE


def test_a_silent_gate_tells_nothing_until_it_speaks_again() -> None:
    host = notified(Notifying(keep_alive_s=1))
    host.gate.set_fault(GateFault.SILENT)
    walk(host, book())
    assert host.hear(12) == b""
    host.gate.set_fault(GateFault.NONE)
    assert ONE_BOOK in books_told(host.hear(6))


NOTIFYINGS = st.sampled_from(
    [
        None,
        QUIET,
        Notifying(Acknowledge.NOT_WANTED),
        Notifying(after_news=AfterNews.CLOSE, keep_alive_s=3, echoed_share=0.5),
    ]
)
FEIG_BYTES = st.binary(max_size=40) | st.sampled_from([READ, CLEAR, request(0x33), advanced_request(0x22, "0001")])
STEPS = st.lists(FEIG_BYTES | st.sampled_from(["walk", "gone", "there"]) | st.floats(0, 6), max_size=15)


@settings(max_examples=60)
@given(NOTIFYINGS, STEPS)
def test_whatever_happens_frames_are_good_and_a_book_is_told_in_the_end(
    notifying: Notifying | None, steps: list[bytes | str | float]
) -> None:
    host = GateHost(FeigGate(CLOCK, notifying))
    for step in steps:
        match step:
            case bytes():
                host.gate.receive(step, host.now_s)
            case "walk":
                walk(host, book())
            case "gone":
                host.gate.disconnected(host.now_s)
            case str():
                host.gate.connected(host.now_s)
            case float():
                frames_of(host.hear(step))
    host.hear(1)
    host.gate.connected(host.now_s)
    host.ask(request(0x33))
    walk(host, book(OTHER))
    said = host.hear(1) + host.ask(READ)
    assert OTHER in said
    assert len(said) < 1000
