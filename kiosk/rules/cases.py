"""Cases of circulation as files: what goes in, and what the rules must decide. The policy tester reads them.

The schema is that of tests/vectors/circulation.toml; docs/circulation.md says what each key means. Times without an
offset are local to the branch.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from kiosk.model.limits import DAY, DAY_OR_TIME, NOT_EMPTY, within
from kiosk.rules.calendar import OpeningTimes
from kiosk.rules.policy import ALL
from kiosk.rules.subjects import Waiting
from kiosk.rules.terms import MOST, MOST_CENTS, Terms

COUNT = within(0, MOST)
CENTS = within(0, MOST_CENTS)
At = Annotated[str, DAY_OR_TIME]


class Kind(StrEnum):
    """What happens, or what is asked."""

    CHECKOUT = "checkout"
    RENEW = "renew"
    CHECKIN = "checkin"
    IS_OPEN = "is-open"
    OPEN_DAYS = "open-days"
    OPEN_MINUTES = "open-minutes"


@dataclass(frozen=True, slots=True)
class CasePatron:
    """Who."""

    category: str = ALL
    loans: Annotated[int, COUNT] = 0
    onsite_loans: Annotated[int, COUNT] = 0
    overdue_items: Annotated[int, COUNT] = 0
    claimed_returned: Annotated[int, COUNT] = 0
    owes_cents: Annotated[int, CENTS] = 0
    credit_cents: Annotated[int, CENTS] = 0
    guardian_owes_cents: Annotated[int, CENTS] = 0
    expires: At | None = None
    """A day is valid to its end."""
    suspended_until: Annotated[str, DAY] | None = None
    blocked: bool = False
    card_lost: bool = False
    born: Annotated[str, DAY] | None = None


@dataclass(frozen=True, slots=True)
class CaseItem:
    """What."""

    loan_class: str = ALL
    price_cents: Annotated[int, CENTS] = 0
    type_price_cents: Annotated[int, CENTS] | None = None
    not_for_loan: bool = False
    age_mark: str = ""


@dataclass(frozen=True, slots=True)
class CaseLoan:
    """The loan that stands."""

    due: At
    renewals: Annotated[int, COUNT] = 0
    recalled: bool = False
    claimed_returned: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """What happens."""

    kind: Kind
    at: At | None = None
    begins: At | None = field(default=None, metadata={"key": "from"})
    ends: At | None = field(default=None, metadata={"key": "to"})
    branch: str = ALL
    onsite: bool = False
    held_by_same_patron: bool = False

    def __post_init__(self) -> None:
        if self.kind in (Kind.OPEN_DAYS, Kind.OPEN_MINUTES):
            if self.begins is None or self.ends is None:
                raise ValueError(f"expected from and to for {self.kind}")
        elif self.at is None:
            raise ValueError(f"expected at for {self.kind}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out. Only what is named is judged; of `reasons`, all must be given, others may be."""

    allowed: bool | None = None
    due: At | None = None
    reasons: tuple[str, ...] = ()
    count: int | None = None
    max: int | None = None
    not_before: At | None = None
    is_renewal: bool | None = None
    fine_cents: int | None = None
    charged_periods: int | None = None
    suspended_until: At | None = None
    open: bool | None = None
    days: int | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    name: Annotated[str, NOT_EMPTY]
    event: CaseEvent
    group: str = ""
    source: str = ""
    note: str = ""
    rules: Terms | None = None
    """Where it is absent, the library's own rules are asked, or none."""
    calendar: OpeningTimes | None = None
    patron: CasePatron = field(default_factory=CasePatron)
    item: CaseItem = field(default_factory=CaseItem)
    loan: CaseLoan | None = None
    holds: Waiting = field(default_factory=Waiting)
    expect: Expected | None = None

    def __post_init__(self) -> None:
        needs = self.event.kind in (Kind.RENEW, Kind.CHECKIN) or self.event.held_by_same_patron
        if needs and self.loan is None:
            raise ValueError("expected a loan with its due: this event is about one that stands")


@dataclass(frozen=True, slots=True)
class CasesFile:
    """`[[case]]` tables."""

    case: tuple[Case, ...] = ()
