"""Accounts of the fleet page, from the command line."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime

from kiosk.database.engine import writing
from kiosk.fleet.process import CannotStart, opened
from kiosk.fleet.settings import FleetSettings
from kiosk.web.passwords import BadPassword
from kiosk.web.staff import BadAccount, Staff, add, find, set_password

BY = "command"
"""Who the trail names: whoever may read the database's file."""


class Refused(Exception):
    """The account cannot be made; the text says why."""


def set_account(settings: FleetSettings, who: Staff, password: str) -> bool:
    """Make the account, True; or, where it is there already, set its password, False. Raises `Refused`."""
    known = settings.role_table().names()
    unknown = [role for role in who.roles if role not in known]
    if unknown:
        raise Refused(f"expected roles of {', '.join(known)}; found {', '.join(unknown)}")
    now = datetime.now(UTC)
    try:
        with ExitStack() as held, writing(opened(settings.database.url, held)) as connection:
            if find(connection, who.name) is not None:
                set_password(connection, who.name, password, BY, now)
                return False
            if not who.roles:
                raise Refused(f"expected --role: one of {', '.join(known)}")
            add(connection, who, password, BY, now)
            return True
    except (BadAccount, BadPassword, CannotStart) as refused:
        raise Refused(str(refused)) from None
