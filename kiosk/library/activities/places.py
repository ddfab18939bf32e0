"""Who may take a place in an activity, and what a place can be: taken, waited for, given back, used or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kiosk.library.activities.programme import ActivityState, Audience

NEEDS_GUARDIAN_BELOW = 14
"""Years: a younger child comes with a guardian whom the library knows."""


class PlaceState(StrEnum):
    TAKEN = "taken"
    WAITING = "waiting"
    GIVEN_BACK = "given-back"
    CAME = "came"
    STAYED_AWAY = "stayed-away"


class NoPlace(StrEnum):
    """Why somebody cannot sign up."""

    NOT_OPEN = "not-open"
    BEGUN = "begun"
    FOR_STAFF = "for-staff"
    FOR_ADULTS = "for-adults"
    TOO_YOUNG = "too-young"
    NEEDS_GUARDIAN = "needs-guardian"
    ALREADY = "already"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Offered:
    """What of an activity decides who may come."""

    state: ActivityState
    audience: Audience
    begins: datetime
    least_age: int | None


@dataclass(frozen=True, slots=True)
class Wanting:
    """What of a patron decides it. `age`: in years on the day of the activity; None where nobody knows."""

    age: int | None
    has_guardian: bool
    blocked: bool


def why_not(offered: Offered, who: Wanting, now: datetime) -> NoPlace | None:
    """None: they may. How many places there are is another question: whoever may come can at least wait."""
    if offered.state is not ActivityState.OPEN:
        return NoPlace.NOT_OPEN
    if now >= offered.begins:
        return NoPlace.BEGUN
    if offered.audience is Audience.STAFF:
        return NoPlace.FOR_STAFF
    if who.blocked:
        return NoPlace.BLOCKED
    if who.age is None:
        return None
    if offered.least_age is not None and who.age < offered.least_age:
        return NoPlace.TOO_YOUNG
    if offered.audience is Audience.ADULTS and who.age < 18:
        return NoPlace.FOR_ADULTS
    return NoPlace.NEEDS_GUARDIAN if who.age < NEEDS_GUARDIAN_BELOW and not who.has_guardian else None
