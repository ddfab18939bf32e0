"""Days that a scenario expects on the screen, whatever day it is played on: `{+28 days}` in its words.

`{+28 days}` is the day in 28 days as the screen writes due dates in its language, with its year where that is another
one than this; `{+28 days, year}` has the year in any case, as a kiosk shows it whose own clock is in another year.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from kiosk.demo.scenario import ItemExpected, ScreenExpected
from kiosk.model.circulation import Language
from kiosk.words.dates import due_day, full_day
from kiosk.words.sentences import words

_DAY = re.compile(r"\{\+(\d{1,4}) days(, year)?\}")


def dated(expected: ScreenExpected, language: str, now: datetime, zone: str) -> ScreenExpected:
    """With real days in place of those that count from `now` (aware). `language` as the mirror tells it."""
    if language not in set(Language):
        return expected

    def in_words(text: str) -> str:
        return _DAY.sub(lambda found: _day(found, Language(language), now, zone), text)

    items = tuple(_item(item, in_words(item.says)) if item.says else item for item in expected.items)
    return replace(
        expected,
        says=tuple(map(in_words, expected.says)),
        silent_about=tuple(map(in_words, expected.silent_about)),
        items=items,
    )


def _item(item: ItemExpected, says: str) -> ItemExpected:
    return replace(item, says=says)


def _day(found: re.Match[str], language: Language, now: datetime, zone: str) -> str:
    day = now + timedelta(days=int(found[1]))
    said = words(language)
    return full_day(day, zone, said) if found[2] else due_day(day, now, zone, said)
