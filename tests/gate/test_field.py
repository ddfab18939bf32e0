"""A gate that hears worse from week to week is told before it is deaf."""

from __future__ import annotations

from dataclasses import replace

from kiosk.gate.effects import FieldChanged
from kiosk.gate.events import Disturbed
from kiosk.gate.field import strength_dbm
from kiosk.gate.policy import FieldLimits, GatePolicy
from kiosk.gate.state import FieldTrouble, GateState
from kiosk.model.ids import IdSource
from tests.gate.building import Walk, a_sighting


def a_walk(**limits: int) -> Walk:
    return Walk(GateState(GatePolicy(reception=FieldLimits(**limits)), IdSource(bytes(32))))


def passes(walk: Walk, rssi_dbm: int | None, times: int = 5) -> list[FieldChanged]:
    """So many different books, heard so strongly; what the technician is told."""
    told = []
    for _ in range(times):
        walk.wait(60)
        number = str(35555000000000 + int(walk.now.mono_s))
        told += walk.seen(replace(a_sighting(number), rssi_dbm=rssi_dbm))
    return [one for one in told if isinstance(one, FieldChanged)]


def test_a_portal_that_hears_faintly_is_weak_until_it_hears_better() -> None:
    walk = a_walk(weak_dbm=-65)
    assert passes(walk, -50) == []
    assert passes(walk, -72, times=16) == [FieldChanged("exit", (FieldTrouble.WEAK,))]
    assert passes(walk, -63, times=20) == [], "at the limit it does not come and go"
    assert passes(walk, -50, times=20) == [FieldChanged("exit", ())]


def test_a_few_faint_books_say_nothing() -> None:
    walk = a_walk(weak_dbm=-65)
    assert passes(walk, -90, times=4) == []
    assert strength_dbm(walk.state.fields["exit"]) is None


def test_a_gate_that_tells_no_strength_is_not_weak() -> None:
    walk = a_walk(weak_dbm=0)
    assert passes(walk, None, times=10) == []


def test_a_gate_that_is_disturbed_often_is_noisy_for_an_hour() -> None:
    walk = a_walk(noisy_an_hour=3)
    told = [walk.happens(Disturbed("exit")) for _ in range(4)]
    assert told == [[], [], [FieldChanged("exit", (FieldTrouble.NOISY,))], []]
    assert walk.time_passes(3_500) == []
    assert walk.time_passes(200) == [FieldChanged("exit", ())]


def test_disturbances_of_many_days_are_no_noise() -> None:
    walk = a_walk(noisy_an_hour=3)
    for _ in range(10):
        walk.wait(3_000)
        assert walk.happens(Disturbed("exit")) == []
