"""What the patron card reader tells."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.cards.exchange import Unreadable
from drivers.health import Faulted, Recovered


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card was laid on the reader and read. The token is a patron's data: never for a log."""

    token: str
    kind: str
    """`mifare-1k`, `icode-sli`, `iso-14443-a`, `iso-15693`, `chip-card` …, from the answer to reset."""


@dataclass(frozen=True, slots=True)
class CardRemoved:
    """The card that was presented or unreadable is away (after 300 ms, so that a flicker is one card)."""


@dataclass(frozen=True, slots=True)
class CardUnreadable:
    """A card is or was there, and there is no token. Told once until it is lifted."""

    why: Unreadable
    detail: str
    """For the technician; holds no data of the card."""


CardEvent = CardPresented | CardRemoved | CardUnreadable | Faulted | Recovered
