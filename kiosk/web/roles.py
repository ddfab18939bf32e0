"""Who may do what: roles are sets of permissions, in one TOML table. What no role names, nobody may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from kiosk.model.limits import NAME, NOT_EMPTY, within

MOST_CENTS = 100_000_000
SHIPPED = Path(__file__).with_name("roles.toml")
"""The table that holds where a library has none of its own."""


class Permission(StrEnum):
    """`thing.verb`. Every page of the console and of the fleet names the one that it asks for."""

    PATRON_READ = "patron.read"
    PATRON_WRITE = "patron.write"
    PATRON_IMPORT = "patron.import"
    PATRON_EXPORT = "patron.export"
    PATRON_ERASE = "patron.erase"
    ITEM_READ = "item.read"
    ITEM_WRITE = "item.write"
    RECORD_IMPORT = "record.import"
    LOAN_READ = "loan.read"
    LOAN_WRITE = "loan.write"
    LOAN_EXPORT = "loan.export"
    HOLD_READ = "hold.read"
    HOLD_WRITE = "hold.write"
    CHARGE_READ = "charge.read"
    CHARGE_TAKE = "charge.take"
    WAIVER_ASK = "waiver.ask"
    WAIVER_APPROVE = "waiver.approve"
    DAMAGE_READ = "damage.read"
    DAMAGE_REPORT = "damage.report"
    DAMAGE_JUDGE = "damage.judge"
    NOTICE_READ = "notice.read"
    NOTICE_WRITE = "notice.write"
    NEWS_READ = "news.read"
    NEWS_WRITE = "news.write"
    EXCEPTION_READ = "exception.read"
    EXCEPTION_WRITE = "exception.write"
    FINDING_READ = "finding.read"
    FINDING_REPAIR = "finding.repair"
    RULES_READ = "rules.read"
    REPORT_READ = "report.read"
    GATE_READ = "gate.read"
    AUDIT_READ = "audit.read"
    STAFF_READ = "staff.read"
    STAFF_WRITE = "staff.write"
    FLEET_READ = "fleet.read"
    FLEET_ALARM = "fleet.alarm"
    FLEET_COMMAND = "fleet.command"
    FLEET_APPROVE = "fleet.approve"
    STOCK_READ = "stock.read"
    STOCK_WRITE = "stock.write"
    STOCK_APPROVE = "stock.approve"
    REPAIR_READ = "repair.read"
    REPAIR_WRITE = "repair.write"
    REPAIR_APPROVE = "repair.approve"
    DIGITAL_READ = "digital.read"
    DIGITAL_WRITE = "digital.write"
    DIGITAL_APPROVE = "digital.approve"
    ACTIVITY_READ = "activity.read"
    ACTIVITY_WRITE = "activity.write"
    ACTIVITY_SIGN_UP = "activity.sign-up"
    ACTIVITY_APPROVE = "activity.approve"
    ARTICLE_READ = "article.read"
    ARTICLE_WRITE = "article.write"
    ARTICLE_APPROVE = "article.approve"
    ASSET_READ = "asset.read"
    ASSET_WRITE = "asset.write"
    ASSET_RETIRE = "asset.retire"
    TICKET_READ = "ticket.read"
    TICKET_WRITE = "ticket.write"
    TICKET_WORK = "ticket.work"
    CLIMATE_READ = "climate.read"
    CLIMATE_WRITE = "climate.write"
    CLIMATE_ACT = "climate.act"
    ROUND_READ = "round.read"
    ROUND_WRITE = "round.write"
    ROUND_DO = "round.do"
    DRILL_READ = "drill.read"
    DRILL_WRITE = "drill.write"
    DRILL_APPROVE = "drill.approve"
    INCIDENT_READ = "incident.read"
    INCIDENT_WRITE = "incident.write"
    INCIDENT_CLOSE = "incident.close"
    BUDGET_READ = "budget.read"
    BUDGET_WRITE = "budget.write"
    BUDGET_APPROVE = "budget.approve"
    EXPENSE_WRITE = "expense.write"
    EXPENSE_PAY = "expense.pay"
    POST_READ = "post.read"
    POST_WRITE = "post.write"
    POST_APPROVE = "post.approve"
    ABSENCE_READ = "absence.read"
    ABSENCE_WRITE = "absence.write"


@dataclass(frozen=True, slots=True)
class Role:
    """One `[[role]]`."""

    name: Annotated[str, NAME]
    permissions: Annotated[tuple[Permission, ...], NOT_EMPTY]

    def __post_init__(self) -> None:
        if {Permission.STAFF_WRITE, Permission.WAIVER_APPROVE} <= set(self.permissions):
            raise ValueError(
                f"expected {self.name} to have staff.write or waiver.approve: who makes accounts may not"
                " approve, or one person could be two"
            )


@dataclass(frozen=True, slots=True)
class RolesFile:
    """`roles.toml`."""

    role: Annotated[tuple[Role, ...], NOT_EMPTY]
    waiver_limit_cents: Annotated[int, within(0, MOST_CENTS)]
    """A waiver above it waits for somebody else who has `waiver.approve`."""

    def __post_init__(self) -> None:
        names = [role.name for role in self.role]
        if len(set(names)) < len(names):
            raise ValueError("expected each role once")

    def names(self) -> list[str]:
        return [role.name for role in self.role]

    def permissions(self, roles: Iterable[str]) -> frozenset[Permission]:
        """What somebody with these roles may do; a role that the table does not have gives nothing."""
        held = set(roles)
        return frozenset(one for role in self.role if role.name in held for one in role.permissions)
