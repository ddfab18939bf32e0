"""One exchange with a connected card, and why a card gives no token.

Sources: PC/SC part 3, 3.2.2; ISO/IEC 7816-4, 5.1.3 (all status words of the standard but 9000 begin with 6).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, Protocol

from drivers.cards.apdu import Answer, Command, meaning_of, parse_answer

_EXACT_LENGTH = 0x6C
_DISTURBED = frozenset({0x6300, 0x6401, 0x6700, 0x6581})
"""6300 also means that there is no card; a torn answer can get a length wrong."""
_ERRORS = 0x6
_HEADER = 4
"""What of a command is told: never its data, which can be a key."""


class Unreadable(StrEnum):
    """Why a card gave no token."""

    PULLED_AWAY = "pulled-away"
    """It went, or was too far, while it was read: the patron holds it a little longer."""
    NOT_KNOWN = "not-known"
    """It answers, but is not a card of this library: no such file, another key, not allowed, not supported."""
    RANDOM_UID = "random-uid"
    """Its UID changes each time and says nothing."""
    GARBLED = "garbled"
    """It answered something that cannot be a token."""
    READER = "reader"
    """Not the card's fault: the reader does not do what reading it needs."""


class NoToken(Exception):
    """Ends a chain of exchanges early; caught where the chain begins, it never leaves `drivers.cards`."""

    def __init__(self, why: Unreadable, detail: str) -> None:
        super().__init__(detail)
        self.why = why
        self.detail = detail


class Card(Protocol):
    """A connected card."""

    def transmit(self, command: bytes) -> bytes:
        """Send one command APDU, return the answer with its status word. Raises `NoToken` when the card went away."""
        ...


class Tapped:
    """A card of which somebody sees every command and answer; keys are in them."""

    def __init__(self, card: Card, tap: Callable[[Literal["out", "in"], bytes], None]) -> None:
        self._card = card
        self._tap = tap

    def transmit(self, command: bytes) -> bytes:
        """As the card's."""
        self._tap("out", command)
        answer = self._card.transmit(command)
        self._tap("in", answer)
        return answer


def ask(card: Card, command: Command) -> bytes:
    """The data of a good answer. Raises `NoToken` with the status in words."""
    answer = exchange(card, command.encode())
    if answer.sw >> 8 == _EXACT_LENGTH:
        exact = Command(command.cla, command.ins, command.p1, command.p2, command.data, answer.sw & 0xFF)
        answer = exchange(card, exact.encode())
    if answer.ok:
        return answer.data
    raise refused(command.encode(), answer.sw)


def exchange(card: Card, command: bytes) -> Answer:
    """What the card or reader answers. Raises `NoToken` when that is no answer at all.

    Readers hand on what they have of a torn answer, whose last two bytes then stand where a status should.
    """
    answer = parse_answer(card.transmit(command))
    if answer is None or not (answer.ok or answer.sw >> 12 == _ERRORS):
        raise NoToken(Unreadable.PULLED_AWAY, "an answer without a status word")
    return answer


def refused(command: bytes, sw: int) -> NoToken:
    """Why a status word ends the reading."""
    why = Unreadable.PULLED_AWAY if sw in _DISTURBED else Unreadable.NOT_KNOWN
    return NoToken(why, f"{command[:_HEADER].hex(' ').upper()}: {meaning_of(sw)}")
