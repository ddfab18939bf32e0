"""People are counted from counters that roll over, are reset and jump: never less than none, and no crowd invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.gate.counting import JUMPED, RESET, ROLLED_OVER, difference, kept
from kiosk.gate.effects import TellCount
from kiosk.gate.events import CountersTold, Stopping
from kiosk.gate.policy import GatePolicy, Hours
from kiosk.model.gate_facts import PeopleCounted
from kiosk.session.effects import Journal
from tests.gate.building import Walk

MOST = 100


@pytest.mark.parametrize(
    ("before", "now", "bits", "people", "note"),
    [
        (10, 10, 16, 0, None),
        (10, 13, 16, 3, None),
        (65_530, 4, 16, 10, ROLLED_OVER),
        (4_294_967_290, 4, 32, 10, ROLLED_OVER),
        (500, 0, 16, 0, RESET),
        (500, 3, 16, 3, RESET),
        (500, 400, 16, 0, RESET),
        (10, 60_000, 16, 0, JUMPED),
    ],
)
def test_two_readings(before: int, now: int, bits: int, people: int, note: str | None) -> None:
    assert difference(before, now, bits, MOST) == (people, note)


@given(st.integers(0, 65_535), st.lists(st.integers(0, MOST), max_size=50))
def test_a_counter_that_goes_round_loses_nobody(start: int, steps: list[int]) -> None:
    total, reading = 0, start
    for people in steps:
        after = (reading + people) % 65_536
        total += difference(reading, after, 16, MOST)[0]
        reading = after
    assert total == sum(steps)


@given(st.lists(st.integers(0, 65_535), min_size=2, max_size=30))
def test_whatever_a_counter_says_nobody_is_invented(readings: list[int]) -> None:
    for before, now in pairwise(readings):
        assert 0 <= difference(before, now, 16, MOST)[0] <= MOST


def counted(walk: Walk) -> list[PeopleCounted]:
    return [fact for fact in walk.facts if isinstance(fact, PeopleCounted)]


def test_a_quarter_hour_is_told_when_it_is_over() -> None:
    walk = Walk()
    walk.happens(CountersTold("exit", 100, 80, 16))
    walk.wait(60)
    walk.happens(CountersTold("exit", 104, 81, 16))
    assert counted(walk) == []
    walk.time_passes(15 * 60)
    (fact,) = counted(walk)
    assert (fact.entered, fact.left, fact.closed) == (4, 1, False)
    assert fact.ends - fact.begins == timedelta(minutes=15)
    assert fact.begins.minute == 0
    assert any(isinstance(effect, TellCount) for effect in walk.effects)


def test_an_empty_quarter_hour_tells_nothing() -> None:
    walk = Walk()
    walk.happens(CountersTold("exit", 100, 80, 16))
    walk.time_passes(3600)
    assert counted(walk) == []


def test_cleaners_at_night_are_no_visits() -> None:
    walk = Walk()
    policy = GatePolicy(open=(Hours(begins="09:00", ends="18:00"),), time_zone="Asia/Shanghai")
    walk.state = replace(walk.state, policy=policy)  # it is 18:03 in Shanghai
    walk.happens(CountersTold("exit", 0, 0, 16))
    walk.wait(30)
    walk.happens(CountersTold("exit", 2, 0, 16))
    walk.time_passes(900)
    assert counted(walk)[0].closed


def test_a_jump_is_marked_and_left_out() -> None:
    walk = Walk()
    walk.happens(CountersTold("exit", 0, 0, 16))
    walk.wait(1)
    walk.happens(CountersTold("exit", 9_999, 1, 16))
    walk.time_passes(900)
    assert (counted(walk)[0].entered, counted(walk)[0].left, counted(walk)[0].notes) == (0, 1, (JUMPED,))


def test_the_end_of_the_process_writes_down_what_it_has_and_the_counters_with_it() -> None:
    walk = Walk()
    walk.happens(CountersTold("exit", 100, 80, 16))
    walk.wait(5)
    walk.happens(CountersTold("exit", 101, 82, 16))
    effects = walk.happens(Stopping())
    rows = [effect.row for effect in effects if isinstance(effect, Journal)]
    assert kept(rows[0].note) == (101, 82)


def test_a_clock_that_is_set_back_ends_the_quarter_hour_and_no_time_runs_backwards() -> None:
    walk = Walk()
    walk.happens(CountersTold("exit", 0, 0, 16))
    walk.wait(5)
    walk.happens(CountersTold("exit", 3, 0, 16))
    walk.now = replace(walk.now, utc=walk.now.utc - timedelta(days=365))
    walk.time_passes(1)
    (fact,) = counted(walk)
    assert fact.begins <= fact.ends
    assert fact.entered == 3
