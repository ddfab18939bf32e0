"""A day that a scenario counts from today is written as the screen writes it."""

from __future__ import annotations

from datetime import UTC, datetime

from kiosk.demo.due import dated
from kiosk.demo.scenario import ItemExpected, ScreenExpected

ZONE = "Asia/Shanghai"
LATE = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
"""Half past midnight of 3 March in Shanghai."""


def test_days_are_counted_in_the_library_and_said_in_the_language_of_the_screen() -> None:
    item = ItemExpected("1", "done", "Due {+28 days}")
    expected = ScreenExpected(says=("{+0 days}", "by {+7 days, year}"), silent_about=("{+14 days}",), items=(item,))
    english = dated(expected, "en", LATE, ZONE)
    assert english.says == ("3 March", "by 10 March 2026")
    assert english.silent_about == ("17 March",)
    assert english.items == (ItemExpected("1", "done", "Due 31 March"),)
    assert dated(expected, "zh", LATE, ZONE).says == ("3月3日", "by 2026年3月10日")


def test_a_day_of_another_year_has_its_year_and_other_words_stay() -> None:
    december = datetime(2026, 12, 20, tzinfo=UTC)
    assert dated(ScreenExpected(says=("{+28 days}", "{days}")), "en", december, ZONE).says == (
        "17 January 2027",
        "{days}",
    )
