"""The cases of other library systems, as far as this version decides what they ask (`circulation.toml`)."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kiosk.model.ids import PatronRef
from kiosk.model.reasons import ReasonCode
from kiosk.rules.loans import Allowed, Borrower, Copy, LoanRule, LoanRules, Refused, decide_borrow

Case = dict[str, Any]
CASES: list[Case] = tomllib.loads((Path(__file__).parent.parent / "vectors" / "circulation.toml").read_text())["case"]
ZONE = "Asia/Shanghai"
DAYS = {"days": 1, "weeks": 7}
DECIDED_HERE = frozenset(
    {"loan_period", "renewal_period", "renew_from", "due_time", "closed_days", "max_loans", "renewal_debt_limit_cents"}
)
"""Rules of a case that this version follows, or that do not concern a first loan."""
LOANS = [
    case
    for case in CASES
    if case["event"]["kind"] == "checkout"
    and not case["event"].get("held_by_same_patron")
    and not case["event"].get("onsite")
    and "calendar" not in case
    and case.get("rules", {}).keys() <= DECIDED_HERE
    and case.get("rules", {}).get("due_time", "23:59") == "23:59"
    and case.get("rules", {}).get("loan_period", {"unit": "days"})["unit"] in DAYS
]
STANDING = [
    case
    for case in CASES
    if case["event"]["kind"] == "renew"
    and "credit_cents" not in case.get("patron", {})
    and ("owes_cents" in case.get("patron", {}) or case.get("rules", {}).get("expired_blocks"))
]
"""Renewals that are decided by the patron's debt or card alone: a loan is decided so too."""


def by_name(case: Case) -> str:
    return str(case["name"])


def decided(case: Case) -> Allowed | Refused:
    rules, patron = case.get("rules", {}), case.get("patron", {})
    period = rules.get("loan_period", {"n": 14, "unit": "days"})
    line = LoanRule(loan_days=period["n"] * DAYS[period["unit"]], max_loans=rules.get("max_loans"))
    expires = patron.get("expires")
    borrower = Borrower(
        PatronRef("P1"),
        "adult",
        ("book",) * patron.get("loans", 0),
        None if expires is None else date.fromisoformat(expires),
        debt_cents=patron.get("owes_cents", 0),
    )
    at = datetime.fromisoformat(case["event"]["at"]).replace(tzinfo=ZoneInfo(ZONE))
    limits = LoanRules((line,), ZONE, rules.get("renewal_debt_limit_cents", 0))
    return decide_borrow(borrower, Copy("book"), limits, at.astimezone(UTC))


def test_enough_of_the_cases_apply() -> None:
    assert len(LOANS) >= 6
    assert len(STANDING) == 3


@pytest.mark.parametrize("case", LOANS, ids=by_name)
def test_a_loan_is_decided_as_elsewhere(case: Case) -> None:
    found, wanted = decided(case), case["expect"]
    if not wanted["allowed"]:
        assert isinstance(found, Refused)
        assert {reason.code.value for reason in found.reasons} == set(wanted["reasons"])
        assert dict(found.reasons[0].values) == {"count": str(wanted["count"]), "limit": str(wanted["max"])}
        return
    assert isinstance(found, Allowed)
    if "due" in wanted:
        assert found.due == datetime.fromisoformat(wanted["due"]).replace(tzinfo=ZoneInfo(ZONE))


@pytest.mark.parametrize("case", STANDING, ids=by_name)
def test_debt_and_card_are_judged_as_elsewhere(case: Case) -> None:
    """More than the limit, not reaching it, stops a patron; a card is good to the end of its last day."""
    found, wanted = decided(case), case["expect"]
    assert isinstance(found, Allowed) is wanted["allowed"]
    if isinstance(found, Refused):
        assert [reason.code.value for reason in found.reasons] == wanted["reasons"]


@pytest.mark.parametrize(("at", "good"), [("2026-03-01T23:59:59+08:00", True), ("2026-03-02T00:00:00+08:00", False)])
def test_a_card_is_good_to_the_end_of_its_last_day_in_the_library_s_own_zone(at: str, good: bool) -> None:
    borrower = Borrower(PatronRef("P1"), "adult", expires=date(2026, 3, 1))
    rules = LoanRules((LoanRule(loan_days=14),), ZONE)
    found = decide_borrow(borrower, Copy("book"), rules, datetime.fromisoformat(at).astimezone(UTC))
    assert isinstance(found, Allowed) is good


def test_every_reason_that_holds_is_given() -> None:
    """W12: the patron hears of all of them at once, not of one a visit."""
    borrower = Borrower(PatronRef("P1"), "adult", ("book",), date(2026, 1, 1), blocked=True, debt_cents=1)
    copy = Copy("book", not_for_loan=True, held_for=PatronRef("P2"))
    rules = LoanRules((LoanRule(loan_days=14, max_loans=1),), ZONE)
    found = decide_borrow(borrower, copy, rules, datetime(2026, 3, 1, tzinfo=UTC))
    assert isinstance(found, Refused)
    assert {reason.code for reason in found.reasons} == {
        ReasonCode.BLOCKED,
        ReasonCode.CARD_EXPIRED,
        ReasonCode.DEBT,
        ReasonCode.NOT_FOR_LOAN,
        ReasonCode.ON_HOLD,
        ReasonCode.TOO_MANY_LOANS,
    }


def test_a_trapped_copy_is_for_whom_it_waits() -> None:
    rules, now = LoanRules((LoanRule(loan_days=14),), ZONE), datetime(2026, 3, 1, tzinfo=UTC)
    waiting = Copy("book", held_for=PatronRef("P1"))
    assert isinstance(decide_borrow(Borrower(PatronRef("P1"), "adult"), waiting, rules, now), Allowed)
    assert isinstance(decide_borrow(Borrower(PatronRef("P2"), "adult"), waiting, rules, now), Refused)


def test_the_more_specific_line_wins_and_a_category_is_more_specific_than_a_loan_class() -> None:
    lines = (
        LoanRule(loan_days=1),
        LoanRule(loan_class="film", loan_days=2),
        LoanRule("child", loan_days=3),
        LoanRule("child", "film", loan_days=4),
    )
    rules = LoanRules(lines, ZONE)
    assert [rules.loan_days("adult", "book"), rules.loan_days("adult", "film")] == [1, 2]
    assert [rules.loan_days("child", "book"), rules.loan_days("child", "film")] == [3, 4]
    assert LoanRules((*lines[:3],), ZONE).loan_days("child", "film") == 3


def test_how_many_more_counts_the_one_just_allowed() -> None:
    rules = LoanRules((LoanRule(loan_days=14, max_loans=3),), ZONE)
    found = decide_borrow(
        Borrower(PatronRef("P1"), "adult", ("book",)), Copy("book"), rules, datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert isinstance(found, Allowed)
    assert found.more == 1
