"""Whoever stands in for somebody who is away has their roles from the first day to the last, and not a day longer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from kiosk.central.store.duty_tables import TABLES
from kiosk.library.posts.holding import ABSENCE, AbsenceState
from kiosk.web.roles import Permission, RolesFile
from kiosk.web.staff_tables import staff


def roles_with(
    connection: Connection, who: str, own: tuple[str, ...], roles: RolesFile, today: date
) -> tuple[str, ...]:
    """`own` and those of the people whom `who` stands in for on that day. Making accounts is not handed on: whoever may
    approve could make a second self."""
    table = TABLES[ABSENCE.kind.name]
    away = select(staff.c.roles).join_from(table, staff, staff.c.name == table.c.holder)
    now = (table.c.state == AbsenceState.GRANTED.value) & (table.c.since <= today) & (table.c.until >= today)
    held = connection.scalars(away.where(now, table.c.deputy == who, staff.c.disabled_at.is_(None)))
    lent = {role for names in held for role in str(names).split()}
    handed_on = {role for role in lent if Permission.STAFF_WRITE not in roles.permissions([role])}
    if Permission.STAFF_WRITE in roles.permissions(own):
        return own
    return (*own, *sorted(handed_on - set(own)))
