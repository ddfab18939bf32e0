"""The pattern of papers: what a table says, and that nothing else can be done."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.library.damage import DAMAGE, DamageAction, DamageState
from kiosk.library.documents import Guard, Kind, Paper, Refused, Step, Why, Wish, decide
from kiosk.library.waivers import WAIVER, WaiverAction, WaiverState
from kiosk.settings import load
from kiosk.web.roles import SHIPPED, Permission, RolesFile

APPROVER = frozenset({"waiver.approve"})


def asked(version: int = 1) -> Paper[WaiverState]:
    return Paper("WV-2026-0001", WaiverState.ASKED, version, "mei")


def wish(action: WaiverAction, who: str = "boss", version: int = 1, reason: str = "") -> Wish[WaiverAction]:
    return Wish(action, who, APPROVER, version, reason)


def test_who_asked_does_not_approve() -> None:
    assert decide(WAIVER, asked(), wish(WaiverAction.APPROVE, who="mei")) == Refused(Why.OWN)
    step = decide(WAIVER, asked(), wish(WaiverAction.APPROVE))
    assert isinstance(step, Step)
    assert step.to is WaiverState.APPROVED


def test_a_refusal_needs_a_reason_that_says_something() -> None:
    assert decide(WAIVER, asked(), wish(WaiverAction.REFUSE, reason=" \t")) == Refused(Why.NO_REASON)
    assert isinstance(decide(WAIVER, asked(), wish(WaiverAction.REFUSE, reason="no flood there")), Step)


def test_a_form_from_before_another_step_changes_nothing_and_hears_what_is_possible() -> None:
    refused = decide(WAIVER, asked(version=2), wish(WaiverAction.APPROVE, version=1))
    assert refused == Refused(Why.STALE, (WaiverAction.APPROVE, WaiverAction.REFUSE))


def test_what_the_table_does_not_have_is_refused_with_what_it_has() -> None:
    reported = Paper("DM-2026-0001", DamageState.REPORTED, 1, "mei")
    judge = Wish(DamageAction.SETTLE, "mei", {"damage.judge"}, 1, "because")
    refused = decide(DAMAGE, reported, judge)
    assert isinstance(refused, Refused)
    assert refused.why is Why.NOT_IN_THIS_STATE
    assert DamageAction.CHARGE in refused.possible
    assert DamageAction.SETTLE not in refused.possible


@given(st.sampled_from(DamageState), st.sampled_from(DamageAction), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_only_a_row_of_the_table_a_permission_and_the_version_lead_on(
    state: DamageState, action: DamageAction, has: int, showed: int, may: bool
) -> None:
    paper = Paper("DM-2026-0001", state, has, "mei")
    permissions = {"damage.judge"} if may else {"damage.report", "waiver.approve"}
    answer = decide(DAMAGE, paper, Wish(action, "zoe", permissions, showed, "wet"))
    expected = DAMAGE.table.get((state, action)) if may and has == showed else None
    assert (answer if isinstance(answer, Step) else None) == expected


def _ends_are_reached(kind: Kind[DamageState, DamageAction]) -> set[DamageState]:
    found, new = set[DamageState](), {kind.first}
    while new:
        found |= new
        new = {step.to for (of, _), step in kind.table.items() if of in found} - found
    return found


def test_every_state_can_be_reached_and_no_table_names_a_permission_that_nobody_can_have() -> None:
    assert _ends_are_reached(DAMAGE) == set(DamageState)
    known = set(Permission)
    for permissions in (
        {step.permission for step in DAMAGE.table.values()} | {DAMAGE.permission},
        {step.permission for step in WAIVER.table.values()} | {WAIVER.permission},
    ):
        assert permissions <= known


def test_no_shipped_role_holds_both_ends_of_an_approval_alone_without_the_guard() -> None:
    for step in WAIVER.table.values():
        assert Guard.ANOTHER_PERSON in step.guards
    assert {"director"} == {
        role.name for role in load(RolesFile, SHIPPED).role if Permission.WAIVER_APPROVE in role.permissions
    }


@pytest.mark.parametrize(("year", "count", "number"), [(2026, 1, "DM-2026-0001"), (2027, 12_345, "DM-2027-12345")])
def test_numbers_are_read_by_people(year: int, count: int, number: str) -> None:
    assert DAMAGE.number(year, count) == number


def test_a_state_is_a_word_that_stays() -> None:
    """What the store has kept for years must be read: a state is taken out of no table."""
    assert issubclass(DamageState, StrEnum)
    assert {state.value for state in WaiverState} == {"asked", "approved", "refused", "void"}
