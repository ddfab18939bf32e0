"""Signing in to the console: sessions in the database, a delay that grows with wrong passwords, tokens against CSRF."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from kiosk.web.passwords import matches
from kiosk.web.staff import ACCOUNT, Staff, kept_password, staff_of
from kiosk.web.staff_tables import sign_in_tries, staff, staff_sessions
from kiosk.web.trail import record

COOKIE = "__Host-kiosk-staff"
"""The prefix binds it to this host, to `/` and to TLS (or loopback): RFC 6265bis, 4.1.3.2."""
ADDRESS = "address:"
FREE_ACCOUNT, FREE_ADDRESS = 5, 30
"""Wrong passwords before the first delay. Many people may sit behind one address."""
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)
SEEN_EVERY = timedelta(seconds=60)
"""A page does not write that it was seen more often."""
MOST_NOTES = 10


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    digest: str
    csrf: str
    """What each form of this session carries."""
    staff: Staff


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts."""

    whole: timedelta
    idle: timedelta


class TooManyTries(Exception):
    """Wrong passwords came too fast. `wait_s`: seconds until the next may come."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"wait {wait_s} s")
        self.wait_s = wait_s


def check(connection: Connection, name: str, address: str, now: datetime) -> str | None:
    """The hash that the password must match, None for an account that may not sign in. Raises `TooManyTries`."""
    for subject, free in ((ACCOUNT + name[:64], FREE_ACCOUNT), (ADDRESS + address[:64], FREE_ADDRESS)):
        row = connection.execute(select(sign_in_tries).where(sign_in_tries.c.subject == subject)).one_or_none()
        if row is not None and row.failures >= free:
            delay = min(FIRST_DELAY * 2 ** min(row.failures - free, 20), LONGEST_DELAY)
            left = row.last_at + delay - now
            if left > timedelta():
                raise TooManyTries(int(left.total_seconds()) + 1)
    return kept_password(connection, name)


def compare(kept: str | None, password: str) -> bool:
    """Whether the password is right. It takes a third of a second: in no transaction, so that nobody waits for it."""
    return matches(kept, password)


def sign_in(connection: Connection, name: str, address: str, *, right: bool, now: datetime) -> str | None:
    """The cookie of a new session where the password was right; else None, and it is counted."""
    if right:
        return entered(connection, name, now)
    _count(connection, name, address, now)
    return None


def entered(connection: Connection, name: str, now: datetime) -> str:
    """A session for somebody who has shown who they are: its cookie."""
    cookie = secrets.token_urlsafe(32)
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.subject == ACCOUNT + name))
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.last_at < now - FORGOTTEN))
    connection.execute(insert(staff_sessions).values(digest=_hash(cookie), staff=name, made_at=now, seen_at=now))
    record(connection, name, "sign-in", f"staff:{name}", now)
    return cookie


def _count(connection: Connection, name: str, address: str, now: datetime) -> None:
    for subject in (ACCOUNT + name[:64], ADDRESS + address[:64]):
        more = {"failures": sign_in_tries.c.failures + 1, "last_at": now}
        of = sign_in_tries.c.subject == subject
        if not connection.execute(update(sign_in_tries).where(of).values(more)).rowcount:
            connection.execute(insert(sign_in_tries).values(subject=subject, failures=1, last_at=now))


def session_of(connection: Connection, cookie: str, limits: Limits, now: datetime) -> tuple[Session, bool] | None:
    """The session of a cookie, and whether it should be noted as seen; None where it is none, or over."""
    digest = _hash(cookie)
    query = (
        select(staff, staff_sessions.c.made_at.label("begun"), staff_sessions.c.seen_at)
        .join(staff, staff.c.name == staff_sessions.c.staff)
        .where(staff_sessions.c.digest == digest, staff.c.disabled_at.is_(None))
    )
    row = connection.execute(query).one_or_none()
    if row is None or now > row.begun + limits.whole or now > row.seen_at + limits.idle:
        return None
    csrf = hashlib.sha256(f"form:{cookie}".encode()).hexdigest()
    return Session(digest, csrf, staff_of(row)), now - row.seen_at > SEEN_EVERY


def seen(connection: Connection, session: Session, now: datetime) -> None:
    """The session goes on."""
    connection.execute(update(staff_sessions).where(staff_sessions.c.digest == session.digest).values(seen_at=now))


def sign_out(connection: Connection, session: Session, now: datetime) -> None:
    """This session is over; those of other browsers go on."""
    connection.execute(delete(staff_sessions).where(staff_sessions.c.digest == session.digest))
    record(connection, session.staff.name, "sign-out", f"staff:{session.staff.name}", now)


def end_old(connection: Connection, limits: Limits, now: datetime) -> None:
    """Sessions that are over need not be kept."""
    over = (staff_sessions.c.made_at < now - limits.whole) | (staff_sessions.c.seen_at < now - limits.idle)
    connection.execute(delete(staff_sessions).where(over))


@dataclass(frozen=True, slots=True)
class Note:
    """One line that the next page tells: `tone` ok, warn or error."""

    tone: str
    text: str
    more: str = ""
    """A second line: a title, where to put it."""


def leave_note(connection: Connection, session: Session, *notes: Note) -> None:
    """For the next page of this session. It stands in the database: an address must not tell what happened to whom."""
    kept = _notes(connection, session)
    told = [*kept, *([note.tone, note.text, note.more] for note in notes)][-MOST_NOTES:]
    _keep_notes(connection, session, json.dumps(told, ensure_ascii=False))


def has_notes(connection: Connection, session: Session) -> bool:
    return bool(_notes(connection, session))


def take_notes(connection: Connection, session: Session) -> list[Note]:
    """What is to be told; it is told once."""
    notes = [Note(*one) for one in _notes(connection, session)]
    if notes:
        _keep_notes(connection, session, "[]")
    return notes


def _notes(connection: Connection, session: Session) -> list[list[str]]:
    kept = connection.scalar(select(staff_sessions.c.notes).where(staff_sessions.c.digest == session.digest))
    return list(json.loads(kept or "[]"))


def _keep_notes(connection: Connection, session: Session, told: str) -> None:
    connection.execute(update(staff_sessions).where(staff_sessions.c.digest == session.digest).values(notes=told))


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
