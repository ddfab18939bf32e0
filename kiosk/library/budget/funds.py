"""Funds, expenses and transfers. What a fund has left is never written down: it follows from the papers, always.

    available = allocated + transferred in − transferred out − committed − spent

An expense that is approved commits; one that is paid is spent; one that is refused or cancelled does neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kiosk.library.documents import Guard, Kind, Step
from kiosk.library.forms import Duty, Field, FieldKind, Values

DEARER_PERCENT: Final = 10
"""A bill that differs by more goes back for approval."""
_REASON = frozenset({Guard.REASON})
_ANOTHER = frozenset({Guard.ANOTHER_PERSON})


class FundState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RUNNING = "running"
    CLOSED = "closed"


class FundAction(StrEnum):
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send-back"
    OPEN = "open"
    CLOSE = "close"


_FS, _FA = FundState, FundAction

FUND = Duty(
    Kind(
        "fund",
        "FD",
        _FS.DRAFT,
        "budget.write",
        {
            (_FS.DRAFT, _FA.SUBMIT): Step(_FS.SUBMITTED, "budget.write"),
            (_FS.SUBMITTED, _FA.APPROVE): Step(_FS.APPROVED, "budget.approve", _ANOTHER),
            (_FS.SUBMITTED, _FA.SEND_BACK): Step(_FS.DRAFT, "budget.approve", _REASON),
            (_FS.APPROVED, _FA.OPEN): Step(_FS.RUNNING, "budget.write"),
            (_FS.RUNNING, _FA.CLOSE): Step(_FS.CLOSED, "budget.approve", _ANOTHER),
        },
    ),
    plural="funds",
    read="budget.read",
    fields=(
        Field("name"),
        Field("year", FieldKind.NUMBER, least=2000, most=2100),
        Field(
            "purpose",
            FieldKind.CHOICE,
            choices=("books", "e-resources", "equipment", "activities", "upkeep", "staff-training", "other"),
        ),
        Field("allocated", FieldKind.MONEY),
        Field("parent", optional=True, of="fund"),
    ),
    listed=("year", "purpose", "allocated", "parent"),
    edited_in=frozenset({_FS.DRAFT}),
    ended_in=frozenset({_FS.RUNNING}),
)


class ExpenseState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class ExpenseAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    PAY = "pay"
    SEND_BACK = "send-back"
    CANCEL = "cancel"


def _near_what_was_approved(values: Values) -> str | None:
    amount, paid = values.get("amount"), values.get("paid")
    if not isinstance(amount, int) or not isinstance(paid, int):
        return "expense.differs"
    return None if abs(paid - amount) * 100 <= amount * DEARER_PERCENT else "expense.differs"


_ES, _EA = ExpenseState, ExpenseAction

EXPENSE = Duty(
    Kind(
        "expense",
        "EX",
        _ES.ASKED,
        "expense.write",
        {
            (_ES.ASKED, _EA.APPROVE): Step(_ES.APPROVED, "budget.approve", _ANOTHER),
            (_ES.ASKED, _EA.REFUSE): Step(_ES.REFUSED, "budget.approve", _REASON),
            (_ES.ASKED, _EA.CANCEL): Step(_ES.CANCELLED, "expense.write", _REASON),
            (_ES.APPROVED, _EA.PAY): Step(_ES.PAID, "expense.pay"),
            (_ES.APPROVED, _EA.SEND_BACK): Step(_ES.ASKED, "expense.pay", _REASON),
            (_ES.APPROVED, _EA.CANCEL): Step(_ES.CANCELLED, "expense.write", _REASON),
        },
    ),
    plural="expenses",
    read="budget.read",
    fields=(
        Field("what"),
        Field("fund", of="fund"),
        Field("amount", FieldKind.MONEY, least=1),
        Field("supplier", optional=True),
        Field("about", FieldKind.TEXT, optional=True),
    ),
    listed=("fund", "amount", "paid", "paid_on"),
    edited_in=frozenset({_ES.ASKED}),
    asks={
        _EA.PAY: (
            Field("paid", FieldKind.MONEY, least=1),
            Field("paid_on", FieldKind.DAY),
            Field("invoice"),
        )
    },
    checks={(_ES.APPROVED, _EA.PAY): _near_what_was_approved},
)


class TransferState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


class TransferAction(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"


def _to_another(values: Values) -> str | None:
    return "transfer.to-itself" if values.get("fund") == values.get("to_fund") else None


_TS, _TA = TransferState, TransferAction

TRANSFER = Duty(
    Kind(
        "transfer",
        "TF",
        _TS.ASKED,
        "budget.write",
        {
            (_TS.ASKED, _TA.APPROVE): Step(_TS.DONE, "budget.approve", _ANOTHER),
            (_TS.ASKED, _TA.REFUSE): Step(_TS.REFUSED, "budget.approve", _REASON),
        },
    ),
    plural="transfers",
    read="budget.read",
    fields=(
        Field("why"),
        Field("fund", of="fund"),
        Field("to_fund", of="fund"),
        Field("amount", FieldKind.MONEY, least=1),
    ),
    listed=("fund", "to_fund", "amount"),
    edited_in=frozenset({_TS.ASKED}),
    checks={(_TS.ASKED, _TA.APPROVE): _to_another},
)


@dataclass(frozen=True, slots=True)
class Balance:
    """One fund, in cents."""

    allocated: int
    moved: int
    """In less out."""
    committed: int
    spent: int

    @property
    def available(self) -> int:
        return self.allocated + self.moved - self.committed - self.spent
