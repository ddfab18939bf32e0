"""Public holidays of a country, as the well-kept tables of others have them: `chinesecalendar` for China as far as its
years go (a decree moves days every autumn), `holidays` for everything else. Pure tables: no clock, no network.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays
from chinese_calendar import constants

from kiosk.model.limits import Limit

CHINA = "CN"
DECREED = frozenset(day.year for day in constants.holidays)
"""Years for which China's days and the working days in return are known."""


@cache
def _codes() -> frozenset[str]:
    countries = holidays.list_supported_countries()
    return frozenset(countries) | {f"{country}-{part}" for country, parts in countries.items() for part in parts}


COUNTRY = Limit(
    "a country or part of one such as CN or DE-BY", lambda value: isinstance(value, str) and value in _codes()
)


def is_public_holiday(country: str, day: date) -> bool:
    """Whether that day is one there."""
    if country == CHINA and day.year in DECREED:
        return day in constants.holidays
    return day in _table(country, day.year)


def is_moved_working_day(country: str, day: date) -> bool:
    """Whether a decree makes a day of the weekend a working day, in return for another."""
    return country == CHINA and day in constants.workdays


@cache
def _table(country: str, year: int) -> frozenset[date]:
    name, _, part = country.partition("-")
    return frozenset(holidays.country_holidays(name, subdiv=part or None, years=year))
