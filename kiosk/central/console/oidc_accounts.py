"""Whoever the provider has signed in, as an account here: with the roles that its claims give, or not at all."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from kiosk.central.console.oidc import Claims, Flow, Refused
from kiosk.central.console.oidc_settings import OidcSettings
from kiosk.central.store.console_tables import sign_in_flows, staff, staff_identities, staff_sessions
from kiosk.model.circulation import Language
from kiosk.web import sessions
from kiosk.web.staff import NAME, find
from kiosk.web.trail import record

LASTS = timedelta(minutes=10)
"""So long somebody may take to sign in at the provider."""
LONGEST_NAME = 64
BY = "openid-connect"


def begin(connection: Connection, flow: Flow, now: datetime) -> str:
    """Remember that somebody is on the way; what the browser's cookie must have when they come back."""
    connection.execute(delete(sign_in_flows).where(sign_in_flows.c.made_at < now - LASTS))
    browser = secrets.token_urlsafe(32)
    values = {"state": _hash(flow.state), "browser": _hash(browser), "nonce": flow.nonce, "verifier": flow.verifier}
    connection.execute(insert(sign_in_flows).values(**values, made_at=now))
    return browser


def end(connection: Connection, state: str, browser: str, now: datetime) -> tuple[str, str]:
    """Somebody is back: nonce and verifier, once. Raises `Refused`."""
    of = sign_in_flows.c.state == _hash(state)
    row = connection.execute(select(sign_in_flows).where(of).with_for_update()).one_or_none()
    if row is None:
        raise Refused("nobody is on the way with this state")
    if row.browser != _hash(browser):
        raise Refused("another browser began it")
    connection.execute(delete(sign_in_flows).where(of))
    if now - row.made_at > LASTS:
        raise Refused("it took too long")
    return row.nonce, row.verifier


def entered(
    connection: Connection, settings: OidcSettings, claims: Claims, language: Language, now: datetime
) -> str | None:
    """The cookie of a session; None for who has none of the roles. They are those of today's claims, whatever they were
    before. Raises `Refused`."""
    roles = " ".join(sorted({one.role for one in settings.role if one.value in claims.values}))
    of = (staff_identities.c.issuer == settings.issuer) & (staff_identities.c.subject == claims.subject)
    name = connection.scalar(select(staff_identities.c.staff).where(of))
    if not roles:
        if name is not None:  # who had some before loses them, and every session that is open
            connection.execute(update(staff).where(staff.c.name == name).values(roles=""))
            connection.execute(delete(staff_sessions).where(staff_sessions.c.staff == name))
        return None
    full_name = " ".join("".join(sign if sign.isprintable() else " " for sign in claims.name).split())
    if name is None:
        name = _made(connection, settings, claims, language, now)
    known = find(connection, name)
    if known is None or known.is_disabled:
        raise Refused("the account is disabled")
    values = {"roles": roles, "full_name": full_name[:LONGEST_NAME] or name}
    connection.execute(update(staff).where(staff.c.name == name).values(values))
    if " ".join(known.roles) != roles:
        changes = {"roles": (" ".join(known.roles), roles)}
        record(connection, BY, "staff.roles", f"staff:{name}", now, changes=changes)
    return sessions.entered(connection, name, now)


def _made(connection: Connection, settings: OidcSettings, claims: Claims, language: Language, now: datetime) -> str:
    """A new account, which no password opens. One that is there already is somebody else's."""
    name = claims.account.lower()
    if NAME.fullmatch(name) is None:
        raise Refused("the account claim is no name of an account")
    if find(connection, name) is not None:
        raise Refused("there is an account of this name, with a password")
    row = {"name": name, "full_name": name, "roles": "", "branch": "", "language": language.value, "password": ""}
    connection.execute(insert(staff).values(**row, made_at=now))
    identity = {"issuer": settings.issuer, "subject": claims.subject, "staff": name}
    connection.execute(insert(staff_identities).values(identity))
    record(connection, BY, "staff.add", f"staff:{name}", now)
    return name


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
