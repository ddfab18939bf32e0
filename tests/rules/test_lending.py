"""Who may borrow and renew, beyond the cases of other systems."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kiosk.model.ids import PatronRef
from kiosk.model.reasons import ReasonCode
from kiosk.rules.decisions import Allowed, Refused
from kiosk.rules.lending import Setting, decide_checkout, decide_renewal
from kiosk.rules.policy import AgeRule, Line, Place, Policy, RulesFile
from kiosk.rules.subjects import Block, Borrower, Copy, Running, end_of
from kiosk.rules.terms import Doing, Period, RenewFrom

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
FORTNIGHT = Line(loan_period=Period(14))


def at(*lines: Line, now: datetime = NOON, branch: str = "*", age: tuple[AgeRule, ...] = ()) -> Setting:
    return Setting(Policy(RulesFile(lines or (FORTNIGHT,), age=age), "Asia/Shanghai"), now, branch)


def adult(**own: object) -> Borrower:
    return Borrower(PatronRef("P1"), "adult", **own)  # type: ignore[arg-type]  # each field has a type of its own


def codes(decided: Allowed | Refused) -> set[ReasonCode]:
    return {reason.code for reason in decided.reasons}


@pytest.mark.parametrize(("when", "good"), [("2026-03-01T23:59:59+08:00", True), ("2026-03-02T00:00:00+08:00", False)])
def test_a_card_is_good_to_the_end_of_its_last_day_in_the_library_s_own_zone(when: str, good: bool) -> None:
    setting = at(now=datetime.fromisoformat(when).astimezone(UTC))
    decided = decide_checkout(setting, adult(expires=end_of(date(2026, 3, 1), ZONE)), Copy("book"))
    assert isinstance(decided, Allowed) is good


def test_w12_every_reason_that_holds_is_given() -> None:
    """The patron hears of all of them at once, not of one a visit."""
    patron = adult(
        loans=("book",),
        expires=end_of(date(2026, 1, 1), ZONE),
        blocks=frozenset({Block.BLOCKED, Block.CARD_LOST}),
        suspended_until=date(2026, 3, 1),
        debt_cents=1,
        overdue_items=2,
        guardian_debt_cents=5,
    )
    line = Line(
        loan_period=Period(14),
        max_loans=1,
        debt_limit_cents=0,
        guardian_debt_limit_cents=4,
        max_overdue_items=1,
    )
    copy = Copy("book", not_for_loan=True, age_mark="18", held_for=PatronRef("P2"))
    assert codes(decide_checkout(at(line, age=(AgeRule("18", 18),)), patron, copy)) == {
        ReasonCode.BLOCKED,
        ReasonCode.CARD_LOST,
        ReasonCode.SUSPENDED,
        ReasonCode.CARD_EXPIRED,
        ReasonCode.DEBT,
        ReasonCode.GUARDIAN_DEBT,
        ReasonCode.HAS_OVERDUES,
        ReasonCode.NOT_FOR_LOAN,
        ReasonCode.ON_HOLD,
        ReasonCode.TOO_YOUNG,
        ReasonCode.TOO_MANY_LOANS,
    }


def test_a_trapped_copy_is_for_whom_it_waits() -> None:
    waiting = Copy("book", held_for=PatronRef("P1"))
    assert isinstance(decide_checkout(at(), adult(), waiting), Allowed)
    other = Borrower(PatronRef("P2"), "adult")
    assert codes(decide_checkout(at(), other, waiting)) == {ReasonCode.ON_HOLD}


def test_what_is_lent_says_to_whom_it_is_not_lent_again() -> None:
    due = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
    mine, theirs = (Copy("book", lent_to=PatronRef(who), lent_until=due) for who in ("P1", "P2"))
    (reason,) = decide_checkout(at(), adult(), mine).reasons
    assert (reason.code, reason.values) == (ReasonCode.LENT_TO_YOU, (("until", "2026-03-09"),))
    assert codes(decide_checkout(at(), adult(), theirs)) == {ReasonCode.LENT_TO_ANOTHER}


def test_the_more_specific_line_wins_value_by_value_branch_first() -> None:
    lines = (
        Line(loan_period=Period(1), max_loans=9),
        Line(loan_class="film", loan_period=Period(2)),
        Line(category="child", loan_period=Period(3)),
        Line(category="child", loan_class="film", loan_period=Period(4)),
        Line(branch="east", loan_period=Period(5)),
    )
    found = {
        (branch, category, loan_class): at(*lines, branch=branch).terms(category, loan_class).loan_period
        for branch in ("west", "east")
        for category in ("adult", "child")
        for loan_class in ("book", "film")
    }
    assert {key: period and period.n for key, period in found.items()} == {
        ("west", "adult", "book"): 1,
        ("west", "adult", "film"): 2,
        ("west", "child", "book"): 3,
        ("west", "child", "film"): 4,
        ("east", "adult", "book"): 5,
        ("east", "adult", "film"): 5,
        ("east", "child", "book"): 5,
        ("east", "child", "film"): 5,
    }


def test_a_value_says_which_line_it_came_from() -> None:
    policy = Policy(RulesFile((Line(loan_period=Period(1)), Line(category="child", max_loans=2))))
    found = policy.find(Place("east", "child", "book"))
    assert (found.came_from("loan_period"), found.came_from("max_loans"), found.came_from("fine")) == (
        "*/*/*",
        "*/child/*",
        "",
    )


def test_a_limit_of_a_class_holds_beside_the_limit_over_all() -> None:
    lines = (Line(loan_period=Period(14), max_loans=3), Line(loan_class="film", max_loans=1))
    with_a_film = adult(loans=("film",))
    assert isinstance(decide_checkout(at(*lines), with_a_film, Copy("book")), Allowed)
    assert codes(decide_checkout(at(*lines), with_a_film, Copy("film"))) == {ReasonCode.TOO_MANY_LOANS}
    full = adult(loans=("book", "book", "book"))
    assert codes(decide_checkout(at(*lines), full, Copy("film"))) == {ReasonCode.TOO_MANY_LOANS}


def test_how_many_more_counts_the_one_just_allowed() -> None:
    decided = decide_checkout(at(Line(loan_period=Period(14), max_loans=3)), adult(loans=("book",)), Copy("book"))
    assert isinstance(decided, Allowed)
    assert decided.more == 1


def test_what_a_patron_claims_to_have_returned_does_not_count() -> None:
    line = Line(loan_period=Period(14), max_loans=1, max_claimed_returned=1)
    assert isinstance(decide_checkout(at(line), adult(loans=("book",), claimed_returned=1), Copy("book")), Allowed)
    twice = adult(loans=("book", "book"), claimed_returned=2)
    assert codes(decide_checkout(at(line), twice, Copy("book"))) == {ReasonCode.CLAIMED_RETURNED}


@pytest.mark.parametrize(("born", "good"), [(date(2010, 3, 1), True), (date(2010, 3, 2), False), (None, False)])
def test_age_is_computed_on_the_day(born: date | None, good: bool) -> None:
    setting = at(age=(AgeRule("FSK 16", 16),))
    decided = decide_checkout(setting, adult(born=born), Copy("film", age_mark="FSK 16"))
    assert isinstance(decided, Allowed) is good


def test_w15_a_lost_book_is_not_renewed_for_ever() -> None:
    due = datetime(2026, 3, 10, 15, 59, tzinfo=UTC)
    for running, why in (
        (Running(due, lost=True), ReasonCode.LOST),
        (Running(due, claimed_returned=True), ReasonCode.CLAIMED_RETURNED),
        (Running(due, recalled=True), ReasonCode.RECALLED),
    ):
        assert codes(decide_renewal(at(), adult(), Copy("book"), running)) == {why}


def test_a_renewal_that_would_change_nothing_is_refused() -> None:
    line = Line(loan_period=Period(7), renew_from=RenewFrom.NOW)
    running = Running(datetime(2026, 3, 20, 15, 59, tzinfo=UTC))
    assert codes(decide_renewal(at(line), adult(), Copy("book"), running)) == {ReasonCode.DUE_UNCHANGED}


def test_an_expired_card_may_still_renew_where_the_rules_say_so() -> None:
    line = Line(loan_period=Period(14), expired_blocks=(Doing.BORROW,))
    expired = adult(expires=end_of(date(2026, 2, 1), ZONE))
    assert isinstance(decide_renewal(at(line), expired, Copy("book"), Running(NOON)), Allowed)
    assert codes(decide_checkout(at(line), expired, Copy("book"))) == {ReasonCode.CARD_EXPIRED}


def test_after_the_end_of_term_nothing_is_lent_for_it() -> None:
    line = Line(loan_period=Period(14), latest_due="2026-02-28")
    assert codes(decide_checkout(at(line), adult(), Copy("book"))) == {
        ReasonCode.DUE_CUT_TO_FIXED_DATE,
        ReasonCode.NO_RULE,
    }
