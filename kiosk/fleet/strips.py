"""A station's last 24 hours in 96 letters, one a quarter of an hour: the worst level in it, `.` where none is known."""

from __future__ import annotations

from datetime import datetime

from kiosk.fleet.conditions import Level

CELLS = 96
QUARTER_S = 900
LETTERS = {Level.OK: "o", Level.NOTE: "n", Level.WARN: "w", Level.ERROR: "e"}
ORDER = ".onwe"
UNKNOWN = "."


def quarter(now: datetime) -> int:
    """Number of the quarter of an hour since 1970."""
    return int(now.timestamp()) // QUARTER_S


def marked(strip: str, last: int, level: Level, now: datetime) -> tuple[str, int]:
    """The strip with `level` in its newest quarter, moved on where time has passed; never moved back."""
    here, letter = max(quarter(now), last), LETTERS[level]
    if last == 0 or here - last >= CELLS:
        return (UNKNOWN * (CELLS - 1)) + letter, here
    if here > last:
        return (strip + UNKNOWN * (here - last - 1) + letter)[-CELLS:], here
    return strip[:-1] + max(strip[-1], letter, key=ORDER.index), here


def runs(strip: str) -> str:
    """Letters with how often they follow each other: `.40o55e1`."""
    told, at = [], 0
    while at < len(strip):
        end = at
        while end < len(strip) and strip[end] == strip[at]:
            end += 1
        told.append(f"{strip[at]}{end - at}")
        at = end
    return "".join(told)
