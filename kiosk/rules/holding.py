"""Who may wait for what, and if not, why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from kiosk.model.reasons import Reason, ReasonCode
from kiosk.rules.lending import Setting
from kiosk.rules.standing import standing
from kiosk.rules.subjects import Borrower, Copy
from kiosk.rules.terms import Doing


def may_wait(setting: Setting, borrower: Borrower, holds: int) -> tuple[Reason, ...]:
    """Reasons that lie with the patron, who has so many holds already."""
    terms = setting.terms(borrower.category)
    reasons = standing(borrower, terms, setting.policy.calendar, setting.now, Doing.HOLD)
    if terms.max_holds is not None and holds >= terms.max_holds:
        reasons += (Reason(ReasonCode.TOO_MANY_HOLDS, (("limit", str(terms.max_holds)),)),)
    return reasons


def may_wait_for(
    setting: Setting, borrower: Borrower, holds: int, copies: Sequence[Copy], *, waits: bool
) -> tuple[Reason, ...]:
    """Every reason against a hold on a title with these copies; `waits`: the patron waits for it already."""
    return (*may_wait(setting, borrower, holds), *_of_title(setting, borrower, copies, waits=waits))


def _of_title(setting: Setting, borrower: Borrower, copies: Sequence[Copy], *, waits: bool) -> Iterator[Reason]:
    if waits:
        yield Reason(ReasonCode.ALREADY_WAITING)
    own = next((copy for copy in copies if copy.lent_to == borrower.ref), None)
    if own is not None:
        yield Reason(ReasonCode.LENT_TO_YOU, _until(setting, own.lent_until))
    if not any(_lendable(setting, borrower, copy) for copy in copies):
        yield Reason(ReasonCode.NOT_FOR_LOAN)


def _lendable(setting: Setting, borrower: Borrower, copy: Copy) -> bool:
    """Whether this copy could ever be lent to the patron."""
    return not copy.not_for_loan and setting.terms(borrower.category, copy.loan_class).loan_period is not None


def _until(setting: Setting, due: datetime | None) -> tuple[tuple[str, str], ...]:
    return () if due is None else (("until", setting.policy.calendar.local(due).date().isoformat()),)
