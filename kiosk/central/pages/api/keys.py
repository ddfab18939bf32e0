"""Keys of programs that use REST: `lk_ID_SECRET`, shown once, kept as a hash, with scopes and an end."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from kiosk.central.store.tables import api_keys

PREFIX = "lk_"
_KEY = re.compile(r"lk_([0-9a-f]{16})_([A-Za-z0-9_-]{32,64})")


class Scope(StrEnum):
    """What a key may do. Reading loans, patrons, holds and charges tells who reads what."""

    LOANS_READ = "loans:read"
    LOANS_WRITE = "loans:write"
    ITEMS_READ = "items:read"
    PATRONS_READ = "patrons:read"
    PATRONS_WRITE = "patrons:write"
    HOLDS_READ = "holds:read"
    HOLDS_WRITE = "holds:write"
    CHARGES_READ = "charges:read"
    CHARGES_WRITE = "charges:write"
    EXCEPTIONS_READ = "exceptions:read"
    EXCEPTIONS_WRITE = "exceptions:write"
    KIOSKS_READ = "kiosks:read"
    COPIES_READ = "copies:read"
    """What a kiosk's own key needs."""
    GATES_READ = "gates:read"
    """What is lent, without who has it; and people counted."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the name that histories keep, and what they may do."""

    name: str
    scopes: frozenset[Scope]


def everything(name: str) -> Caller:
    """One who may do all of it: the token, a signed-in page, or this machine where no token is set."""
    return Caller(name, frozenset(Scope))


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is listed: without its secret."""

    id: str
    name: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def make(connection: Connection, name: str, scopes: Sequence[Scope], now: datetime, days: int | None) -> str:
    """Enter a key; its text, which is never shown again. It ends after `days`, None: never."""
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    connection.execute(
        insert(api_keys).values(
            id=key,
            name=name,
            digest=_digest(secret),
            scopes=" ".join(sorted(scopes)),
            made_at=now,
            expires_at=None if days is None else now + timedelta(days=days),
        )
    )
    return f"{PREFIX}{key}_{secret}"


def caller_of(connection: Connection, text: str, now: datetime) -> Caller | None:
    """Whose key this is; None where it is none, has ended, or was revoked."""
    found = _KEY.fullmatch(text)
    if found is None:
        return None
    row = connection.execute(select(api_keys).where(api_keys.c.id == found[1])).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, _digest(found[2])):
        return None
    if row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    return Caller(row.name, frozenset(Scope(word) for word in row.scopes.split() if word in set(Scope)))


def every(connection: Connection) -> list[Key]:
    """All keys, the oldest first."""
    rows = connection.execute(select(api_keys).order_by(api_keys.c.made_at, api_keys.c.id))
    return [
        Key(row.id, row.name, tuple(row.scopes.split()), row.made_at, row.expires_at, row.revoked_at) for row in rows
    ]


def revoke(connection: Connection, key: str, now: datetime) -> bool:
    """End a key; False where there is none of this id. Twice is no fault."""
    there = connection.execute(select(api_keys.c.id).where(api_keys.c.id == key)).first() is not None
    running = update(api_keys).where(api_keys.c.id == key, api_keys.c.revoked_at.is_(None))
    connection.execute(running.values(revoked_at=now))
    return there


def _digest(secret: str) -> str:
    """SHA-256 is enough for 256 random bits; nothing is to be guessed here."""
    return hashlib.sha256(secret.encode()).hexdigest()
