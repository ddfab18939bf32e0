"""What a kiosk decides alone, value by value (circulation, section 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.offline import OfflineLimits, decide

LIMITS = OfflineLimits(borrow=True, max_items=5, loan_days=14, due_hour=23, time_zone="Asia/Shanghai")
NOW = datetime(2026, 11, 24, 2, 3, tzinfo=UTC)
NO = Refused((Reason(ReasonCode.OFFLINE_NOT_POSSIBLE),))


@pytest.mark.parametrize(
    ("lent_before", "may_borrow", "more"), [(0, None, 4), (4, None, 0), (0, 9, 4), (0, 3, 2), (4, 3, 0), (0, 1, 0)]
)
def test_how_many_more(lent_before: int, may_borrow: int | None, more: int) -> None:
    found = decide(LIMITS, NOW, lent_before=lent_before, may_borrow=may_borrow, tag_says_lent=False)
    assert isinstance(found, Allowed)
    assert found.more == more


def test_beyond_the_kiosk_s_own_limit() -> None:
    found = decide(LIMITS, NOW, lent_before=5, may_borrow=None, tag_says_lent=False)
    assert found == Refused((Reason(ReasonCode.OFFLINE_LIMIT, (("limit", "5"),)),))


def test_what_only_central_can_allow() -> None:
    assert decide(LIMITS, NOW, lent_before=0, may_borrow=None, tag_says_lent=True) == NO
    assert decide(LIMITS, NOW, lent_before=0, may_borrow=0, tag_says_lent=False) == NO
    assert decide(replace(LIMITS, borrow=False), NOW, lent_before=0, may_borrow=9, tag_says_lent=False) == NO


@pytest.mark.parametrize(
    ("at", "zone", "due"),
    [
        ("2026-11-24T15:59:00+00:00", "Asia/Shanghai", "2026-12-08T23:59:00+08:00"),
        ("2026-11-24T16:01:00+00:00", "Asia/Shanghai", "2026-12-09T23:59:00+08:00"),
        ("2026-10-20T12:00:00+00:00", "Europe/Berlin", "2026-11-03T23:59:00+01:00"),  # summer time ends on 25 October
    ],
)
def test_the_due_day_is_counted_in_the_library_s_own_zone(at: str, zone: str, due: str) -> None:
    limits = replace(LIMITS, time_zone=zone)
    found = decide(limits, datetime.fromisoformat(at), lent_before=0, may_borrow=None, tag_says_lent=False)
    assert isinstance(found, Allowed)
    assert found.due == datetime.fromisoformat(due)
