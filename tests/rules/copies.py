"""A copy to lend by in memory, for tests of what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.offline import KnownItem, KnownPatron
from kiosk.rules.policy import AgeRule, Line, Policy, RulesFile
from kiosk.rules.terms import Period

RULES = RulesFile(
    line=(
        Line(loan_period=Period(28)),
        Line(category="staff", loan_period=Period(90)),
        Line(loan_class="short", loan_period=Period(7)),
        Line(category="child", max_loans=2),
        Line(branch="north", loan_period=Period(3)),
    ),
    age=(AgeRule("FSK 16", 16),),
)


@dataclass
class Copy:
    """A copy in memory."""

    issued: datetime = datetime(2026, 11, 24, 1, 3, tzinfo=UTC)
    branch: str = "*"
    patrons: dict[str, KnownPatron] = field(default_factory=dict)
    items: dict[str, KnownItem] = field(default_factory=dict)
    kept: set[tuple[str, str]] = field(default_factory=set)
    version: str = "v1"
    policy: Policy = field(default_factory=lambda: Policy(RULES, "Asia/Shanghai"))

    def patron(self, ref: PatronRef) -> KnownPatron | None:
        return self.patrons.get(ref)

    def item(self, item: ItemId) -> KnownItem | None:
        return self.items.get(item)

    def is_kept_for(self, item: ItemId, ref: PatronRef) -> bool:
        return (item, ref) in self.kept
