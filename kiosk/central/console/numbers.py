"""Papers by the number that somebody typed: each kind's page, for who may look at it."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import or_, select

from kiosk.central.console.asked import Asked
from kiosk.central.console.frame import address
from kiosk.central.importing import by_number
from kiosk.central.store.console_tables import applications, damages, waivers
from kiosk.central.store.money_tables import payment_orders
from kiosk.central.store.notice_tables import notices
from kiosk.central.store.tables import exceptions
from kiosk.library.applications import APPLICATION
from kiosk.library.damage import DAMAGE
from kiosk.library.imports import PATRON_IMPORT, RECORD_IMPORT
from kiosk.library.waivers import WAIVER
from kiosk.web.roles import Permission

NOTICE = "NT-"
"""What the numbers of notices begin with; they are as many as there are rows, and count from 1."""
_EXCEPTION = re.compile(r"#([0-9]{1,12})")
_NOTICE = re.compile(NOTICE + r"([0-9]{1,17})")
_PAPER = re.compile(r"([A-Z]{2})-[0-9]{4}-[0-9]{4,9}")
_ORDER = re.compile(r"[0-9a-f]{32}")


def page_of(asked: Asked, text: str) -> str:
    """The page of what has this number; empty where there is none, or none for whoever asks."""
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if found := _EXCEPTION.fullmatch(number):
        return _exception(asked, int(found[1]))
    if found := _NOTICE.fullmatch(number):
        return _notice(asked, int(found[1]))
    if found := _PAPER.fullmatch(number):
        return _paper(asked, found[1], number)
    if _ORDER.fullmatch(number.lower()):
        return _order(asked, number.lower())
    return ""


def _exception(asked: Asked, number: int) -> str:
    query = select(exceptions.c.id).where(exceptions.c.id == number)
    known = asked.connection.scalar(query) if Permission.EXCEPTION_READ in asked.may else None
    return address("/console/exception", id=number) if known is not None else ""


def _notice(asked: Asked, number: int) -> str:
    query = select(notices.c.id).where(notices.c.id == number)
    known = asked.connection.scalar(query) if Permission.NOTICE_READ in asked.may else None
    return address("/console/notice", id=number) if known is not None else ""


def _paper(asked: Asked, prefix: str, number: str) -> str:
    connection, may = asked.connection, asked.may
    if prefix == DAMAGE.prefix and Permission.DAMAGE_READ in may:
        known = connection.scalar(select(damages.c.number).where(damages.c.number == number))
        return address("/console/damage", number=known) if known else ""
    if prefix == WAIVER.prefix and Permission.CHARGE_READ in may:
        patron = connection.scalar(select(waivers.c.patron).where(waivers.c.number == number))
        return address("/console/patron", id=patron) if patron and Permission.PATRON_READ in may else ""
    if prefix == APPLICATION.prefix and Permission.PATRON_READ in may:
        patron = connection.scalar(select(applications.c.patron).where(applications.c.number == number))
        return address("/console/patron", id=patron) if patron else ""
    for kind, needs, page in (
        (PATRON_IMPORT, Permission.PATRON_IMPORT, "/console/import/made"),
        (RECORD_IMPORT, Permission.RECORD_IMPORT, "/console/marc/made"),
    ):
        if prefix == kind.prefix and needs in may and by_number(connection, number) is not None:
            return address(page, number=number)
    return _order(asked, number)


def _order(asked: Asked, number: str) -> str:
    """By our number, or by the one that the provider knows it by."""
    if Permission.CHARGE_TAKE not in asked.may:
        return ""
    either = or_(payment_orders.c.number == number, payment_orders.c.id == number)
    name = asked.connection.scalar(select(payment_orders.c.id).where(either))
    return address("/console/order", id=name) if name else ""
