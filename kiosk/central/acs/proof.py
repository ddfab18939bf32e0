"""Whether somebody at a self-check is who their card says: the PIN (AD), where the settings ask for one.

Source: 3M SIP 2.00, patron password (AD) and valid patron password (CQ). CQ says Y only of a PIN that was checked and
is right; with `off` it says Y of every known patron, as the standard has it for systems without PINs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from kiosk.central.acs.settings import Pins
from kiosk.central.pins import Checked, check_pin
from kiosk.model.ids import PatronRef
from kiosk.model.reasons import ReasonCode

REFUSED = {Checked.WRONG: ReasonCode.PIN_WRONG, Checked.LOCKED: ReasonCode.PIN_LOCKED}


@dataclass(frozen=True, slots=True)
class Proof:
    """`refused` where nothing may be told or done; `told` is what the answer says of the PIN."""

    refused: ReasonCode | None = None
    told: Mapping[str, list[str]] = field(default_factory=dict)


UNASKED = Proof()


def proof_of(connection: Connection, asks: Pins, patron: PatronRef, pin: str, now: datetime) -> Proof:
    """Check the PIN that came with a request; empty where none did."""
    if asks is Pins.OFF:
        return Proof(told={"CQ": ["Y"]})
    if not pin:
        return UNASKED if asks is Pins.SENT else Proof(ReasonCode.PIN_NEEDED)
    found = check_pin(connection, patron, pin, now)
    if found is Checked.RIGHT:
        return Proof(told={"CQ": ["Y"]})
    if found is Checked.NONE_SET:
        return UNASKED if asks is Pins.SENT else Proof(ReasonCode.PIN_NEEDED)
    return Proof(REFUSED[found])
