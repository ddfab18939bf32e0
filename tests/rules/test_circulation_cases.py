"""The cases of other library systems (`circulation.toml`): ours must decide as they do. `circulation_more.toml` holds
those that were made from what our page of circulation promises."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.rules.cases import Case, CasesFile, Expected
from kiosk.rules.trying import try_case
from kiosk.settings import load

VECTORS = Path(__file__).parent.parent / "vectors"
CASES = load(CasesFile, VECTORS / "circulation.toml").case
PROMISED = load(CasesFile, VECTORS / "circulation_more.toml").case


def by_name(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_it_is_decided_as_elsewhere(case: Case) -> None:
    assert try_case(case).differs == ()


@pytest.mark.parametrize("case", PROMISED, ids=by_name)
def test_it_is_decided_as_promised(case: Case) -> None:
    assert try_case(case).differs == ()


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_a_case_that_expects_something_else_is_told(case: Case) -> None:
    """The tester itself: with every number and yes of an expectation changed, each difference is named."""
    assert case.expect is not None
    wrong = Expected(
        allowed=None if case.expect.allowed is None else not case.expect.allowed,
        due=None if case.expect.due is None else "2000-02-29T00:00:00",
        fine_cents=None if case.expect.fine_cents is None else case.expect.fine_cents + 1,
        suspended_until=None if case.expect.suspended_until is None else "2000-02-29",
        open=None if case.expect.open is None else not case.expect.open,
        days=None if case.expect.days is None else case.expect.days + 1,
        reasons=("no-such-reason",),
    )
    named = [one for one in ("allowed", "due", "fine_cents", "suspended_until", "open", "days") if getattr(wrong, one)]
    told = " ".join(try_case(replace(case, expect=wrong)).differs)
    assert "no-such-reason" in told
    assert all(name in told for name in named)
