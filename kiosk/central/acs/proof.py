"""Whether somebody at a self-check is who their card says: the PIN (AD), where the settings ask for one.

Source: 3M SIP 2.00, patron password (AD) and valid patron password (CQ). CQ says Y only of a PIN that was checked and
is right; with `off` it says Y of every known patron, as the standard has it for systems without PINs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from kiosk.central.acs.settings import Pins
from kiosk.central.ils.port import IlsAway
from kiosk.central.people import owner_of
from kiosk.central.pins import Checked, Tried, check_pin, try_pin
from kiosk.model.ids import PatronRef
from kiosk.model.reasons import ReasonCode
from kiosk.wire.sip2 import Message

REFUSED = {Checked.WRONG: ReasonCode.PIN_WRONG, Checked.LOCKED: ReasonCode.PIN_LOCKED}
PROVEN_BY_PIN = frozenset({"23", "63", "11", "29", "65", "15", "25"})
"""Requests that look at one."""


class PinJudge(Protocol):
    """The library's own system, where it keeps the PINs."""

    def proves(self, card: str, pin: str) -> bool:
        """Raises `IlsAway`, soon, where it does not answer."""


@dataclass(frozen=True, slots=True)
class Proof:
    """`refused` where nothing may be told or done; `told` is what the answer says of the PIN."""

    refused: ReasonCode | None = None
    told: Mapping[str, list[str]] = field(default_factory=dict)


UNASKED = Proof()
RIGHT = Proof(told={"CQ": ["Y"]})


@dataclass(frozen=True, slots=True)
class Beforehand:
    """What was found out about a PIN before the transaction, for it takes long: here, or at the library's system."""

    tried: Tried | None = None
    there: Proof = UNASKED


NOTHING = Beforehand()


def beforehand(engine: Engine, asks: Pins, judge: PinJudge | None, request: Message, now: datetime) -> Beforehand:
    """Look at the PIN of a request, with no transaction open."""
    token, pin = (request.first("AA") or "").strip(), (request.first("AD") or "").strip()
    if asks is Pins.OFF or not pin or not token or request.code not in PROVEN_BY_PIN or _is_proven_otherwise(request):
        return NOTHING
    if asks is not Pins.LIBRARY:
        with engine.connect() as connection:
            patron = named_by(connection, token)
        return Beforehand(try_pin(engine, patron, pin, now))
    if judge is None:
        return Beforehand(there=Proof(ReasonCode.OFFLINE_NOT_POSSIBLE))
    try:
        return Beforehand(there=RIGHT if judge.proves(token, pin) else Proof(ReasonCode.PIN_WRONG))
    except IlsAway:
        return Beforehand(there=Proof(ReasonCode.OFFLINE_NOT_POSSIBLE))


def named_by(connection: Connection, token: str) -> PatronRef:
    """By what stands on the card, else by the patron's own number."""
    return owner_of(connection, token) or PatronRef(token)


def _is_proven_otherwise(request: Message) -> bool:
    """What has happened off line, or is taken back, needs no PIN."""
    return request.code == "11" and (request.fixed.get("no_block") == "Y" or request.first("BI") == "Y")


def proof_of(
    connection: Connection, asks: Pins, patron: PatronRef, pin: str, now: datetime, before: Beforehand
) -> Proof:
    """Judge the PIN that came with a request; empty where none did."""
    if asks is Pins.OFF:
        return RIGHT
    if not pin:
        return UNASKED if asks is Pins.SENT else Proof(ReasonCode.PIN_NEEDED)
    if asks is Pins.LIBRARY:
        return before.there
    found = check_pin(connection, patron, pin, now, before.tried)
    if found is Checked.RIGHT:
        return RIGHT
    if found is Checked.NONE_SET:
        return UNASKED if asks is Pins.SENT else Proof(ReasonCode.PIN_NEEDED)
    return Proof(REFUSED[found])
