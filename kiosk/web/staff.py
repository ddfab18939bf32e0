"""Accounts of staff: made on the command line, disabled at once, never deleted (the trail names them)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, delete, insert, select, update

from kiosk.model.circulation import Language
from kiosk.web.passwords import hashed
from kiosk.web.staff_tables import sign_in_tries, staff, staff_sessions
from kiosk.web.trail import record

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
EXPECTED_NAME = "1 to 32 of a-z, 0-9, dot, dash and underscore"
ACCOUNT = "account:"
"""What wrong passwords of an account are counted under."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works here."""

    name: str
    full_name: str
    roles: tuple[str, ...]
    branch: str
    """Whose rules hold where they stand; empty: those for every branch."""
    language: Language
    is_disabled: bool = False


class BadAccount(ValueError):
    """An account that cannot be made; the text says what was expected."""


def add(connection: Connection, who: Staff, password: str, by: str, now: datetime) -> None:
    """Make an account. Raises `BadAccount`, or `BadPassword` for a password that cannot be set."""
    if NAME.fullmatch(who.name) is None:
        raise BadAccount(f"expected a name of {EXPECTED_NAME}, found '{who.name[:64]}'")
    if find(connection, who.name) is not None:
        raise BadAccount(f"there is an account {who.name} already")
    if not who.full_name.isprintable() or not 1 <= len(who.full_name) <= 64:
        raise BadAccount("expected a full name of 1 to 64 characters in one line")
    connection.execute(
        insert(staff).values(
            name=who.name,
            full_name=who.full_name,
            roles=" ".join(who.roles),
            branch=who.branch,
            language=who.language.value,
            password=hashed(password),
            made_at=now,
        )
    )
    record(connection, by, "staff.add", f"staff:{who.name}", now, changes={"roles": ("", " ".join(who.roles))})


def find(connection: Connection, name: str) -> Staff | None:
    """One account."""
    row = connection.execute(select(staff).where(staff.c.name == name)).one_or_none()
    return None if row is None else staff_of(row)


def kept_password(connection: Connection, name: str) -> str | None:
    """The hash of an account that may sign in."""
    query = select(staff.c.password).where(staff.c.name == name, staff.c.disabled_at.is_(None))
    kept: str | None = connection.scalar(query)
    return kept


def every(connection: Connection) -> Sequence[Staff]:
    """By name."""
    return [staff_of(row) for row in connection.execute(select(staff).order_by(staff.c.name))]


def set_password(connection: Connection, name: str, password: str, by: str, now: datetime) -> bool:
    """As `keep_password`. Raises `BadPassword`."""
    return keep_password(connection, name, hashed(password), by, now)


def keep_password(connection: Connection, name: str, fresh: str, by: str, now: datetime) -> bool:
    """Keep the hash of a new password, and end every session under the old one; False where there is no such
    account."""
    changed = connection.execute(update(staff).where(staff.c.name == name).values(password=fresh)).rowcount
    if changed:
        _end_sessions(connection, name)
        connection.execute(delete(sign_in_tries).where(sign_in_tries.c.subject == ACCOUNT + name))
        record(connection, by, "staff.password", f"staff:{name}", now)
    return bool(changed)


def set_disabled(connection: Connection, name: str, *, disabled: bool, by: str, now: datetime) -> bool:
    """Whoever leaves is out at once, sessions too; False where there is no such account."""
    values = {"disabled_at": now if disabled else None}
    changed = connection.execute(update(staff).where(staff.c.name == name).values(values)).rowcount
    if changed:
        _end_sessions(connection, name)
        record(connection, by, "staff.disable" if disabled else "staff.enable", f"staff:{name}", now)
    return bool(changed)


def set_language(connection: Connection, name: str, language: Language) -> None:
    """Of one's pages."""
    connection.execute(update(staff).where(staff.c.name == name).values(language=language.value))


def staff_of(row: Row[tuple[object, ...]]) -> Staff:
    """A row of the table, or one that has its columns."""
    return Staff(
        row.name,
        row.full_name,
        tuple(row.roles.split()),
        row.branch,
        Language(row.language),
        row.disabled_at is not None,
    )


def _end_sessions(connection: Connection, name: str) -> None:
    connection.execute(delete(staff_sessions).where(staff_sessions.c.staff == name))
