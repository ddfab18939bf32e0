"""An account at the demo's staff console and fleet page, with a password of its own each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kiosk.central.store import open_store, writing
from kiosk.model.circulation import Language
from kiosk.web.staff import Staff, add, find, set_password

NAME, ROLES = "demo", ("circulation", "collections", "director", "operator")


@dataclass(frozen=True, slots=True)
class Account:
    """What to sign in with."""

    name: str
    password: str


def make_account(*databases: Path) -> Account:
    """In the databases of a central and a fleet page that are ready."""
    account, now = Account(NAME, secrets.token_urlsafe(9)), datetime.now(UTC)
    for database in databases:
        engine = open_store(f"sqlite:///{database}")
        try:
            with writing(engine) as connection:
                if find(connection, NAME) is None:
                    add(connection, Staff(NAME, "Demo", ROLES, "", Language.ZH), account.password, NAME, now)
                else:
                    set_password(connection, NAME, account.password, NAME, now)
        finally:
            engine.dispose()
    return account
