"""What a kiosk asks central about paying by phone, and what it hears."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.model.ids import PatronRef
from kiosk.model.reasons import Reason


class Standing(StrEnum):
    """How an order stands."""

    WAITING = "waiting"
    PAID = "paid"
    """Entered in the patron's account."""
    OVER = "over"
    """Its time is over or it was cancelled, and nobody has paid it; or there is none of this name."""
    WITH_STAFF = "with-staff"
    """Another amount was paid than was ordered: a person has to look."""


@dataclass(frozen=True, slots=True)
class AskPay:
    """An order for all that this patron owes. Asked again while one stands, it is the same order."""

    patron: PatronRef


@dataclass(frozen=True, slots=True)
class AskPaid:
    """Has this patron's order been paid?"""

    patron: PatronRef
    order: str


@dataclass(frozen=True, slots=True)
class PayOffered:
    """An order that can be paid now."""

    order: str
    code: str = field(repr=False)
    """What the QR code holds."""
    cents: int
    currency: str
    """ISO 4217."""
    lasts_s: int
    """So long from now. A length and no instant: the station's clock may be another."""


@dataclass(frozen=True, slots=True)
class MayNotPay:
    """No order, and why."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class OrderStands:
    """How the order stands, after the provider was asked where that was needed."""

    standing: Standing
