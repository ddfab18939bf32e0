"""What somebody tells of themselves to get a card, to change their PIN or their address; and what they hear."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kiosk.model.circulation import Language, Patron
from kiosk.model.ids import PatronRef
from kiosk.model.reasons import Reason


@dataclass(frozen=True, slots=True)
class AskJoin:
    """May this person have a card? Asked again under the same id, the same card is meant."""

    family_name: str
    given_name: str
    born: date
    language: Language
    pin: str = field(repr=False)
    email: str = ""
    """Empty: none."""
    guardian: str | None = None
    """The card of the grown-up who answers for a child, as the reader or scanner read it."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Yes: central has the patron and the card. Staff look at it later."""

    patron: Patron
    number: str
    """Of the provisional card."""


@dataclass(frozen=True, slots=True)
class MayNotJoin:
    """No, and why; nothing is kept."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class AskChange:
    """Change a patron's PIN or address; what is None stays. The PIN that holds now says that it is them."""

    patron: PatronRef
    pin: str = field(repr=False)
    new_pin: str | None = field(default=None, repr=False)
    email: str | None = None
    """Empty: none any more."""


@dataclass(frozen=True, slots=True)
class Changed:
    """It is changed."""


@dataclass(frozen=True, slots=True)
class NotChanged:
    """Everything is as before, and why."""

    reasons: tuple[Reason, ...]
