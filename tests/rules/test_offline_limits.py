"""What a kiosk decides alone, value by value (circulation, section 4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.offline import Alone, KnownItem, KnownPatron, OfflinePolicy, Wish, decide, welcome
from tests.rules.copies import Copy

NOW = datetime(2026, 11, 24, 2, 3, tzinfo=UTC)
WEI, BOOK = PatronRef("card:04A1"), ItemId("35555000012346")
ALONE = Alone(OfflinePolicy(), NOW, "Asia/Shanghai")
WISH = Wish(WEI, BOOK, tag_says_lent=False, may_borrow=None, lent_before=0)
NOT_POSSIBLE = Reason(ReasonCode.OFFLINE_NOT_POSSIBLE)
NO = Refused((NOT_POSSIBLE,))


def by(copy: Copy) -> Alone:
    return replace(ALONE, copy=copy, needs_copy=True)


def due(found: Allowed | Refused) -> str:
    assert isinstance(found, Allowed), found
    return found.due.date().isoformat()


def codes(found: Allowed | Refused) -> list[str]:
    assert isinstance(found, Refused), found
    return [reason.code.value for reason in found.reasons]


@pytest.mark.parametrize(
    ("lent_before", "may_borrow", "more"), [(0, None, 4), (4, None, 0), (0, 9, 4), (0, 3, 2), (4, 3, 0), (0, 1, 0)]
)
@pytest.mark.parametrize("alone", [ALONE, by(Copy())], ids=["no copy", "copy"])
def test_how_many_more(alone: Alone, lent_before: int, may_borrow: int | None, more: int) -> None:
    found = decide(alone, replace(WISH, lent_before=lent_before, may_borrow=may_borrow))
    assert isinstance(found, Allowed)
    assert found.more == more


@pytest.mark.parametrize("alone", [ALONE, by(Copy())], ids=["no copy", "copy"])
def test_beyond_the_kiosk_s_own_limit(alone: Alone) -> None:
    found = decide(alone, replace(WISH, lent_before=5))
    assert found == Refused((Reason(ReasonCode.OFFLINE_LIMIT, (("limit", "5"),)),))


@pytest.mark.parametrize("alone", [ALONE, by(Copy())], ids=["no copy", "copy"])
def test_what_only_central_can_allow(alone: Alone) -> None:
    assert decide(alone, replace(WISH, tag_says_lent=True)) == NO
    assert decide(alone, replace(WISH, may_borrow=0)) == NO
    assert decide(replace(alone, policy=OfflinePolicy(borrow=False)), replace(WISH, may_borrow=9)) == NO


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        ("2026-11-24T15:59:00+00:00", "Asia/Shanghai", "2026-12-08T23:59:00+08:00"),
        ("2026-11-24T16:01:00+00:00", "Asia/Shanghai", "2026-12-09T23:59:00+08:00"),
        ("2026-10-20T12:00:00+00:00", "Europe/Berlin", "2026-11-03T23:59:00+01:00"),  # summer time ends on 25 October
    ],
)
def test_the_due_day_is_counted_in_the_library_s_own_zone(at: str, zone: str, day: str) -> None:
    found = decide(replace(ALONE, now=datetime.fromisoformat(at), time_zone=zone), WISH)
    assert isinstance(found, Allowed)
    assert found.due == datetime.fromisoformat(day)


def test_where_copies_are_handed_out_nothing_is_lent_without_one() -> None:
    assert decide(replace(ALONE, needs_copy=True), WISH) == NO
    assert welcome(replace(ALONE, needs_copy=True), WEI) == NOT_POSSIBLE


@pytest.mark.parametrize(
    ("age", "lends"),
    [
        (timedelta(0), True),
        (timedelta(hours=24), True),
        (timedelta(hours=24, seconds=1), False),
        (timedelta(minutes=-59), True),
        (timedelta(hours=-2), False),  # the kiosk's clock is behind: nobody knows how old the copy is
    ],
)
def test_a_copy_lends_while_it_is_young(age: timedelta, lends: bool) -> None:
    alone = by(Copy(issued=NOW - age))
    assert isinstance(decide(alone, WISH), Allowed) == lends
    assert (welcome(alone, WEI) == NOT_POSSIBLE) != lends


def test_the_amount_over_all_patrons() -> None:
    alone = replace(by(Copy()), policy=OfflinePolicy(max_total=30))
    assert isinstance(decide(replace(alone, lent=29), WISH), Allowed)
    assert decide(replace(alone, lent=30), WISH) == NO


def test_who_is_stopped_borrows_nothing_and_is_told_at_the_door() -> None:
    alone = by(Copy(patrons={WEI: KnownPatron("", stopped=True)}))
    assert codes(decide(alone, WISH)) == ["blocked"]
    assert welcome(alone, WEI) == Reason(ReasonCode.BLOCKED)


@pytest.mark.parametrize(("lent_before", "more"), [(0, 1), (1, 0)])
def test_how_many_more_a_patron_may_take(lent_before: int, more: int) -> None:
    found = decide(by(Copy(patrons={WEI: KnownPatron("child", more=2)})), replace(WISH, lent_before=lent_before))
    assert isinstance(found, Allowed)
    assert found.more == more


def test_no_more_than_the_patron_s_own_limit() -> None:
    found = decide(by(Copy(patrons={WEI: KnownPatron("child", more=2)})), replace(WISH, lent_before=2))
    assert found == Refused((Reason(ReasonCode.TOO_MANY_LOANS, (("limit", "2"), ("count", "2"))),))


@pytest.mark.parametrize(("more", "welcomed"), [(None, 5), (2, 2), (9, 5), (0, 0)])
def test_how_many_a_patron_is_told(more: int | None, welcomed: int) -> None:
    assert welcome(by(Copy(patrons={WEI: KnownPatron("adult", more=more)})), WEI) == welcomed


@pytest.mark.parametrize(
    ("patron", "item", "branch", "day"),
    [
        (None, None, "*", "2026-12-22"),
        (KnownPatron("staff"), None, "*", "2027-02-22"),
        (None, KnownItem("short"), "*", "2026-12-01"),
        (None, KnownItem("short"), "north", "2026-11-27"),
        (KnownPatron("adult"), KnownItem("book"), "south", "2026-12-22"),
    ],
)
def test_the_library_s_own_rules_say_when_it_is_due(
    patron: KnownPatron | None, item: KnownItem | None, branch: str, day: str
) -> None:
    patrons, items = {} if patron is None else {str(WEI): patron}, {} if item is None else {str(BOOK): item}
    assert due(decide(by(Copy(branch=branch, patrons=patrons, items=items)), WISH)) == day


def test_what_is_set_aside_goes_to_whom_it_is_set_aside_for() -> None:
    copy = Copy(items={BOOK: KnownItem("book", reserved=True)})
    assert codes(decide(by(copy), WISH)) == ["on-hold"]
    copy.kept.add((BOOK, WEI))
    assert due(decide(by(copy), WISH)) == "2026-12-22"


def test_what_stays_in_the_house() -> None:
    assert codes(decide(by(Copy(items={BOOK: KnownItem("book", not_for_loan=True)})), WISH)) == ["not-for-loan"]


@pytest.mark.parametrize(("years", "lends"), [(15, False), (16, True), (None, False)])
def test_films_for_the_grown(years: int | None, lends: bool) -> None:
    copy = Copy(
        issued=datetime(2024, 2, 29, 1, tzinfo=UTC),
        patrons={WEI: KnownPatron("adult", years=years)},
        items={BOOK: KnownItem("film", age_mark="FSK 16")},
    )
    alone = replace(by(copy), now=copy.issued + timedelta(hours=2))
    assert isinstance(decide(alone, WISH), Allowed) == lends


def test_a_card_that_ends_tomorrow_and_one_that_ended() -> None:
    ended = by(Copy(patrons={WEI: KnownPatron("adult", expires=date(2026, 11, 23))}))
    assert codes(decide(ended, WISH)) == ["card-expired"]
    today = by(Copy(patrons={WEI: KnownPatron("adult", expires=date(2026, 11, 24))}))
    assert isinstance(decide(today, WISH), Allowed)
