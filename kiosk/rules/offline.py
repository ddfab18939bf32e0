"""What a kiosk decides alone when central does not answer (circulation.md, section 4). Never renewals, never holds.

It judges by its copy of the rules, of who is stopped and of what items are, as long as that copy is young enough; a
kiosk that is not given copies has a fixed period and a number of items instead (decision record 0149).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo

from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.limits import within
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.lending import Setting, decide_checkout
from kiosk.rules.policy import ALL, Place, Policy
from kiosk.rules.subjects import Borrower, Copy, end_of

AHEAD = timedelta(hours=1)
"""A copy may be so much newer than the kiosk's clock says; beyond that nobody knows how old it is."""
SOMEBODY_ELSE = PatronRef("somebody else")
NOT_POSSIBLE = Reason(ReasonCode.OFFLINE_NOT_POSSIBLE)


@dataclass(frozen=True, slots=True)
class OfflinePolicy:
    """What a kiosk may decide alone."""

    borrow: bool = True
    max_items: Annotated[int, within(0, 1_000)] = 5
    """Per patron, in a session and since the copy was made."""
    max_total: Annotated[int, within(0, 100_000)] = 500
    """Over all patrons since the copy was made."""
    max_age_h: Annotated[int, within(1, 8_760)] = 24
    """An older copy lends nothing."""
    loan_days: Annotated[int, within(1, 3_650)] = 14
    """Without a copy: due after so many days."""
    due_hour: Annotated[int, within(0, 23)] = 23
    """Without a copy: due at this hour and minute 59 in the library's own time zone."""


@dataclass(frozen=True, slots=True)
class KnownPatron:
    """What a copy says of a patron."""

    category: str
    stopped: bool = False
    """May not borrow, for a reason that only central knows."""
    more: int | None = None
    """How many more they may take; None without a limit."""
    expires: date | None = None
    years: int | None = None
    """Of age, when the copy was made."""


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What a copy says of an item."""

    loan_class: str
    not_for_loan: bool = False
    age_mark: str = ""
    reserved: bool = False
    """Set aside for somebody."""


class OfflineCopy(Protocol):
    """What central gave the kiosk to decide by, as of `issued` (aware). It never changes."""

    @property
    def version(self) -> str: ...

    @property
    def issued(self) -> datetime: ...

    @property
    def policy(self) -> Policy: ...

    @property
    def branch(self) -> str:
        """Where this kiosk stands."""
        ...

    def patron(self, ref: PatronRef) -> KnownPatron | None:
        """Also by `card:TOKEN`; None where the copy has nobody of that name."""
        ...

    def item(self, item: ItemId) -> KnownItem | None: ...

    def is_kept_for(self, item: ItemId, ref: PatronRef) -> bool:
        """Whether the item was set aside for this patron."""
        ...


@dataclass(frozen=True, slots=True)
class Alone:
    """A kiosk that central does not answer, at `now` (aware)."""

    policy: OfflinePolicy
    now: datetime
    time_zone: str
    """IANA name."""
    copy: OfflineCopy | None = None
    needs_copy: bool = False
    """Without a copy nothing is lent."""
    lent: int = 0
    """Items lent alone since the copy was made."""

    @property
    def possible(self) -> bool:
        """Whether anything may be lent to anybody."""
        return self.policy.borrow and self._copy_serves and (self.copy is None or self.lent < self.policy.max_total)

    @property
    def _copy_serves(self) -> bool:
        if self.copy is None:
            return not self.needs_copy
        return -AHEAD <= self.now - self.copy.issued <= timedelta(hours=self.policy.max_age_h)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants what."""

    patron: PatronRef
    item: ItemId
    tag_says_lent: bool
    """Such an item is not lent: only central knows to whom it is."""
    may_borrow: int | None
    """How many more central allowed last, None where it set no limit or was never asked: a broken line allows nobody
    more than that."""
    lent_before: int
    """Items that the patron took before: in this session, or alone since the copy was made."""


def welcome(alone: Alone, ref: PatronRef) -> Reason | int:
    """Why nothing can be lent to this patron now, or how many items can."""
    if not alone.possible:
        return NOT_POSSIBLE
    known = None if alone.copy is None else alone.copy.patron(ref)
    if known is not None and known.stopped:
        return Reason(ReasonCode.BLOCKED)
    more = alone.policy.max_items
    return more if known is None or known.more is None else min(more, known.more)


def decide(alone: Alone, wish: Wish) -> Allowed | Refused:
    """Whether one more item may be lent without central."""
    limits = alone.policy
    if not alone.possible or wish.tag_says_lent or wish.may_borrow == 0:
        return Refused((NOT_POSSIBLE,))
    if wish.lent_before >= limits.max_items:
        return Refused((Reason(ReasonCode.OFFLINE_LIMIT, (("limit", str(limits.max_items)),)),))
    left = limits.max_items - wish.lent_before
    more = (left if wish.may_borrow is None else min(left, wish.may_borrow)) - 1
    if alone.copy is not None:
        return _by_copy(alone, alone.copy, wish, more)
    zone = ZoneInfo(alone.time_zone)
    day = alone.now.astimezone(zone).date() + timedelta(days=limits.loan_days)
    return Allowed(datetime.combine(day, time(limits.due_hour, 59), zone), more)


def _by_copy(alone: Alone, copy: OfflineCopy, wish: Wish, more: int) -> Allowed | Refused:
    """By the library's own rules, as of the copy's age. Who or what is not in the copy goes by the rules for all."""
    who = copy.patron(wish.patron) or KnownPatron(ALL)
    if who.stopped:
        return Refused((Reason(ReasonCode.BLOCKED),))
    if who.more is not None and wish.lent_before >= who.more:
        return Refused((_limit_reached(copy, who),))
    what = copy.item(wish.item) or KnownItem(ALL)
    kept_for_another = what.reserved and not copy.is_kept_for(wish.item, wish.patron)
    calendar = copy.policy.calendar
    decided = decide_checkout(
        Setting(copy.policy, alone.now, copy.branch),
        Borrower(
            ref=wish.patron,
            category=who.category,
            expires=None if who.expires is None else end_of(who.expires, calendar.zone),
            born=None if who.years is None else _born(calendar.local(copy.issued).date(), who.years),
        ),
        Copy(
            what.loan_class,
            not_for_loan=what.not_for_loan,
            age_mark=what.age_mark,
            held_for=SOMEBODY_ELSE if kept_for_another else None,
        ),
    )
    if isinstance(decided, Refused):
        return decided
    left = more if who.more is None else min(more, who.more - wish.lent_before - 1)
    return Allowed(decided.due, left, decided.reasons)


def _limit_reached(copy: OfflineCopy, who: KnownPatron) -> Reason:
    limit = str(copy.policy.limit(Place(copy.branch, who.category)))
    return Reason(ReasonCode.TOO_MANY_LOANS, (("limit", limit), ("count", limit)))


def _born(day: date, years: int) -> date:
    """A birthday that makes somebody so old on `day`."""
    return day.replace(year=day.year - years, day=min(day.day, 28) if day.month == 2 else day.day)
