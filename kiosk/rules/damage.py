"""What damage costs: a table of kinds, and what the age of a book and its being one of a set do to it.

Staff decide which kind it is; the patron sees the photograph and this reason (docs/circulation.md, section 2: damage).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from kiosk.model.limits import NOT_EMPTY, within
from kiosk.rules.terms import MOST_CENTS

MOST_PERCENT = 2_000


@dataclass(frozen=True, slots=True)
class DamageKind:
    """One kind: a set amount, or a share of the price."""

    kind: Annotated[str, NOT_EMPTY]
    """Code, such as `water`."""
    zh: Annotated[str, NOT_EMPTY]
    en: Annotated[str, NOT_EMPTY]
    """What patrons read."""
    amount_cents: Annotated[int, within(0, MOST_CENTS)] | None = None
    percent: Annotated[int, within(0, MOST_PERCENT)] | None = None
    """Of the price; 100 is the whole book."""

    def __post_init__(self) -> None:
        if (self.amount_cents is None) == (self.percent is None):
            raise ValueError("expected amount_cents or percent")


@dataclass(frozen=True, slots=True)
class AgeFactor:
    """Older books are harder to replace."""

    from_years: Annotated[int, within(0, 1_000)]
    percent: Annotated[int, within(0, MOST_PERCENT)]
    """Of what the kind would cost."""


@dataclass(frozen=True, slots=True)
class DamageSchedule:
    """The table `damage`."""

    kind: tuple[DamageKind, ...] = ()
    older: tuple[AgeFactor, ...] = ()
    """The last one that fits counts."""
    set_percent: Annotated[int, within(0, MOST_PERCENT)] = 100
    """For one volume of a set that is not sold singly."""
    processing_cents: Annotated[int, within(0, MOST_CENTS)] = 0

    def __post_init__(self) -> None:
        kinds = [kind.kind for kind in self.kind]
        if len(set(kinds)) < len(kinds):
            raise ValueError("expected each kind of damage once")
        years = [factor.from_years for factor in self.older]
        if years != sorted(set(years)):
            raise ValueError("expected older to grow in from_years")

    def charge_cents(self, kind: DamageKind, price_cents: int, *, age_years: int, of_a_set: bool) -> int:
        """What this damage of an item costs, in cents, rounded down to whole ones; the processing included."""
        share = price_cents * kind.percent // 100 if kind.percent is not None else kind.amount_cents or 0
        factor = next((one.percent for one in reversed(self.older) if age_years >= one.from_years), 100)
        share = share * factor // 100
        return (share * self.set_percent // 100 if of_a_set else share) + self.processing_cents
