"""Roll-outs under any order of events: never more than the share, stopped by bad health, the same after a restart."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.fleet.commands.rollout import (
    AT_ONCE,
    STAGED,
    TOUCHED,
    GoOnOrdered,
    Phase,
    Plan,
    Rollout,
    RolloutEvent,
    Send,
    StationDone,
    StationFailed,
    StationFares,
    Step,
    StopOrdered,
    TimePassed,
    as_json,
    begun,
    from_json,
    limit_of,
    step,
)

PLAN = Plan(watch_s=60.0, patience_s=1_000.0)


def names(count: int) -> tuple[str, ...]:
    return tuple(f"kiosk-{n}" for n in range(count))


def happenings(stations: int) -> st.SearchStrategy[RolloutEvent]:
    some = st.sampled_from(names(stations))
    return st.one_of(
        st.just(TimePassed()),
        st.builds(StationDone, some),
        st.builds(StationFailed, some, st.just("no paper"), st.booleans()),
        st.builds(StationFares, some, st.sampled_from([None, None, None, "pad gone"])),
        st.just(StopOrdered("ann")),
        st.just(GoOnOrdered("bob")),
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[int, Plan, list[tuple[RolloutEvent, float]]]:
    count = draw(st.integers(1, 60))
    plan = Plan(draw(st.sampled_from([STAGED, AT_ONCE, (0.2, 1.0)])), draw(st.sampled_from([0.0, 0.25])), 60.0, 1_000.0)
    events = draw(st.lists(st.tuples(happenings(count), st.floats(0, 200)), max_size=60))
    return count, plan, events


@given(stories())
def test_whatever_happens_no_more_are_touched_than_the_share_and_nobody_twice(
    story: tuple[int, Plan, list[tuple[RolloutEvent, float]]],
) -> None:
    count, plan, events = story
    rollout, now, sent = begun(names(count), plan), 0.0, list[str]()
    for event, passed_s in [(TimePassed(), 0.0), *events]:
        now += passed_s
        before = rollout
        rollout, sends = step(rollout, event, now)
        sent += [one.station for one in sends]
        assert len(sent) == len(set(sent)) == rollout.count(*TOUCHED, Step.MISSED)
        assert rollout.count(*TOUCHED) <= rollout.limit
        assert rollout.stage in (before.stage, before.stage + 1) or not before.count(Step.SENT, Step.DONE)
        if rollout.phase is not Phase.RUNNING and before.phase is rollout.phase:
            assert not sends
        if rollout.phase is Phase.RUNNING:
            assert rollout.count(Step.BAD) <= plan.bears * rollout.limit
        assert from_json(json.loads(json.dumps(as_json(rollout)))) == rollout


@given(stories(), st.integers(0, 60))
def test_a_restart_of_the_fleet_in_the_middle_changes_nothing(
    story: tuple[int, Plan, list[tuple[RolloutEvent, float]]], cut: int
) -> None:
    count, plan, events = story
    whole, broken, now = begun(names(count), plan), begun(names(count), plan), 0.0
    for number, (event, passed_s) in enumerate([(TimePassed(), 0.0), *events]):
        now += passed_s
        whole, expected = step(whole, event, now)
        if number == cut:
            broken = from_json(json.loads(json.dumps(as_json(broken))))
        broken, found = step(broken, event, now)
        assert (broken, found) == (whole, expected)


def carried_out(rollout: Rollout, sends: tuple[Send, ...], now: float) -> tuple[Rollout, tuple[Send, ...], float]:
    """Everybody who was ordered does it and stays well."""
    for one in sends:
        rollout, more = step(rollout, StationDone(one.station), now)
        assert not more
    later: tuple[Send, ...] = ()
    now += PLAN.watch_s
    for one in sends:
        rollout, more = step(rollout, StationFares(one.station, None), now)
        later += more
    return rollout, later, now


def test_one_then_ten_per_cent_then_all() -> None:
    rollout, sends = step(begun(names(200), PLAN), TimePassed(), 0)
    sizes, now = [len(sends)], 0.0
    while rollout.phase is Phase.RUNNING:
        rollout, sends, now = carried_out(rollout, sends, now)
        sizes.append(len(sends))
    assert sizes == [1, 19, 180, 0]
    assert rollout.count(Step.WELL) == 200


def test_a_kiosk_that_fares_badly_after_the_update_stops_it_at_one() -> None:
    rollout, _ = step(begun(names(200), PLAN), TimePassed(), 0)
    rollout, _ = step(rollout, StationDone("kiosk-0"), 10)
    rollout, sends = step(rollout, StationFares("kiosk-0", "pad gone"), 20)
    assert not sends
    assert rollout.phase is Phase.STOPPED
    assert "pad gone" in rollout.why
    assert rollout.count(*TOUCHED) == 1


def test_a_kiosk_that_falls_silent_in_the_middle_stops_it() -> None:
    rollout, _ = step(begun(names(5), PLAN), TimePassed(), 0)
    rollout, _ = step(rollout, TimePassed(), PLAN.patience_s - 1)
    assert rollout.phase is Phase.RUNNING
    rollout, sends = step(rollout, TimePassed(), PLAN.patience_s)
    assert not sends
    assert rollout.phase is Phase.STOPPED


def test_one_that_was_away_already_is_missed_and_stops_nothing() -> None:
    rollout, _ = step(begun(names(3), Plan(AT_ONCE, watch_s=60)), TimePassed(), 0)
    rollout, _ = step(rollout, StationFailed("kiosk-1", "gone", was_gone=True), 700)
    assert rollout.phase is Phase.RUNNING
    assert rollout.stations["kiosk-1"].step is Step.MISSED


def test_where_the_first_one_is_away_another_one_is_tried_before_ten_per_cent_are() -> None:
    rollout, sends = step(begun(names(100), PLAN), TimePassed(), 0)
    rollout, sends = step(rollout, StationFailed(sends[0].station, "gone", was_gone=True), 700)
    assert [one.station for one in sends] == ["kiosk-1"]


def test_after_somebody_lets_it_go_on_the_next_one_comes() -> None:
    rollout, _ = step(begun(names(100), PLAN), TimePassed(), 0)
    rollout, _ = step(rollout, StationFailed("kiosk-0", "disk full"), 10)
    rollout, sends = step(rollout, GoOnOrdered("ann"), 20)
    assert rollout.phase is Phase.RUNNING
    assert len(sends) == 9
    assert rollout.count(*TOUCHED) == 10


@pytest.mark.parametrize(
    ("stations", "share", "limit"), [(1, 0.0, 1), (3, 0.1, 1), (10, 0.1, 1), (11, 0.1, 2), (3_000, 0.1, 300)]
)
def test_shares_are_rounded_up_and_never_below_one(stations: int, share: float, limit: int) -> None:
    assert limit_of(stations, share) == limit


@pytest.mark.parametrize("stages", [(), (0.5,), (1.0, 0.5)])
def test_a_plan_that_makes_no_sense_is_refused(stages: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="rising"):
        begun(("a",), Plan(stages))
