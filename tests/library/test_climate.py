"""When a room is too warm, too damp, too restless or wet, and when its sensor is to blame; told as days of a room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.library.premises.climate import (
    PROFILES,
    Cause,
    Change,
    Ended,
    Of,
    ProfileName,
    Raised,
    Read,
    Sensor,
    begun,
    heard,
    looked,
)

MORNING = datetime(2026, 11, 27, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Room:
    """A room with one sensor that speaks every five minutes."""

    profile: ProfileName = ProfileName.STACKS
    now: datetime = MORNING
    told: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sensor: Sensor = begun(PROFILES[self.profile], 5 * MINUTE, self.now, frozenset())

    def says(self, read: Read) -> list[Change]:
        self.sensor, changes = heard(self.sensor, read, self.now, self.now.date())
        self.told += changes
        return list(changes)

    def stays(self, minutes: int, temperature: float | None = None, humidity: float | None = None) -> list[Change]:
        """Five minutes by five, so long; what was told meanwhile."""
        values = {Of.TEMPERATURE: temperature, Of.HUMIDITY: humidity}
        told = []
        for _ in range(0, minutes, 5):
            self.now += 5 * MINUTE
            told += self.says(Read({of: value for of, value in values.items() if value is not None}))
        return told

    def quiet(self, minutes: int) -> list[Change]:
        self.now += minutes * MINUTE
        self.sensor, changes = looked(self.sensor, self.now)
        self.told += changes
        return list(changes)


def test_a_quarter_of_an_hour_too_warm_is_one_alarm_that_ends_by_a_margin() -> None:
    room = Room(ProfileName.READING_ROOM)
    assert room.stays(60, 22.0) == []
    assert room.stays(15, 28.4) == []
    assert room.stays(5, 28.6) == [Raised(Cause.TOO_WARM, 28.6)]
    assert room.stays(120, 29.0) == [], "once"
    assert room.stays(60, 27.8) == [], "not by half a degree yet"
    assert room.stays(5, 27.4) == [Ended(Cause.TOO_WARM)]


def test_a_door_that_stood_open_for_ten_minutes_is_no_alarm() -> None:
    room = Room(ProfileName.READING_ROOM)
    for _ in range(20):
        assert room.stays(10, 30.0) == []
        assert room.stays(5, 26.0) == []


def test_water_is_an_alarm_at_once_and_once() -> None:
    room = Room(ProfileName.WATER_ONLY)
    assert room.says(Read({}, water=True)) == [Raised(Cause.WATER)]
    assert room.says(Read({}, water=True)) == []
    assert room.says(Read({}, water=False)) == [Ended(Cause.WATER)]


def test_a_sensor_that_nobody_hears_is_an_alarm_of_its_own_kind() -> None:
    room = Room()
    room.stays(10, 20.0)
    assert room.quiet(15) == []
    assert room.quiet(1) == [Raised(Cause.SILENT)]
    assert room.quiet(600) == []
    assert room.stays(5, 20.0) == [Ended(Cause.SILENT)]


def test_its_radio_says_that_it_is_gone() -> None:
    room = Room()
    assert room.says(Read({}, away=True)) == [Raised(Cause.SILENT)]
    assert room.stays(5, 20.0) == [Ended(Cause.SILENT)]


def test_a_probe_that_is_loose_is_one_alarm_while_it_comes_and_goes() -> None:
    room = Room()
    for _ in range(12):
        room.now += 5 * MINUTE
        room.says(Read({}, faulty=True))
        room.stays(10, 20.0)
    assert room.told == [Raised(Cause.FAULTY)]
    assert room.stays(15, 20.0) == [Ended(Cause.FAULTY)]


def test_a_jump_that_no_room_makes_is_the_sensors_fault_and_no_heat() -> None:
    room = Room(ProfileName.READING_ROOM)
    room.stays(30, 21.0)
    assert room.stays(5, 45.0) == [Raised(Cause.FAULTY)]
    assert not any(change == Raised(Cause.TOO_WARM, 45.0) for change in room.told)


def test_a_day_that_is_not_steady_is_told_once_and_the_next_day_begins_anew() -> None:
    room = Room(ProfileName.RARE_BOOKS)
    room.stays(60, 18.0)
    assert room.stays(5, 20.5) == [Raised(Cause.SWING, 2.5)]
    assert room.stays(60, 20.6) == []
    room.now = MORNING + timedelta(days=1)
    assert Ended(Cause.SWING) in room.stays(5, 20.6)


def test_damp_for_a_day_or_wet_for_four_hours_is_what_mould_wants() -> None:
    damp, wet = Room(ProfileName.READING_ROOM), Room(ProfileName.READING_ROOM)
    damp.stays(23 * 60, humidity=66.0)
    assert Raised(Cause.MOULD, 66.0) not in damp.told
    assert Raised(Cause.MOULD, 66.0) in damp.stays(70, humidity=66.0)
    assert Raised(Cause.MOULD, 80.0) in wet.stays(4 * 60 + 5, humidity=80.0)


def test_alarms_that_were_open_at_a_start_are_not_raised_again_and_end() -> None:
    room = Room()
    room.sensor = begun(PROFILES[ProfileName.STACKS], 5 * MINUTE, room.now, frozenset({Cause.TOO_DAMP}))
    assert room.stays(30, humidity=61.0) == []
    assert room.stays(5, humidity=55.0) == [Ended(Cause.TOO_DAMP)]


READS = st.builds(
    Read,
    st.dictionaries(st.sampled_from(Of), st.floats(-30, 60), max_size=3),
    st.none() | st.booleans(),
    st.booleans(),
    st.booleans(),
)


@given(st.sampled_from(ProfileName), st.lists(st.tuples(READS, st.integers(0, 2_000)), max_size=40))
def test_every_alarm_is_raised_once_and_ends_only_if_it_was_raised(
    profile: ProfileName, days: list[tuple[Read, int]]
) -> None:
    room = Room(profile)
    for read, minutes in days:
        room.quiet(minutes)
        room.says(read)
    raised: set[Cause] = set()
    for change in room.told:
        match change:
            case Raised(cause):
                assert cause not in raised
                raised.add(cause)
            case Ended(cause):
                raised.remove(cause)
    assert raised == {cause for cause, watch in room.sensor.watches.items() if watch.raised}


@pytest.mark.parametrize("profile", ProfileName)
def test_what_is_in_the_middle_of_a_profile_is_never_an_alarm(profile: ProfileName) -> None:
    room = Room(profile)
    middle = {of: (limits.least + limits.most) / 2 for of, limits in PROFILES[profile].items()}
    for _ in range(600):
        room.now += 5 * MINUTE
        assert room.says(Read(middle)) == []
