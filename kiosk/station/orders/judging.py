"""Whether a command is to be believed. Pure: who asks brings the time, the keys and what was heard before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.wire import SignedCommand, Station
from kiosk.wire.command import LONGEST_LIFE

CLOCKS_APART = timedelta(minutes=5)
"""A command may be issued so far ahead of the station's clock."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a command is not believed; `expired` where only its time is over."""

    why: str
    expired: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What a station knows when it judges."""

    station: Station
    keys: Mapping[str, Ed25519PublicKey]
    """By their names in commands."""
    now: datetime
    """By its own clock, aware."""
    newest: datetime | None
    """When the newest command was issued that it ever believed: a clock that is set back revives none."""
    lost_at: datetime | None = None
    """When what it had heard before was lost: nothing from before then can be known not to be a repetition."""


def judged(told: SignedCommand, known: Known, *, heard_before: bool) -> Refusal | None:
    """None for a command that is to be believed. `heard_before`: its id or its nonce is known."""
    command = told.command
    key = known.keys.get(command.key_id)
    if key is None:
        return Refusal(f"no key {command.key_id!r} is known here; the fleet's public key belongs into [fleet]")
    if not told.is_from(key):
        return Refusal("the signature is wrong")
    if command.station != known.station:
        return Refusal(f"it is for {command.station.source}")
    if heard_before:
        return Refusal("it was said before")
    if known.lost_at is not None and command.issued <= known.lost_at:
        return Refusal("this station lost what it had heard before then; order it anew")
    if not timedelta(0) < command.expires - command.issued <= LONGEST_LIFE:
        return Refusal(f"it may live for at most {LONGEST_LIFE.total_seconds():.0f} s")
    if command.issued > known.now + CLOCKS_APART:
        ahead_s = (command.issued - known.now).total_seconds()
        return Refusal(f"it was issued {ahead_s:.0f} s from now by this station's clock; set the clocks")
    now = known.now if known.newest is None else max(known.now, known.newest)
    if now >= command.expires:
        late_s = (now - command.expires).total_seconds()
        return Refusal(f"its time was over {late_s:.0f} s before it was heard", expired=True)
    return None
