"""The first page: what waits for somebody, and one's own account."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Table, func, select

from kiosk.central.auditing import FindingState
from kiosk.central.console.asked import Answer, Asked, Moved, Page, Shown
from kiosk.central.console.duty_today import my_work
from kiosk.central.console.waiving import ASKED
from kiosk.central.gate_state import OPEN_STATES
from kiosk.central.holdings import HoldState
from kiosk.central.notices.queue import NOT_ARRIVED
from kiosk.central.store.console_tables import applications, damages, findings, waivers
from kiosk.central.store.gate_tables import gate_alarms, gate_gaps
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import exceptions, holds, loans
from kiosk.library.applications import ApplicationState
from kiosk.library.damage import DamageState
from kiosk.model.circulation import Language
from kiosk.web import staff as accounts
from kiosk.web.passwords import BadPassword, hashed
from kiosk.web.roles import Permission
from kiosk.web.sessions import compare
from kiosk.words.sentences import CONSOLE_LANGUAGES

REPORTED = DamageState.REPORTED.value
NOTHING_WRONG = {"password": "", "fresh": ""}
"""Of the form for a new password, by field."""
APPLIED = ApplicationState.ASKED.value


def today(asked: Asked) -> Answer:
    """Figures that lead to their lists."""
    zone = ZoneInfo(asked.console.time_zone)
    midnight = datetime.combine(asked.now.astimezone(zone).date(), time(), zone)
    runs = loans.c.ended_at.is_(None)
    lost = notices.c.state.in_(NOT_ARRIVED)
    is_open = findings.c.state == FindingState.OPEN.value
    tiles: tuple[tuple[str, Permission, Table, ColumnElement[bool], str], ...] = (
        (
            "alarms",
            Permission.GATE_READ,
            gate_alarms,
            gate_alarms.c.state.in_(OPEN_STATES),
            "/console/alarms?state=open",
        ),
        ("unwatched", Permission.GATE_READ, gate_gaps, gate_gaps.c.until.is_(None), "/console/unwatched?state=open"),
        ("exceptions", Permission.EXCEPTION_READ, exceptions, exceptions.c.open.is_(True), "/console/exceptions"),
        ("waivers", Permission.WAIVER_APPROVE, waivers, waivers.c.state == ASKED, "/console/waivers"),
        (
            "applications",
            Permission.PATRON_WRITE,
            applications,
            applications.c.state == APPLIED,
            "/console/applications",
        ),
        ("damages", Permission.DAMAGE_JUDGE, damages, damages.c.state == REPORTED, "/console/damages?state=reported"),
        ("notices", Permission.NOTICE_READ, notices, lost, "/console/notices?state=to-look-at"),
        ("findings", Permission.FINDING_READ, findings, is_open, "/console/findings"),
        ("shelf", Permission.HOLD_READ, holds, holds.c.state == HoldState.READY.value, "/console/holds"),
        ("overdue", Permission.LOAN_READ, loans, runs & (loans.c.due < asked.now), "/console/loans?state=overdue"),
        ("lent", Permission.LOAN_READ, loans, loans.c.made_at >= midnight, "/console/loans?sort=-made_at"),
    )
    told = [
        (name, asked.connection.scalar(select(func.count()).select_from(table).where(which)) or 0, to)
        for name, needs, table, which, to in tiles
        if needs in asked.may
    ]
    return Shown("today.html", {"tiles": told, "work": my_work(asked)})


def own_account(asked: Asked) -> Answer:
    """Who I am here."""
    return Shown("account.html", {"wrong": NOTHING_WRONG})


def own_password(asked: Asked) -> Answer:
    """A new password ends the session under the old one: whoever has just changed it signs in again."""
    kept = accounts.kept_password(asked.connection, asked.who)
    if not compare(kept, asked.form.get("password", "")):
        return Shown("account.html", {"wrong": {**NOTHING_WRONG, "password": asked.say("wrong.password")}}, 422)
    try:
        fresh = hashed(asked.form.get("fresh", ""))
    except BadPassword:
        return Shown("account.html", {"wrong": {**NOTHING_WRONG, "fresh": asked.say("wrong.short-password")}}, 422)
    accounts.keep_password(asked.connection, asked.who, fresh, asked.who, asked.now)
    return Moved("/console/sign-in")


def own_language(asked: Asked) -> Answer:
    """The language of one's pages."""
    language = asked.form.get("language", "")
    if language in CONSOLE_LANGUAGES:
        accounts.set_language(asked.connection, asked.who, Language(language))
    return Moved("/console/account")


PAGES = (
    Page("/", None, today),
    Page("/account", None, own_account),
    Page("/account/password", None, own_password, writes=True),
    Page("/account/language", None, own_language, writes=True),
)
