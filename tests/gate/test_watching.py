"""Every interval in which nobody watched a gate is written down, however it began and ended."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.gate.effects import Occasion, Signal
from kiosk.gate.events import LastWatch, RecordsDropped, Stopping, WatchKept, WatchLost
from kiosk.gate.watching import started
from kiosk.model.gate_facts import GateWatched, WatchState
from tests.gate.building import OPENING, Walk


def watched(walk: Walk) -> list[GateWatched]:
    return [fact for fact in walk.facts if isinstance(fact, GateWatched)]


def test_a_lost_link_is_said_once_and_its_end_names_both_ends() -> None:
    walk = Walk()
    walk.happens(WatchKept("exit"))
    effects = walk.happens(WatchLost("exit", "port-gone: cable"))
    assert Signal(Occasion.UNWATCHED, "exit") in effects
    walk.wait(5)
    assert walk.happens(WatchLost("exit", "port-gone: still")) == []
    walk.wait(5)
    walk.happens(WatchKept("exit"))
    lost, back = watched(walk)
    assert (lost.state, lost.since, lost.until) == (WatchState.LOST, OPENING, None)
    assert (back.state, back.since, back.until) == (WatchState.BACK, OPENING, OPENING + timedelta(seconds=10))


def test_the_night_without_current_is_an_interval() -> None:
    walk = Walk()
    walk.state = started(
        walk.state, (LastWatch("exit", OPENING - timedelta(hours=9), "the controller was not running"),)
    )
    assert not walk.state.watches["exit"].heard
    walk.happens(WatchKept("exit"))
    (back,) = watched(walk)
    assert back.since == OPENING - timedelta(hours=9)
    assert back.until == OPENING


def test_an_orderly_end_begins_an_interval() -> None:
    walk = Walk()
    walk.happens(WatchKept("exit"))
    walk.happens(Stopping())
    assert [fact.state for fact in watched(walk)] == [WatchState.LOST]


def test_a_memory_that_overflowed_is_written_down() -> None:
    walk = Walk()
    walk.happens(WatchKept("exit"))
    walk.happens(RecordsDropped("exit", "table overflow"))
    (fact,) = watched(walk)
    assert fact.why == "table overflow"
    assert walk.state.watches["exit"].heard


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=40))
def test_no_silent_gap_over_any_month(changes: list[tuple[bool, int]]) -> None:
    """The intervals that are told are exactly those in which the gate was not heard."""
    walk = Walk()
    walk.happens(WatchKept("exit"))
    unheard_s, heard, since_s = 0.0, True, 0.0
    for hears, wait_s in changes:
        walk.wait(wait_s)
        now_s = walk.now.mono_s
        if hears and not heard:
            unheard_s += now_s - since_s
        if heard and not hears:
            since_s = now_s
        heard = hears
        walk.happens(WatchKept("exit") if hears else WatchLost("exit", "cable"))
    told = sum((fact.until - fact.since).total_seconds() for fact in watched(walk) if fact.until is not None)
    assert round(told, 3) == round(unheard_s, 3)
    assert walk.state.watches["exit"].heard is heard
