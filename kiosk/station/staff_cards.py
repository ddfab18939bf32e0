"""The cards of staff: who may open the staff mode, by a file beside the settings. Works without a line.

One card a line, `NAME CARD HASH`: the name that the journal calls it by, what the reader or scanner reads off the card,
and the argon2id hash of its PIN, as `kiosk staff-card` prints it. `#` begins a remark. Nobody else may read the file: a
PIN of a few digits is soon guessed from its hash.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from drivers.cards.secret_file import read_secret
from drivers.errors import BadSetting
from kiosk.model.cards import card_token

PIN = re.compile(r"[0-9]{4,12}")
NAME = re.compile(r"[a-z0-9-]{1,32}")
HASH = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+")
MOST_CARDS = 200
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
"""OWASP's second choice (RFC 9106), as for patrons' PINs: a check takes about 27 ms of the kiosk's one thread."""


@dataclass(frozen=True, slots=True)
class StaffCard:
    """Its repr hides what opens the staff mode."""

    name: str
    card: str = field(repr=False)
    pin_hash: str = field(repr=False)

    def line(self) -> str:
        """As it stands in the file."""
        return f"{self.name} {self.card} {self.pin_hash}"


@dataclass(frozen=True, slots=True)
class StaffCards:
    """Every card of the file; none where the settings name no file."""

    cards: tuple[StaffCard, ...] = ()

    def names(self) -> Mapping[str, str]:
        """What the reducer knows: the cards and their names, no PIN."""
        return MappingProxyType({one.card: one.name for one in self.cards})

    def is_pin(self, card: str, pin: str) -> bool:
        """Whether this is the card's PIN."""
        kept = next((one.pin_hash for one in self.cards if one.card == card), None)
        if kept is None or PIN.fullmatch(pin) is None:
            return False
        try:
            return _HASHER.verify(kept, pin)
        except (VerificationError, InvalidHashError):
            return False


def staff_card(name: str, card: str, pin: str) -> StaffCard:
    """A card for the file. Raises `BadSetting` for what cannot stand there, without repeating the PIN."""
    if NAME.fullmatch(name) is None:
        raise BadSetting(f"the name {name!r}: give 1 to 32 of a-z, 0-9 and -")
    token = card_token(card)
    if not token or any(character.isspace() for character in token) or not token.isascii() or not token.isprintable():
        raise BadSetting("the card: give what the reader reads off it, as ASCII without blanks")
    if PIN.fullmatch(pin) is None:
        raise BadSetting("the PIN: give 4 to 12 digits")
    return StaffCard(name, token, _HASHER.hash(pin))


def read_staff_cards(path: Path | None) -> StaffCards:
    """The cards in the file; none without one. Raises `BadSetting` that names the line, never what stands in it."""
    if path is None:
        return StaffCards()
    cards: list[StaffCard] = []
    for number, line in enumerate(read_secret(path).splitlines(), start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        good = len(words) == len(("name", "card", "hash")) and NAME.fullmatch(words[0]) and HASH.fullmatch(words[2])
        if not good:
            raise BadSetting(f"{path}, line {number}: expected NAME CARD HASH as `kiosk staff-card` prints them")
        card = StaffCard(words[0], card_token(words[1]), words[2])
        if any(card.card == other.card for other in cards):
            raise BadSetting(f"{path}, line {number}: this card stands there twice")
        cards.append(card)
    if len(cards) > MOST_CARDS:
        raise BadSetting(f"{path}: expected at most {MOST_CARDS} cards, found {len(cards)}")
    return StaffCards(tuple(cards))
