"""One alarm, as a pure reducer: raised, acknowledged, shelved until an end, cleared. It does not flap.

A fault raises at once where it is an error, and after a while where it is a warning. It clears only after it has been
away for `CLEAR_AFTER`; a fault that comes and goes faster stays one alarm, which counts how often it came back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kiosk.fleet.conditions import Level

CLEAR_AFTER = timedelta(seconds=60)
RAISE_AFTER = {Level.ERROR: timedelta(0), Level.WARN: timedelta(seconds=20)}
LONGEST_SHELF = timedelta(days=30)


class Told(StrEnum):
    """What a step tells: each is written down and shown."""

    RAISED = "raised"
    WORSE = "worse"
    BETTER = "better"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    CLEARED = "cleared"


class State(StrEnum):
    """How an alarm stands."""

    PENDING = "pending"
    """Seen, and not raised yet."""
    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One fault from its first sight to its end. Instants are aware."""

    level: Level
    since: datetime
    text: str = ""
    raised_at: datetime | None = None
    absent_since: datetime | None = None
    returns: int = 0
    """How often it came back while it was away for less than `CLEAR_AFTER`."""
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    shelved_by: str = ""
    shelved_until: datetime | None = None
    cleared_at: datetime | None = None

    @property
    def state(self) -> State:
        if self.cleared_at is not None:
            return State.CLEARED
        if self.raised_at is None:
            return State.PENDING
        if self.shelved_until is not None:
            return State.SHELVED
        return State.ACKNOWLEDGED if self.acknowledged_by else State.ACTIVE


Step = tuple[Alarm | None, tuple[Told, ...]]


def seen(alarm: Alarm | None, level: Level, text: str, now: datetime) -> Step:
    """The fault is there."""
    if alarm is None or alarm.cleared_at is not None:
        return _risen(Alarm(level, now, text), now)
    if alarm.absent_since is not None:
        alarm = replace(alarm, absent_since=None, returns=alarm.returns + 1)
    told: tuple[Told, ...] = ()
    if level is not alarm.level and alarm.raised_at is not None:
        told = (Told.WORSE,) if level > alarm.level else (Told.BETTER,)
        if level > alarm.level:  # what was acknowledged was something less
            alarm = replace(alarm, acknowledged_by="", acknowledged_at=None)
    grown, more = _risen(replace(alarm, level=level, text=text), now)
    return _unshelved(grown, (*told, *more), now)


def unseen(alarm: Alarm, now: datetime) -> Step:
    """The fault is not there. None: it was never raised, and is forgotten."""
    if alarm.cleared_at is not None:
        return alarm, ()
    if alarm.raised_at is None:
        return None, ()
    since = alarm.absent_since or now
    alarm = replace(alarm, absent_since=since)
    if now - since >= CLEAR_AFTER:
        return replace(alarm, cleared_at=now), (Told.CLEARED,)
    return _unshelved(alarm, (), now)


def acknowledge(alarm: Alarm, who: str, now: datetime) -> Step:
    """Somebody has seen it. Told once, by the first."""
    if alarm.state is not State.ACTIVE:
        return alarm, ()
    return replace(alarm, acknowledged_by=who, acknowledged_at=now), (Told.ACKNOWLEDGED,)


def shelve(alarm: Alarm, who: str, until: datetime, now: datetime) -> Step:
    """Quiet until an end, which is within `LONGEST_SHELF`; another end takes the place of the one before."""
    until = min(until, now + LONGEST_SHELF)
    if alarm.state in (State.CLEARED, State.PENDING) or until <= now:
        return alarm, ()
    return replace(alarm, shelved_by=who, shelved_until=until), (Told.SHELVED,)


def _risen(alarm: Alarm, now: datetime) -> tuple[Alarm, tuple[Told, ...]]:
    if alarm.raised_at is not None or now - alarm.since < RAISE_AFTER.get(alarm.level, CLEAR_AFTER):
        return alarm, ()
    return replace(alarm, raised_at=now), (Told.RAISED,)


def _unshelved(alarm: Alarm, told: tuple[Told, ...], now: datetime) -> Step:
    if alarm.shelved_until is None or now < alarm.shelved_until:
        return alarm, told
    return replace(alarm, shelved_by="", shelved_until=None), (*told, Told.UNSHELVED)
