"""Who may come to an activity."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiosk.library.activities.places import NoPlace, Offered, Wanting, why_not
from kiosk.library.activities.programme import ActivityState, Audience

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
STORIES = Offered(ActivityState.OPEN, Audience.CHILDREN, NOW + timedelta(days=3), 4)
TALK = Offered(ActivityState.OPEN, Audience.ADULTS, NOW + timedelta(days=3), None)


@pytest.mark.parametrize(
    ("offered", "who", "why"),
    [
        (STORIES, Wanting(8, has_guardian=True, blocked=False), None),
        (STORIES, Wanting(8, has_guardian=False, blocked=False), NoPlace.NEEDS_GUARDIAN),
        (STORIES, Wanting(3, has_guardian=True, blocked=False), NoPlace.TOO_YOUNG),
        (STORIES, Wanting(14, has_guardian=False, blocked=False), None),
        (STORIES, Wanting(None, has_guardian=False, blocked=False), None),
        (TALK, Wanting(17, has_guardian=True, blocked=False), NoPlace.FOR_ADULTS),
        (TALK, Wanting(80, has_guardian=False, blocked=False), None),
        (TALK, Wanting(80, has_guardian=False, blocked=True), NoPlace.BLOCKED),
    ],
)
def test_who_may_come(offered: Offered, who: Wanting, why: NoPlace | None) -> None:
    assert why_not(offered, who, NOW) is why


def test_sign_up_ends_when_it_begins() -> None:
    anybody = Wanting(30, has_guardian=False, blocked=False)
    assert why_not(TALK, anybody, TALK.begins) is NoPlace.BEGUN
    closed = Offered(ActivityState.CLOSED, Audience.ALL, TALK.begins, None)
    assert why_not(closed, anybody, NOW) is NoPlace.NOT_OPEN
    staff = Offered(ActivityState.OPEN, Audience.STAFF, TALK.begins, None)
    assert why_not(staff, anybody, NOW) is NoPlace.FOR_STAFF
