"""Days and hours: closures, moved holidays, summer time, and that counting adds up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.calendar import Calendar, Hours, OpeningTimes, OtherHours
from kiosk.rules.due import due_date
from kiosk.rules.terms import ClosedDays, DueTime, HourlyOverrun, Period, Terms, Unit

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
CALENDARS = st.builds(
    OpeningTimes,
    timezone=st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York"]),
    closed_weekdays=st.sets(st.integers(1, 7), max_size=5).map(tuple),
    closed_dates=st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1)).map(date.isoformat), max_size=20).map(tuple),
    closed_yearly=st.sampled_from([(), ("01-01", "12-25")]),
    hours=st.sampled_from([None, Hours("09:00", "18:00"), Hours(periods=(("08:30", "12:00"), ("14:00", "24:00")))]),
)
INSTANTS = st.datetimes(datetime(2025, 12, 1), datetime(2026, 6, 1), timezones=st.just(UTC))


@given(
    CALENDARS, INSTANTS, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20))
)
def test_open_minutes_add_up(times: OpeningTimes, begins: datetime, first: timedelta, second: timedelta) -> None:
    calendar = Calendar(times)
    whole = calendar.open_minutes(begins, begins + first + second)
    parts = calendar.open_minutes(begins, begins + first) + calendar.open_minutes(
        begins + first, begins + first + second
    )
    assert parts <= whole <= parts + 1  # the instant in the middle may cut a minute in two
    assert whole <= (first + second) / timedelta(minutes=1)


@given(CALENDARS, DAYS, st.integers(0, 60))
def test_open_days_are_days_on_which_it_is_open(times: OpeningTimes, first: date, length: int) -> None:
    calendar = Calendar(times)
    days = [first + timedelta(days=number) for number in range(length)]
    assert calendar.open_days(first, first + timedelta(days=length)) == sum(map(calendar.is_open_day, days))
    assert calendar.is_open_day(calendar.next_open(first))
    assert calendar.previous_open(first) <= first <= calendar.next_open(first)


@given(
    CALENDARS,
    INSTANTS,
    st.builds(Period, st.integers(0, 90), st.sampled_from(list(Unit))),
    st.sampled_from(list(ClosedDays)),
    st.sampled_from(list(DueTime)),
    st.sampled_from(list(HourlyOverrun)),
)
def test_a_due_date_is_never_before_the_loan_nor_on_a_closed_day(
    times: OpeningTimes,
    begins: datetime,
    period: Period,
    closed_days: ClosedDays,
    due_time: DueTime,
    overrun: HourlyOverrun,
) -> None:
    calendar = Calendar(times)
    terms = Terms(closed_days=closed_days, due_time=due_time, hourly_overrun=overrun)
    due = due_date(terms, period, begins, calendar, None)
    assert calendar.local(due.at).date() >= calendar.local(begins).date()
    if closed_days is not ClosedDays.IGNORE:
        assert calendar.is_open_day(calendar.local(due.at).date())


def test_a_due_instant_in_the_missing_hour_is_an_hour_later() -> None:
    """Evergreen, LP 2142518: the clocks go from 02:00 to 03:00 in New York on 8 March 2026."""
    calendar = Calendar(OpeningTimes(timezone="America/New_York"))
    begins = datetime(2026, 3, 1, 2, 15, tzinfo=calendar.zone)
    due = due_date(Terms(due_time=DueTime.KEEP), Period(7), begins, calendar, None)
    assert due.at.isoformat() == "2026-03-08T03:15:00-04:00"


def test_hours_are_counted_by_the_clock_over_a_night_with_summer_time() -> None:
    calendar = Calendar(OpeningTimes(timezone="Europe/Berlin"))
    begins = datetime(2026, 3, 28, 20, 0, tzinfo=calendar.zone)
    due = due_date(Terms(), Period(12, Unit.HOURS), begins, calendar, None)
    assert due.at.isoformat() == "2026-03-29T09:00:00+02:00"
    assert calendar.open_minutes(begins, due.at) == 12 * 60


def test_china_s_moved_days_are_known_and_our_own_exceptions_have_the_last_word() -> None:
    calendar = Calendar(OpeningTimes(closed_weekdays=(6, 7), public_holidays="CN", open_exceptions=("2026-02-17",)))
    spring_festival, moved_saturday, plain_saturday = date(2026, 2, 18), date(2026, 2, 14), date(2026, 3, 7)
    assert not calendar.is_open_day(spring_festival)
    assert calendar.is_open_day(moved_saturday)
    assert not calendar.is_open_day(plain_saturday)
    assert calendar.is_open_day(date(2026, 2, 17))


def test_the_holidays_of_a_part_of_a_country() -> None:
    epiphany = date(2027, 1, 6)
    assert not Calendar(OpeningTimes(public_holidays="DE-BY")).is_open_day(epiphany)
    assert Calendar(OpeningTimes(public_holidays="DE-BE")).is_open_day(epiphany)


def test_single_days_and_weekdays_have_hours_of_their_own() -> None:
    other = (
        OtherHours(Hours("10:00", "14:00"), weekdays=(6,)),
        OtherHours(Hours("09:00", "12:00"), dates=("2026-12-24",)),
    )
    calendar = Calendar(OpeningTimes(timezone="UTC", hours=Hours("09:00", "18:00"), other_hours=other))
    closings = [calendar.closing(day) for day in (date(2026, 11, 26), date(2026, 11, 28), date(2026, 12, 24))]
    assert [closing and closing.hour for closing in closings] == [18, 14, 12]
    assert not calendar.is_open(datetime(2026, 11, 28, 14, 0, tzinfo=UTC)), "at closing time it is closed"


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"closed_weekdays": tuple(range(1, 8))}, "a day on which the library is open"),
        ({"closed_dates": ("2026-01-02",), "open_exceptions": ("2026-01-02",)}, "not in both"),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(wrong: dict[str, tuple[str, ...]], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        OpeningTimes(**wrong)  # type: ignore[arg-type]  # each key has a type of its own
