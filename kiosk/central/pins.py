"""Patrons' PINs: kept as an argon2id hash only, checked here, and tried a few times at most.

Nothing of a PIN is logged or told. A hash takes as long as many loans: it is made before the transaction (`try_pin`)
and judged in it (`check_pin`). Source: RFC 9106 (argon2id); its costs are OWASP's second choice (19 MiB, 2 passes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Engine, delete, insert, select, update

from kiosk.central.store.tables import pins
from kiosk.model.ids import PatronRef

MOST_WRONG = 5
"""In a row; then the PIN is not looked at for `LOCKED`, right or not."""
LOCKED = timedelta(minutes=15)
_FORM = re.compile(r"[0-9]{4,12}")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)


class Checked(Enum):
    """What a check of a PIN found."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    """Too often wrong: it was not looked at."""
    NONE_SET = "none-set"


def set_pin(connection: Connection, patron: PatronRef, pin: str) -> None:
    """Give a patron this PIN; wrong tries are forgotten. Raises `ValueError` for what is none, without repeating it."""
    keep_pin(connection, patron, hash_pin(pin))


def hash_pin(pin: str) -> str:
    """What is kept of a PIN: the slow part of setting it. Raises `ValueError` as `set_pin` does."""
    if _FORM.fullmatch(pin) is None:
        raise ValueError("expected a PIN of 4 to 12 digits")
    return _HASHER.hash(pin)


def keep_pin(connection: Connection, patron: PatronRef, hashed: str) -> None:
    """Give a patron the PIN that `hash_pin` has made this of."""
    clear_pin(connection, patron)
    connection.execute(insert(pins).values(patron=patron, hash=hashed, wrong=0))


def clear_pin(connection: Connection, patron: PatronRef) -> bool:
    """Take the PIN away; False where there was none."""
    return connection.execute(delete(pins).where(pins.c.patron == patron)).rowcount > 0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a PIN against the hash that was kept then."""

    hash: str
    right: bool


def try_pin(engine: Engine, patron: PatronRef, pin: str, now: datetime) -> Tried | None:
    """The slow part of a check, with no transaction open; None where there is nothing to check it by."""
    with engine.connect() as connection:
        kept = connection.execute(select(pins).where(pins.c.patron == patron)).one_or_none()
    if kept is None or (kept.locked_until is not None and now < kept.locked_until):
        return None
    return Tried(kept.hash, _is(kept.hash, pin))


def check_pin(
    connection: Connection, patron: PatronRef, pin: str, now: datetime, tried: Tried | None = None
) -> Checked:
    """Whether this is the patron's PIN; what was `tried` counts, unless the PIN was changed meanwhile. A wrong one
    counts, also where the caller refuses what was asked."""
    kept = connection.execute(select(pins).where(pins.c.patron == patron).with_for_update()).one_or_none()
    if kept is None:
        return Checked.NONE_SET
    if kept.locked_until is not None and now < kept.locked_until:
        return Checked.LOCKED
    mine = update(pins).where(pins.c.patron == patron)
    if tried.right if tried is not None and tried.hash == kept.hash else _is(kept.hash, pin):
        if kept.wrong or kept.locked_until is not None:
            connection.execute(mine.values(wrong=0, locked_until=None))
        return Checked.RIGHT
    wrong = kept.wrong + 1
    if wrong >= MOST_WRONG:
        connection.execute(mine.values(wrong=0, locked_until=now + LOCKED))
        return Checked.LOCKED
    connection.execute(mine.values(wrong=wrong, locked_until=None))
    return Checked.WRONG


def _is(kept: str, pin: str) -> bool:
    if _FORM.fullmatch(pin) is None:
        return False
    try:
        return _HASHER.verify(kept, pin)
    except (VerificationError, InvalidHashError):
        return False
