"""How a patron card reaches the kiosk: on a reader behind the real PC/SC service, or else through the scanner."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from firmware_sim.cards.card import Laid
from firmware_sim.cards.chip import Chip
from firmware_sim.cards.chips import Chips
from firmware_sim.cards.service import CardService, CardServiceUnavailable
from firmware_sim.faults.words import CardFault
from firmware_sim.lines.line import Line
from firmware_sim.lines.wire_log import Direction
from firmware_sim.room.room import Card
from firmware_sim.scanners import CodeReader


class CannotDo(Exception):
    """Not as things stand. The text says what, where and what to do."""


class CardWay(Protocol):
    """Moves cards. All of them raise `CannotDo`."""

    @property
    def through(self) -> str:
        """`pcsc` or `scanner`."""
        ...

    @property
    def why(self) -> str:
        """Why it is not `pcsc`; empty if it is."""
        ...

    @property
    def socket_path(self) -> Path | None:
        """What a host needs as PCSCLITE_CSOCK_NAME."""
        ...

    @property
    def lying(self) -> Card | None:
        """The card that was left on the reader."""
        ...

    def tap(self, card: Card) -> None:
        """Hold it there for a moment."""
        ...

    def insert(self, card: Card) -> None:
        """Leave it there."""
        ...

    def remove(self) -> None:
        """Take away the one that lies there, if any."""
        ...

    def tear(self, card: Card) -> None:
        """Pull it away while it is read."""
        ...

    def set_fault(self, fault: CardFault, rate: float | None = None) -> None:
        """Have this fault instead of any other; `rate` is the share of cards that are torn away."""
        ...


class Grip:
    """The hand that holds a card: with the fault `tear` it slips."""

    def __init__(self, seed: int = 0) -> None:
        self._luck = random.Random(seed)
        self._rate = 0.0

    def other_than_slipping(self, fault: CardFault, rate: float | None) -> CardFault:
        """Have this fault; what is left of it for the reader."""
        self._rate = (1.0 if rate is None else rate) if fault is CardFault.TEAR else 0.0
        return CardFault.NONE if fault is CardFault.TEAR else fault

    def slips(self) -> bool:
        """This card, now."""
        return self._luck.random() < self._rate


class ReaderCards:
    """On a virtual reader. The bench's threads take turns."""

    through = "pcsc"
    why = ""

    def __init__(
        self, service: CardService, reader: str, heard: Callable[[Direction, bytes], object], seed: int = 0
    ) -> None:
        """`service` has been started, and has a reader of this name. `heard` is told every APDU, each way."""
        self._heard = heard
        self._service = service
        self._reader = reader
        self._chips = Chips(seed)
        self._turn = threading.Lock()
        self._lying: Card | None = None
        self._grip = Grip(seed)

    @property
    def socket_path(self) -> Path | None:
        """Where pcscd listens."""
        return self._service.socket_path

    @property
    def lying(self) -> Card | None:
        """The card that was left on the reader."""
        return self._lying

    def tap(self, card: Card) -> None:
        """Hold it there for a moment."""
        if self._grip.slips():
            self.tear(card)
            return
        with self._turn:
            must_be_free(self._lying, card)
            _ordered(lambda: self._service.tap(self._reader, self._laid(card)))

    def insert(self, card: Card) -> None:
        """Leave it there."""
        with self._turn:
            must_be_free(self._lying, card)
            _ordered(lambda: self._service.insert(self._reader, self._laid(card)))
            self._lying = card

    def remove(self) -> None:
        """Take away the one that lies there, if any."""
        with self._turn:
            _ordered(lambda: self._service.remove(self._reader))
            self._lying = None

    def tear(self, card: Card) -> None:
        """Pull it away while it is read."""
        with self._turn:
            must_be_free(self._lying, card)
            _ordered(lambda: self._service.tear(self._reader, self._chips.chip_of(card)))

    def set_fault(self, fault: CardFault, rate: float | None = None) -> None:
        """Have this fault instead of any other."""
        with self._turn:
            of_reader = self._grip.other_than_slipping(fault, rate)
            _ordered(lambda: self._service.set_fault(self._reader, of_reader.value))

    def _laid(self, card: Card) -> Laid:
        return Laid(self._chips.chip_of(card), threading.Lock(), heard=self._heard)


class ScannerCards:
    """Without a reader, the barcode that is printed on the card is held under the scanner."""

    through = "scanner"
    socket_path: Path | None = None
    lying: Card | None = None

    def __init__(self, why: str, scanner: CodeReader, lock: threading.Lock, line: Line) -> None:
        """`why` there is no reader; `lock` guards the scanner."""
        self.why = why
        self._scanner = scanner
        self._lock = lock
        self._line = line

    def tap(self, card: Card) -> None:
        """Hold its barcode under the scanner."""
        with self._lock:
            self._scanner.fire(card.number)
        self._line.wake()

    def insert(self, card: Card) -> None:
        """The same: a barcode cannot be left lying."""
        self.tap(card)

    def remove(self) -> None:
        """Nothing lies there."""

    def tear(self, card: Card) -> None:
        """A barcode cannot be torn away."""
        raise CannotDo(f"cards: '{card.name}' cannot be torn away: cards come through the scanner here ({self.why})")

    def set_fault(self, fault: CardFault, rate: float | None = None) -> None:
        """There is no reader that could fail."""
        if fault is not CardFault.NONE:
            raise CannotDo(f"cards: no reader can fail by '{fault}': cards come through the scanner here ({self.why})")


class CardHand(Protocol):
    """A reader without a PC/SC service: it is handed the chips themselves."""

    def tapped(self, chip: Chip) -> None:
        """Held there for a moment."""
        ...

    def laid(self, chip: Chip) -> None:
        """Left there."""
        ...

    def lifted(self) -> None:
        """Taken away."""
        ...

    def torn(self, chip: Chip) -> None:
        """Pulled away while it is read."""
        ...

    def spoilt(self, fault: CardFault) -> None:
        """This fault, instead of any other."""
        ...


class HandedCards:
    """In virtual time, where no service can be waited for: chips go to a reader in the same process."""

    through = "hand"
    why = ""
    socket_path: Path | None = None

    def __init__(self, hand: CardHand, seed: int = 0) -> None:
        self._hand = hand
        self._chips = Chips(seed)
        self._lying: Card | None = None
        self._grip = Grip(seed)

    @property
    def lying(self) -> Card | None:
        """The card that was left on the reader."""
        return self._lying

    def tap(self, card: Card) -> None:
        """Hold it there for a moment."""
        if self._grip.slips():
            self.tear(card)
            return
        must_be_free(self._lying, card)
        self._hand.tapped(self._chips.chip_of(card))

    def insert(self, card: Card) -> None:
        """Leave it there."""
        must_be_free(self._lying, card)
        self._hand.laid(self._chips.chip_of(card))
        self._lying = card

    def remove(self) -> None:
        """Take away the one that lies there, if any."""
        self._hand.lifted()
        self._lying = None

    def tear(self, card: Card) -> None:
        """Pull it away while it is read."""
        must_be_free(self._lying, card)
        self._hand.torn(self._chips.chip_of(card))

    def set_fault(self, fault: CardFault, rate: float | None = None) -> None:
        """Have this fault instead of any other."""
        self._hand.spoilt(self._grip.other_than_slipping(fault, rate))


def must_be_free(lying: Card | None, card: Card) -> None:
    """Raises `CannotDo` where another card lies on the reader."""
    if lying is not None:
        raise CannotDo(f"cards: '{card.name}' has no room while '{lying.name}' lies there; remove that first")


def _ordered(order: Callable[[], None]) -> None:
    try:
        order()
    except (CardServiceUnavailable, ValueError) as trouble:
        raise CannotDo(f"cards: {trouble}") from None
