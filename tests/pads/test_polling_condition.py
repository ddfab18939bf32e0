"""How well a reader is: told once, not too soon, and in words that say what to look at."""

from __future__ import annotations

import pytest

from drivers.health import FaultCode, Faulted, Recovered
from drivers.pads.polling.condition import Condition
from drivers.pads.polling.dialect import Line
from drivers.pads.protocol import PadCommand, PadEvent, TagGone, WriteAfi, WriteDone
from tests.pads.desk import ReaderDesk, WireReader, a_book
from tests.pads.polled_benches import Bench, every_polled_pad

LINE = Line("19200 baud 8N1", "3M frame", 0.0005, 0.005, 0.05, 0.05, 7)
TRIES = 3


def a_condition(*, heard: bool) -> Condition:
    condition = Condition(LINE)
    condition.port_opened()
    if heard:
        condition.heard(noisy=False)
    return condition


def tries_until_given_up(condition: Condition, *, noisy: bool) -> int:
    for tried in range(1, 100):
        condition.unheard(noisy=noisy)
        if condition.is_given_up(TRIES):
            return tried
    raise AssertionError("never")


@pytest.mark.parametrize(("heard", "noisy", "tries"), [(True, False, 3), (True, True, 6), (False, True, 3)])
def test_a_reader_that_was_heard_is_given_longer_when_its_answers_come_damaged(
    heard: bool, noisy: bool, tries: int
) -> None:
    assert tries_until_given_up(a_condition(heard=heard), noisy=noisy) == tries


def test_one_good_answer_begins_the_count_anew() -> None:
    condition = a_condition(heard=True)
    for _ in range(2):
        condition.unheard(noisy=False)
    condition.heard(noisy=True)
    assert tries_until_given_up(condition, noisy=False) == TRIES


@pytest.mark.parametrize(
    ("heard", "noisy", "told"),
    [
        (True, False, Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 19200 baud 8N1")),
        (False, False, Faulted(FaultCode.NO_ANSWER, "no answer in 3 tries at 19200 baud 8N1")),
        (True, True, Faulted(FaultCode.NO_ANSWER, "no whole answer in 6 tries at 19200 baud 8N1")),
        (
            False,
            True,
            Faulted(
                FaultCode.WRONG_DEVICE, "bytes come, but no 3M frame at 19200 baud 8N1: wrong baud rate or other device"
            ),
        ),
    ],
)
def test_a_reader_that_is_given_up_is_told_once_with_what_was_seen(heard: bool, noisy: bool, told: Faulted) -> None:
    condition = a_condition(heard=heard)
    tries_until_given_up(condition, noisy=noisy)
    assert condition.away() == [told]
    assert condition.away() == []


def test_another_device_stays_one_when_it_falls_silent() -> None:
    condition = a_condition(heard=False)
    tries_until_given_up(condition, noisy=True)
    condition.away()
    condition.port_opened()
    tries_until_given_up(condition, noisy=False)
    assert condition.away() == []


def test_noise_is_told_when_a_third_is_damaged_and_ends_when_nearly_nothing_is() -> None:
    condition = a_condition(heard=True)
    assert condition.well("reader") == [Recovered("reader")]
    told: list[Faulted | Recovered] = []
    for number in range(20):
        condition.heard(noisy=number % 3 == 0)
        told += condition.judge_noise("reader")
    assert [event.code for event in told if isinstance(event, Faulted)] == [FaultCode.NOISE]
    for _ in range(20):
        condition.heard(noisy=False)
        told += condition.judge_noise("reader")
    assert told[1:] == [Recovered("reader")]


@every_polled_pad
def test_four_damaged_answers_in_a_row_cost_no_order_and_no_tag(bench: Bench) -> None:
    book = a_book(1)
    desk = ReaderDesk[PadEvent, PadCommand, WireReader](bench.pad(), bench.reader((book,)))
    desk.open()
    desk.run(5.0)
    told = len(desk.events)
    left = [4]

    def damaged(answer: bytes) -> list[tuple[float, bytes]]:
        left[0] -= 1
        return [(0.0, answer[:-1] + bytes((answer[-1] ^ 0x40,)) if left[0] >= 0 else answer)]

    desk.line.pieces = damaged
    desk.orders(WriteAfi(book.uid, 0xC2))
    desk.run(5.0)
    since = desk.events[told:]
    assert WriteDone(book.uid, 0xC2) in since
    assert TagGone(book.uid) not in since
    assert not any(isinstance(event, Faulted) and event.code is FaultCode.NO_ANSWER for event in since)
