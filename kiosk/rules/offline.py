"""What a kiosk decides alone when central does not answer (circulation.md, section 4). Never renewals, never holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused


@dataclass(frozen=True, slots=True)
class OfflineLimits:
    """What the library allows a kiosk to decide alone."""

    borrow: bool
    max_items: int
    """Per patron and session."""
    loan_days: int
    due_hour: int
    """Due at this hour and minute 59, library time."""
    time_zone: str
    """IANA name."""


def decide(
    limits: OfflineLimits, now: datetime, *, lent_before: int, may_borrow: int | None, tag_says_lent: bool
) -> Allowed | Refused:
    """Whether one more item may be lent at `now` (aware) without central.

    `lent_before` counts the loans of this session. `may_borrow` is how many more central allowed last, None where it
    set no limit or was never asked: a broken line allows nobody more than that. An item whose tag says "on loan" is
    not lent: only central knows to whom it is.
    """
    if not limits.borrow or tag_says_lent or may_borrow == 0:
        return Refused((Reason(ReasonCode.OFFLINE_NOT_POSSIBLE),))
    if lent_before >= limits.max_items:
        return Refused((Reason(ReasonCode.OFFLINE_LIMIT, (("limit", str(limits.max_items)),)),))
    zone = ZoneInfo(limits.time_zone)
    day = now.astimezone(zone).date() + timedelta(days=limits.loan_days)
    left = limits.max_items - lent_before
    more = (left if may_borrow is None else min(left, may_borrow)) - 1
    return Allowed(datetime.combine(day, time(limits.due_hour, 59), zone), more)
