"""What central asks of whoever takes money for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Order:
    """What a patron is to pay."""

    id: str
    """32 hex digits: the same order is never paid twice at the provider."""
    amount_cents: int
    currency: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """That an order was paid, as the provider has signed it."""

    order: str
    transaction: str
    amount_cents: int
    currency: str


class Forged(Exception):
    """A call that the provider did not make, or not now, or not for us; the text says what is wrong with it."""


class Away(Exception):
    """The provider does not answer, or not as it should."""


class Provider(Protocol):
    """One of them. None of its calls runs in a transaction: it may take seconds."""

    name: str
    thanks: tuple[int, str]
    """Status and text of the answer to a call that was taken: with any other one, it calls again."""

    def offer(self, order: Order) -> str:
        """Place the order; what the QR code holds. Placed again, it gives the same. Raises `Away`."""
        ...

    def look(self, order: str) -> Told | None:
        """Whether it was paid: a call may have been lost. Raises `Away`."""
        ...

    def hear(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Told | None:
        """What a call says; None for one that is about something else. Raises `Forged`."""
        ...
