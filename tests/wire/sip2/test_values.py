"""Dates, money and counts as they come (3M SIP 2.00 and what is seen in the field)."""

from __future__ import annotations

from datetime import UTC, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.wire.sip2.values import (
    cents_of,
    count_of,
    count_text,
    date_of,
    date_text,
    free_date,
    is_date,
    money_text,
)

FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%m/%d/%Y,%H:%M", "%B %d %Y %I:%M %p", "%d-%m-%Y", "%d.%m.%Y", "%m/%d/%Y")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.sampled_from([None, UTC]))
def test_a_date_is_read_as_it_was_written(at: datetime, zone: timezone | None) -> None:
    whole = at.replace(microsecond=0, tzinfo=zone)
    assert date_of(date_text(whole)) == whole
    assert len(date_text(whole)) == 18


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("20261124    093000", True),
        ("20261124   Z093000", True),
        ("202611240000093000", True),
        ("20260230    093000", False),
        ("20261124    243000", False),
        (" " * 18, False),
        ("2026-11-24 09:30  ", False),
        ("２０２６1124    093000", False),
    ],
)
def test_what_is_a_date(text: str, good: bool) -> None:
    assert is_date(text) is good


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20140221    235900", datetime(2014, 2, 21, 23, 59)),
        ("2017-10-28", datetime(2017, 10, 28)),
        ("2011-10-28 23:59:59", datetime(2011, 10, 28, 23, 59, 59)),
        ("5/23/2008,23:59", datetime(2008, 5, 23, 23, 59)),
        ("June 09 2005 11:59 PM", datetime(2005, 6, 9, 23, 59)),
        ("21-05-2015", datetime(2015, 5, 21)),
        ("08.06.2016", datetime(2016, 6, 8)),
        ("4/19/2021", datetime(2021, 4, 19)),
        ("2023-08-31 23:59:00 CEST", datetime(2023, 8, 31, 23, 59)),
        ("soon", None),
        ("", None),
    ],
)
def test_a_due_date_is_read_by_the_formats_of_its_system(text: str, expected: datetime | None) -> None:
    assert free_date(text, FORMATS) == expected


@pytest.mark.parametrize(
    ("text", "cents"),
    [(" 12.00", 1200), ("$0.00", 0), ("10.", 1000), ("-1.5", -150), ("free", None), ("1.2.3", None)]
    + [("12,00", None), ("1,200.00", None), ("Pay 3", None), ("1-2", None), ("", None), ("¥ 7", 700)],
)
def test_amounts_as_they_are_seen(text: str, cents: int | None) -> None:
    assert cents_of(text) == cents


@given(st.integers(-(10**9), 10**9))
def test_an_amount_is_read_as_it_was_written(cents: int) -> None:
    assert cents_of(money_text(cents)) == cents


@given(st.none() | st.integers(0, 9_999))
def test_a_count_is_four_digits_or_blank(count: int | None) -> None:
    assert count_of(count_text(count)) == count
    assert len(count_text(count)) == 4


@pytest.mark.parametrize(
    ("zone", "known"), [("    ", True), ("0000", True), ("\t\t\t\t", True), ("   Z", True), (" EST", False)]
)
def test_a_zone_that_nobody_can_place_gives_no_instant(zone: str, known: bool) -> None:
    text = f"20261124{zone}093000"
    assert is_date(text)
    assert (date_of(text) is not None) is known
