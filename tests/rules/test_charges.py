"""What a late, lost or damaged item costs; always computed from the beginning."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kiosk.rules.calendar import Calendar, Hours, OpeningTimes
from kiosk.rules.damage import AgeFactor, DamageKind, DamageSchedule
from kiosk.rules.overdue import counts_as_lost, fine, lost_cents, suspended_until
from kiosk.rules.subjects import Copy, Running
from kiosk.rules.terms import ChargeAt, Fine, Period, Suspension, Terms, Unit

DUE = datetime(2026, 3, 6, 15, 59, tzinfo=UTC)
SHANGHAI = OpeningTimes(timezone="Asia/Shanghai", closed_weekdays=(6, 7), hours=Hours("09:00", "17:00"))
CALENDAR = Calendar(SHANGHAI)
PERIODS = st.builds(Period, st.integers(1, 40), st.sampled_from(list(Unit)))
GRACES = st.builds(Period, st.integers(0, 40), st.sampled_from(list(Unit)))
FINES = st.builds(
    Fine,
    amount_cents=st.integers(0, 500),
    every=PERIODS,
    grace=GRACES,
    grace_charged=st.booleans(),
    charge_at=st.sampled_from(list(ChargeAt)),
    cap_cents=st.none() | st.integers(0, 5_000),
    cap_at_price=st.booleans(),
    skip_closed=st.booleans(),
)
LATENESS = st.timedeltas(timedelta(), timedelta(days=60))


def owed(rule: Fine, returned: datetime, copy: Copy = Copy("book"), *, recalled: bool = False) -> int:  # noqa: B008 - frozen
    return fine(Terms(fine=rule), CALENDAR, Running(DUE, recalled=recalled), copy, returned).cents


@given(FINES, LATENESS, LATENESS)
def test_later_never_costs_less_and_never_more_than_its_caps(rule: Fine, first: timedelta, more: timedelta) -> None:
    copy = Copy("book", price_cents=3_000)
    earlier, later = owed(rule, DUE + first, copy), owed(rule, DUE + first + more, copy)
    assert 0 <= earlier <= later
    assert rule.cap_cents is None or later <= rule.cap_cents
    assert not rule.cap_at_price or later <= copy.price_cents


@given(FINES, LATENESS)
def test_before_the_due_date_and_within_the_grace_nothing_is_owed(rule: Fine, late: timedelta) -> None:
    assert owed(rule, DUE - late) == 0
    if late <= timedelta(minutes=rule.grace.minutes) and rule.grace.unit is not Unit.MONTHS and rule.grace.n:
        in_minutes = rule.grace.unit in (Unit.MINUTES, Unit.HOURS)
        returned = DUE + (late if in_minutes else timedelta(days=min(late.days, rule.grace.days)))
        assert owed(rule, returned) == 0


def test_a_minute_after_midnight_is_a_day_late() -> None:
    assert owed(Fine(100), DUE + timedelta(minutes=2)) == 100


def test_closed_days_cost_nothing_where_the_rule_says_so() -> None:
    monday = DUE + timedelta(days=3)
    assert owed(Fine(100), monday) == 300
    assert owed(Fine(100, skip_closed=True), monday) == 100


def test_hours_while_it_was_closed_cost_nothing_where_the_rule_says_so() -> None:
    hourly = Fine(50, every=Period(1, Unit.HOURS), skip_closed=True)
    due = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)  # Friday, 16:00; closes at 17:00 until Monday 09:00
    monday = datetime(2026, 3, 9, 2, 30, tzinfo=UTC)
    late = fine(Terms(fine=hourly), CALENDAR, Running(due), Copy("laptop"), monday)
    assert (late.cents, late.periods) == (100, 2)


def test_a_recall_has_its_own_fine_and_may_end_the_grace() -> None:
    rule = Fine(100, grace=Period(5), recall_amount_cents=300, recall_ignores_grace=True)
    assert owed(rule, DUE + timedelta(days=2)) == 0
    assert owed(rule, DUE + timedelta(days=2), recalled=True) == 600


@given(st.integers(0, 400), st.integers(1, 30), st.integers(1, 30), st.integers(0, 30), st.integers(0, 200))
def test_a_suspension_starts_at_the_return_and_has_its_most(
    late: int, days: int, every: int, grace: int, most: int
) -> None:
    rule = Suspension(days, Period(every), Period(grace), most)
    returned = DUE + timedelta(days=late)
    until = suspended_until(rule, CALENDAR, DUE, returned)
    back = CALENDAR.local(returned).date()
    assert rule.max_days is not None
    if late <= rule.grace.n:
        assert until is None
    elif until is not None:
        assert back < until <= back + timedelta(days=rule.max_days)


def test_after_long_enough_an_item_counts_as_lost_and_costs_its_price_and_the_work() -> None:
    terms = Terms(lost_after_days=30, lost_processing_cents=500, type_price_cents=2_000)
    assert not counts_as_lost(terms, CALENDAR, DUE, DUE + timedelta(days=29))
    assert counts_as_lost(terms, CALENDAR, DUE, DUE + timedelta(days=30))
    assert (lost_cents(terms, Copy("book", price_cents=4_200)), lost_cents(terms, Copy("book"))) == (4_700, 2_500)


def test_damage_is_charged_by_kind_age_and_set() -> None:
    whole = DamageKind("lost", "遗失", "Lost", percent=100)
    stain = DamageKind("stain", "污损", "Stained", amount_cents=300)
    schedule = DamageSchedule((whole, stain), (AgeFactor(10, 200), AgeFactor(30, 500)), 150, 200)
    charge = schedule.charge_cents
    assert charge(whole, 4_000, age_years=3, of_a_set=False) == 4_200
    assert charge(whole, 4_000, age_years=12, of_a_set=False) == 8_200
    assert charge(whole, 4_000, age_years=40, of_a_set=True) == 30_200
    assert charge(stain, 4_000, age_years=0, of_a_set=False) == 500


def test_the_day_of_a_suspension_is_the_library_s() -> None:
    late_evening = datetime(2026, 3, 8, 16, 30, tzinfo=UTC)  # half past midnight on the 9th in Shanghai
    assert suspended_until(Suspension(1), CALENDAR, DUE, late_evening) == date(2026, 3, 12)
