"""The alarm's reducer: whatever comes in whatever order, it is raised once and cleared once, and never flaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.fleet.alarms import CLEAR_AFTER, LONGEST_SHELF, Alarm, State, Told, acknowledge, seen, shelve, unseen
from kiosk.fleet.conditions import Level

START = datetime(2026, 11, 27, tzinfo=UTC)
LEVELS = st.sampled_from([Level.WARN, Level.ERROR])
STEPS = st.lists(
    st.tuples(st.integers(0, 90), st.sampled_from(["seen", "unseen", "acknowledge", "shelve"]), LEVELS), max_size=60
)


def played(steps: list[tuple[int, str, Level]]) -> list[tuple[datetime, Told, Alarm]]:
    alarm: Alarm | None = None
    now, story = START, []
    for wait_s, what, level in steps:
        now += timedelta(seconds=wait_s)
        told: tuple[Told, ...] = ()
        if what == "seen":
            alarm, told = seen(alarm, level, "", now)
        elif alarm is not None:
            if what == "unseen":
                alarm, told = unseen(alarm, now)
            elif what == "acknowledge":
                alarm, told = acknowledge(alarm, "op", now)
            else:
                alarm, told = shelve(alarm, "op", now + timedelta(minutes=2), now)
        story += [(now, one, alarm) for one in told if alarm is not None]
    return story


@given(STEPS)
def test_it_is_raised_and_cleared_by_turns(steps: list[tuple[int, str, Level]]) -> None:
    turns = [told for _, told, _ in played(steps) if told in (Told.RAISED, Told.CLEARED)]
    assert turns == [Told.RAISED, Told.CLEARED] * (len(turns) // 2) + [Told.RAISED] * (len(turns) % 2)


@given(STEPS)
def test_it_clears_only_after_it_was_away_for_long(steps: list[tuple[int, str, Level]]) -> None:
    for at, told, alarm in played(steps):
        if told is Told.CLEARED:
            assert alarm.absent_since is not None
            assert at - alarm.absent_since >= CLEAR_AFTER


@given(STEPS)
def test_nobody_acknowledges_what_is_not_open(steps: list[tuple[int, str, Level]]) -> None:
    open_now = False
    for _, told, _ in played(steps):
        if told is Told.ACKNOWLEDGED:
            assert open_now
            open_now = False
        elif told in (Told.RAISED, Told.WORSE):
            open_now = True


def test_a_fault_that_comes_and_goes_each_half_minute_is_one_alarm() -> None:
    steps = [(30, what, Level.ERROR) for what in ["seen", "unseen"] * 50]
    story = played(steps)
    assert [told for _, told, _ in story] == [Told.RAISED]


def test_a_warning_that_passes_at_once_is_never_told() -> None:
    assert played([(0, "seen", Level.WARN), (5, "unseen", Level.WARN)]) == []


def test_what_gets_worse_is_open_again() -> None:
    steps = [
        (0, "seen", Level.WARN),
        (30, "seen", Level.WARN),
        (1, "acknowledge", Level.WARN),
        (1, "seen", Level.ERROR),
    ]
    assert played(steps)[-1][2].state is State.ACTIVE


def test_a_shelf_ends_at_its_end_and_no_later_than_a_month() -> None:
    alarm, _ = seen(None, Level.ERROR, "", START)
    assert alarm is not None
    shelved, told = shelve(alarm, "op", START + timedelta(days=400), START)
    assert told == (Told.SHELVED,)
    assert shelved is not None
    assert shelved.state is State.SHELVED
    later, told = seen(shelved, Level.ERROR, "", START + LONGEST_SHELF)
    assert told == (Told.UNSHELVED,)
    assert later is not None
    assert later.state is State.ACTIVE
