"""What a setting must be beyond its type, written beside the type.

    baud: Annotated[int, within(300, 4_000_000)] = 9_600

The converter of `kiosk.settings` holds every setting to its limit by itself, so that a file with three settings out of
range is told three times. What concerns several settings at once stays in `__post_init__`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LARGEST_PORT = 65_535
SEGMENT = re.compile(r"[a-z0-9-]{1,32}")


@dataclass(frozen=True, slots=True)
class Limit:
    """What is expected, in words that follow "expected", and whether a value keeps to it."""

    expected: str
    holds: Callable[[object], bool]


def within(lowest: int, highest: int) -> Limit:
    """A number from `lowest` to `highest`, both included."""
    return Limit(
        f"a number from {lowest} to {highest}",
        lambda value: isinstance(value, int | float) and lowest <= value <= highest,
    )


def matching(pattern: re.Pattern[str], expected: str) -> Limit:
    """A text that the whole of `pattern` fits."""
    return Limit(expected, lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it. Raises `ValueError` for what is neither an address nor localhost."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise ValueError("expected host to be an IP address or localhost") from None


def _is_time_zone(value: object) -> bool:
    try:
        return isinstance(value, str) and ZoneInfo(value) is not None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _read_by(parse: Callable[[str], object]) -> Callable[[object], bool]:
    """Whether a value is a text that `parse` takes."""

    def holds(value: object) -> bool:
        try:
            return isinstance(value, str) and parse(value) is not None
        except ValueError:
            return False

    return holds


NAME = matching(SEGMENT, "1 to 32 of a-z, 0-9 and -")
"""A name that topics and addresses carry."""
NOT_EMPTY = Limit("at least one character or entry", bool)
PORT_NUMBER = within(1, LARGEST_PORT)
TIME_ZONE = Limit("an IANA time zone such as Asia/Shanghai", _is_time_zone)
DAY = Limit("a day such as 2026-11-25", _read_by(date.fromisoformat))
DAY_OR_TIME = Limit("a day or time such as 2026-11-25 or 2026-11-25T18:00", _read_by(datetime.fromisoformat))
CLOCK = matching(re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00"), "a time of day such as 09:30")
DAY_OF_YEAR = matching(re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"), "a day of every year such as 10-01")
