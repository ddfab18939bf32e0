"""Stations in words, and as rows of the grid."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.fleet.conditions import Condition, Kind, Level
from kiosk.fleet.fleet import Fleet, Shown
from kiosk.fleet.strips import runs
from kiosk.wire import Station
from kiosk.wire.fields import Json
from kiosk.words.sentences import Words

MOST_TOLD = 2
"""Faults that a tile names; its page has all."""


def condition_text(words: Words, one: Condition) -> str:
    """`Receipt printer: gone (paper-out)`."""
    if one.kind is Kind.DEVICE:
        key = "condition.device-gone" if one.level is Level.ERROR else "condition.device-degraded"
        device = words.known(f"device.{one.subject}")
        said = words.say(key, device=one.subject if device is None else device.other)
    else:
        said = words.say(f"condition.{one.kind.value}")
    reason = words.known(f"reason.{one.text}")
    text = one.text if reason is None else reason.other
    return f"{said} · {text}" if text else said


def row(words: Words, shown: Shown) -> list[Json]:
    """Site, station, level, what is wrong, the strip."""
    told = "; ".join(condition_text(words, one) for one in shown.found[:MOST_TOLD])
    of = shown.known.station
    return [of.site, of.station, int(shown.level), told, runs(shown.known.strip)]


def changed_since(fleet: Fleet, version: int) -> Iterable[Shown]:
    return [shown for shown in list(fleet.shown.values()) if shown.version > version]


def key_text(station: Station) -> str:
    return f"{station.site}/{station.station}"
