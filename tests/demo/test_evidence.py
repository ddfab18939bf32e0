"""The invariants catch what they are there to catch: each test plants one lie in an otherwise good story."""

from __future__ import annotations

from dataclasses import replace

from kiosk.demo.bench_client import TagState
from kiosk.demo.evidence import CentralLoan, Evidence, JournalLine, judge

BOOK = "35555000012345"


def line(kind: str, intent: str = "i1") -> JournalLine:
    return JournalLine(kind, intent, BOOK, "P001", "s1")


BORROWED = (
    line("borrow.intended"),
    line("borrow.decided"),
    line("loan.made"),
    line("borrow.opening"),
    line("borrow.done"),
)


def a_good_story() -> Evidence:
    return Evidence(
        journal=BORROWED,
        loans_before=(),
        central_loans=(CentralLoan("i1", "P001", BOOK, ended=False),),
        unacknowledged=0,
        tags=(TagState("E004015012345678", BOOK, 0xC2, on_pad=True),),
        tags_before=(TagState("E004015012345678", BOOK, 0x07, on_pad=True),),
        on_loan_afi=0xC2,
        confirmed=frozenset({BOOK}),
        ledger_problems=(),
        receipts=(),
        central_reached=True,
        exceptions=0,
    )


def broken(evidence: Evidence) -> list[str]:
    return [judged.name.split()[0] for judged in judge(evidence) if not judged.holds]


def test_a_good_story_breaks_nothing() -> None:
    assert broken(a_good_story()) == []


def test_an_intent_without_an_end_is_forgotten() -> None:
    assert broken(replace(a_good_story(), journal=BORROWED[:-1], confirmed=frozenset())) == ["I1"]


def test_an_intent_that_is_in_the_doubt_list_is_not_forgotten() -> None:
    assert broken(replace(a_good_story(), journal=(*BORROWED[:-1], line("item.doubtful")))) == []


def test_an_open_tag_without_a_loan_is_found() -> None:
    story = replace(a_good_story(), tags=(TagState("E004015099999999", "35555000099999", 0xC2, on_pad=False),))
    assert broken(story) == ["I2"]


def test_a_loan_from_before_explains_its_open_tag_until_the_book_is_returned() -> None:
    tag = TagState("E004015012345678", BOOK, 0xC2, on_pad=False)
    before = replace(
        a_good_story(), journal=(), central_loans=(), confirmed=frozenset(), tags=(tag,), loans_before=(("P001", BOOK),)
    )
    assert broken(before) == []
    assert broken(replace(before, journal=(line("return.intended"), line("return.done")))) == ["I2"]


def test_a_confirmed_loan_that_the_journal_lost_is_found() -> None:
    story = replace(a_good_story(), journal=(), central_loans=(), tags=())
    assert broken(story) == ["I4"]


def test_a_confirmed_loan_that_central_lost_is_found() -> None:
    assert broken(replace(a_good_story(), central_loans=())) == ["I4", "I5"]


def test_a_loan_twice_at_central_is_found() -> None:
    loan = a_good_story().central_loans[0]
    assert broken(replace(a_good_story(), central_loans=(loan, loan))) == ["I5"]


def test_a_loan_that_no_kiosk_made_is_found() -> None:
    invented = CentralLoan("i9", "P001", "35555000012352", ended=False)
    assert broken(replace(a_good_story(), central_loans=(*a_good_story().central_loans, invented))) == ["I5"]


def test_a_fact_that_central_never_acknowledged_is_found_unless_central_is_away() -> None:
    assert broken(replace(a_good_story(), unacknowledged=1)) == ["I5"]
    away = replace(a_good_story(), unacknowledged=1, central_reached=False, central_loans=())
    assert broken(away) == []


def test_what_the_ledger_itself_complains_about_is_said() -> None:
    assert broken(replace(a_good_story(), ledger_problems=("seq 3 is missing",))) == ["journal"]
