"""Accounts of the fleet page: made on the command line, and shown there by their password before an order."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import Engine

from kiosk.database.engine import writing
from kiosk.fleet.settings import FleetSettings
from kiosk.fleet.store.opening import CannotOpen, opened
from kiosk.web import sessions
from kiosk.web.passwords import BadPassword
from kiosk.web.roles import Permission
from kiosk.web.staff import BadAccount, Staff, add, find, set_password

BY = "command"
"""Who the trail names: whoever may read the database's file."""
AT = "command line"
"""The address that wrong passwords are counted under."""
NEEDS: Mapping[str, Permission] = {
    "order": Permission.FLEET_COMMAND,
    "agree": Permission.FLEET_APPROVE,
    "withdraw": Permission.FLEET_COMMAND,
    "stop": Permission.FLEET_COMMAND,
    "go-on": Permission.FLEET_APPROVE,
}
"""What may be done with an order, and the permission that it needs: on the pages and on the command line."""


class Refused(Exception):
    """The account cannot be made, or it may not do this; the text says why."""


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
    except (BadAccount, BadPassword, CannotOpen) as refused:
        raise Refused(str(refused)) from None


def shown_by(settings: FleetSettings, engine: Engine, name: str, password: str, deed: str) -> str:
    """The account's name where the password is right and its roles allow the deed. Raises `Refused`.

    Wrong passwords count as those of the page do: neither way in gives more tries than the other.
    """
    now, name = datetime.now(UTC), name.strip().lower()
    try:
        with engine.connect() as connection:
            kept = sessions.check(connection, name, AT, now)
    except sessions.TooManyTries as slow:
        raise Refused(f"too many wrong passwords: {slow}") from None
    right = sessions.compare(kept, password)
    with writing(engine) as connection:
        if not right:
            sessions.sign_in(connection, name, AT, right=False, now=now)
        who = find(connection, name) if right else None
    if who is None:
        raise Refused("name or password is wrong; accounts are made with: kiosk fleet account NAME")
    if NEEDS[deed] not in settings.role_table().permissions(who.roles):
        raise Refused(f"the roles of {name} ({' '.join(who.roles)}) do not allow this: it needs {NEEDS[deed].value}")
    return name
