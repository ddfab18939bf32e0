"""A relay board obeys frames with a right sum, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.relay_board import RelayBoard

ON_1, OFF_1 = bytes.fromhex("A00101A2"), bytes.fromhex("A00100A1")
ON_2 = bytes.fromhex("A00201A3")


def test_frames_switch_the_relay_that_they_name() -> None:
    board = RelayBoard(2)
    assert board.relays == (False, False)
    board.receive(ON_2, 0.0)
    assert board.relays == (False, True)
    board.receive(ON_1 + ON_1, 1.0)
    assert board.relays == (True, True)
    board.receive(OFF_1, 2.0)
    assert (board.relays, board.switched, board.take_outgoing()) == ((False, True), 4, b"")


@pytest.mark.parametrize(
    "frame",
    ["A00101A3", "A00301A4", "A00001A1", "A00102A3", "A101 01A3", "A001A2", "000101 02"],
    ids=["wrong sum", "no such relay", "relay 0", "unknown state", "other start", "too short", "no start"],
)
def test_anything_else_is_passed_over(frame: str) -> None:
    board = RelayBoard(2)
    board.receive(bytes.fromhex(frame), 0.0)
    assert (board.relays, board.switched) == ((False, False), 0)


def test_a_frame_right_after_the_beginning_of_another_is_obeyed() -> None:
    board = RelayBoard(2)
    board.receive(b"\xa0\x01" + ON_1, 0.0)
    assert board.relays == (True, False)


def test_without_power_all_relays_fall_back() -> None:
    board = RelayBoard(8)
    board.receive(ON_1 + ON_2 + b"\xa0\x01", 0.0)
    board.lose_power()
    board.receive(b"\x01\xa2", 1.0)
    assert board.relays == (False,) * 8


@given(st.lists(st.one_of(st.binary(max_size=6), st.sampled_from([ON_1, OFF_1, ON_2])), max_size=12), st.integers(1, 5))
def test_any_bytes_cut_anywhere_switch_the_same_and_the_next_frame_is_obeyed(sent: list[bytes], cut: int) -> None:
    whole, pieces = RelayBoard(2), RelayBoard(2)
    data = b"".join(sent)
    whole.receive(data, 0.0)
    for place in range(0, len(data), cut):
        pieces.receive(data[place : place + cut], 0.0)
        assert pieces.kept < 4
    assert (pieces.relays, pieces.switched) == (whole.relays, whole.switched)
    pieces.receive(ON_1 + ON_1, 1.0)
    assert pieces.relays[0]
