"""The back channel: answers, automatic status, XON and XOFF, and bytes that mean nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.printers.back_channel import AutomaticStatus, BackChannel, Flow, RealTimeAnswer
from drivers.printers.status import AUTOMATIC, REAL_TIME, FlagPair, begins_automatic, is_real_time, read_real_time


def test_an_automatic_status_that_comes_in_pieces_is_put_together() -> None:
    channel = BackChannel()
    assert channel.receive(b"\x18\x00", 0.0) == []
    (heard,) = channel.receive(b"\x0f\x00", 0.05)
    assert isinstance(heard, AutomaticStatus)
    assert heard.bits["paper_end"]
    assert heard.bits["offline"]


def test_half_an_automatic_status_does_not_eat_the_next_answer() -> None:
    channel = BackChannel()
    channel.receive(b"\x10\x00", 0.0)
    assert channel.receive(b"\x12", 1.0) == [RealTimeAnswer(0x12)]


def test_noise_that_looks_like_an_automatic_status_does_not_eat_the_answers_behind_it() -> None:
    assert BackChannel().receive(b"\x10\x12\x12\x7e", 0.0) == [
        RealTimeAnswer(0x12),
        RealTimeAnswer(0x12),
        RealTimeAnswer(0x7E),
    ]


def test_flow_control_is_heard_in_the_middle_of_a_status() -> None:
    channel = BackChannel()
    heard = channel.receive(b"\x10\x00\x13\x00\x00\x11", 0.0)
    assert [type(each) for each in heard] == [Flow, AutomaticStatus, Flow]
    assert heard[0] == Flow(stopped=True)
    assert heard[2] == Flow(stopped=False)


def test_bytes_of_unknown_meaning_are_dropped() -> None:
    assert BackChannel().receive(b"_A\x00\x06", 0.0) == []


def test_no_byte_is_both_an_answer_and_the_start_of_an_automatic_status() -> None:
    assert not any(is_real_time(value) and begins_automatic(value) for value in range(256))


def test_every_bit_of_every_answer_is_read_by_itself() -> None:
    for question, flags in REAL_TIME.items():
        for flag in flags:
            bits = flag.bits if isinstance(flag, FlagPair) else (flag.bit,)
            value = 0x12 | sum(1 << bit for bit in bits)
            read = read_real_time(question, value)
            assert read is not None
            assert read.states == {each.name: each is flag for each in flags}
            assert not read.pairs_disagree


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=30))
def test_any_bytes_are_heard_without_an_exception(data: bytes) -> None:
    heard = BackChannel().receive(data, 0.0)
    assert sum(isinstance(each, AutomaticStatus) for each in heard) * len(AUTOMATIC) <= len(data)
