"""What the nightly audit found: each finding is repaired, or accepted with a word why."""

from __future__ import annotations

from sqlalchemy import select

from kiosk.central.auditing import PAYMENT, FindingKind, FindingState, settle
from kiosk.central.console.asked import Answer, Asked, Moved, Page, Shown
from kiosk.central.console.frame import address
from kiosk.central.store.console_tables import findings
from kiosk.central.store.tables import charges, loans
from kiosk.web.roles import Permission

MOST = 200


def open_findings(asked: Asked) -> Answer:
    """The oldest first."""
    return _shown(asked)


def _shown(asked: Asked, wrong: str = "", number: str = "", status: int = 200) -> Shown:
    query = select(findings).where(findings.c.state == FindingState.OPEN.value).order_by(findings.c.id).limit(MOST)
    told = [(row, _where(asked, row.kind, row.subject)) for row in asked.connection.execute(query).all()]
    return Shown("findings.html", {"found": told, "wrong": wrong, "number": number}, status)


def _where(asked: Asked, kind: str, subject: str) -> str:
    """The page that shows what it is about."""
    if kind in (FindingKind.WITHDRAWN_LENT, FindingKind.TWO_LOANS):
        return address("/console/item", id=subject)
    if kind == FindingKind.UNTAGGED:
        item = asked.connection.scalar(select(loans.c.item).where(loans.c.intent == subject))
        return address("/console/item", id=item) if item else ""
    if kind == FindingKind.LEDGER:
        return address("/console/patron", id=subject) if Permission.PATRON_READ in asked.may else ""
    if subject.startswith(PAYMENT):
        return ""
    patron = asked.connection.scalar(select(charges.c.patron).where(charges.c.id == subject))
    return address("/console/patron", id=patron) if patron and Permission.PATRON_READ in asked.may else ""


def act(asked: Asked) -> Answer:
    """Repair, or accept."""
    number, reason = asked.form.get("id", ""), asked.text("reason")
    repairs = asked.form.get("decision") == "repair"
    if not (number.isascii() and number.isdecimal() and len(number) < 18):
        asked.note("warn", "finding.gone")
        return Moved("/console/findings")
    if not repairs and not reason:
        return _shown(asked, asked.say("wrong.reason"), number, 422)
    settled = settle(asked.connection, int(number), repairs=repairs, who=asked.who, now=asked.now)
    if settled is None:
        asked.note("warn", "finding.gone")
        return Moved("/console/findings")
    finding, state = settled
    if state is FindingState.OPEN:
        return _shown(asked, asked.say("finding.by-hand"), number, 422)
    asked.record(f"finding.{state}", f"{finding.kind}:{finding.subject}", reason=reason)
    asked.note("ok", f"finding.{state}")
    return Moved("/console/findings")


PAGES = (
    Page("/findings", Permission.FINDING_READ, open_findings),
    Page("/findings/settle", Permission.FINDING_REPAIR, act, writes=True),
)
