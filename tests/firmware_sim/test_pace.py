"""Bytes are never faster than the wire, and as fast as it over any length: in virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.lines.pace import GROUP_S, Frame, WirePace, byte_time_s

PAD_BYTE_S = byte_time_s(38_400, Frame.EIGHT_EVEN_ONE)


def test_a_byte_takes_start_data_parity_and_stop_bits() -> None:
    assert byte_time_s(38_400, Frame.EIGHT_EVEN_ONE) * 1e6 == pytest.approx(286.5, abs=0.1)
    assert byte_time_s(9_600, Frame.EIGHT_NONE_ONE) * 1e3 == pytest.approx(1.042, abs=0.001)


def delivered(pace: WirePace, from_s: float = 0.0) -> list[tuple[float, bytes]]:
    """What comes out when it is asked only when it says that something is due."""
    groups: list[tuple[float, bytes]] = []
    while (due_s := pace.due_s()) is not None:
        assert due_s >= from_s
        data, last_s = pace.take(due_s)
        assert data
        assert last_s == pytest.approx(due_s)
        groups.append((due_s, data))
    return groups


def test_an_answer_of_32_blocks_takes_48_ms_at_38400_8e1() -> None:
    pace = WirePace(PAD_BYTE_S)
    answer = bytes(168)
    pace.push(answer, 1.0)
    groups = delivered(pace)
    assert b"".join(data for _, data in groups) == answer
    assert groups[-1][0] - 1.0 == pytest.approx(0.048, abs=0.0005)
    assert len(groups) == pytest.approx(0.048 / GROUP_S, abs=2)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=60), st.floats(0, 0.05)), min_size=1, max_size=10))
def test_no_byte_comes_before_its_last_bit_and_none_is_lost_or_turned_round(sent: list[tuple[bytes, float]]) -> None:
    pace = WirePace(PAD_BYTE_S)
    now_s, free_s, expected_ends = 0.0, 0.0, []
    groups: list[tuple[float, bytes]] = []
    for data, pause_s in sent:
        now_s += pause_s
        groups.append((now_s, pace.take(now_s)[0]))
        for _ in data:
            free_s = max(now_s, free_s) + PAD_BYTE_S
            expected_ends.append(free_s)
        pace.push(data, now_s)
    groups += delivered(pace)
    assert b"".join(data for _, data in groups) == b"".join(data for data, _ in sent)
    came_s = [time_s for time_s, data in groups for _ in data]
    assert all(came >= end - 1e-6 for came, end in zip(came_s, expected_ends, strict=True))
    assert came_s[-1] == pytest.approx(max(expected_ends[-1], now_s), abs=1e-6)


def test_a_host_that_looks_late_gets_all_that_has_passed_with_the_time_of_the_last_byte() -> None:
    pace = WirePace(PAD_BYTE_S)
    pace.push(bytes(100), 0.0)
    data, last_s = pace.take(10.5 * PAD_BYTE_S)
    assert len(data) == 10
    assert last_s == pytest.approx(10 * PAD_BYTE_S)
    assert pace.waiting == 90


def test_a_line_that_takes_no_time_passes_everything_at_once() -> None:
    pace = WirePace(0.0)
    pace.push(b"abc", 5.0)
    assert pace.due_s() == 5.0
    assert pace.take(5.0)[0] == b"abc"
    assert pace.due_s() is None


def test_what_was_under_way_when_the_wire_was_cut_is_lost() -> None:
    pace = WirePace(PAD_BYTE_S)
    pace.push(b"abc", 0.0)
    pace.clear()
    assert pace.take(9.0)[0] == b""
    pace.push(b"x", 9.0)
    assert pace.take(9.0)[0] == b""
    assert pace.take(9.0 + PAD_BYTE_S)[0] == b"x"
