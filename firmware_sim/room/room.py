"""What is in the room and where it lies. Pure: whoever hosts it holds the lock and moves the clock."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from firmware_sim.room.tag import Tag
from firmware_sim.room.uhf_tag import UhfTag

NEAREST_NAMES = 3


class Place(StrEnum):
    """Where a book lies."""

    SHELF = "shelf"
    PAD = "pad"


class UnknownName(Exception):
    """Nothing here has this name. The text says what, where and which names come nearest."""

    def __init__(self, what: str, name: str, where: str, known: Iterable[str]) -> None:
        names = sorted(known)
        nearest = difflib.get_close_matches(name, names, n=NEAREST_NAMES, cutoff=0.5) or names[:NEAREST_NAMES]
        offered = f"try {', '.join(nearest)}" if nearest else f"the simulator's configuration has no {what} at all"
        super().__init__(f"{where}: there is no {what} '{name}'; {offered}")


@dataclass(slots=True)
class Book:
    """A thing with tags. `name` is the bench's unique key; `number` is its label's, and may be another's, too."""

    name: str
    number: str
    title: str
    tags: tuple[Tag, ...]
    place: Place = Place.SHELF
    uhf: tuple[UhfTag, ...] = ()


class CardKind(StrEnum):
    """What chip a patron's card has."""

    UID = "uid"
    MIFARE_CLASSIC = "mifare-classic"
    ULTRALIGHT = "ultralight"
    ISO_15693 = "iso15693"
    DESFIRE_RANDOM = "desfire-random"


@dataclass(frozen=True, slots=True)
class SectorContent:
    """One sector of a MIFARE Classic: keys of 6 bytes, and its data before the keys."""

    number: int
    key_a: bytes
    key_b: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """A patron's card. `number` is the barcode printed on it, `uid` what a contactless reader gets from its chip.

    `memory` is the user memory of a chip that anybody may read, `sectors` that of one with keys.
    """

    name: str
    label: str
    number: str
    uid: bytes
    kind: CardKind = CardKind.UID
    memory: bytes = b""
    sectors: tuple[SectorContent, ...] = ()


class Room:
    """Books on a shelf and on the pad, and patron cards."""

    def __init__(self, books: Sequence[Book], cards: Sequence[Card]) -> None:
        self.books = tuple(books)
        self.cards = tuple(cards)
        self._on_pad: list[Book] = []

    def put_on_pad(self, keys: Sequence[str], where: str = "put") -> None:
        """Lay down all books of these names or numbers. Raises `UnknownName`, having moved none."""
        for book in self._all_named(keys, where):
            if book.place is not Place.PAD:
                book.place = Place.PAD
                self._on_pad.append(book)
                for tag in book.uhf:
                    tag.power_up()

    def take_off_pad(self, keys: Sequence[str], where: str = "take") -> None:
        """Take away all books of these names or numbers: their tags lose power. Raises like `put_on_pad`."""
        for book in self._all_named(keys, where):
            if book.place is Place.PAD:
                book.place = Place.SHELF
                self._on_pad.remove(book)
                for tag in book.tags:
                    tag.lose_power()

    def take_tag_off_pad(self, tag: Tag) -> None:
        """Take away the book that has this tag, if it lies there."""
        for book in list(self._on_pad):
            if any(one is tag for one in book.tags):
                self.take_off_pad([book.name])

    def tags_on_pad(self) -> list[Tag]:
        """The tags in the pad's field, in the order in which their books were laid down."""
        return [tag for book in self._on_pad for tag in book.tags]

    def uhf_tags_on_pad(self) -> list[UhfTag]:
        """The UHF tags there, in the same order."""
        return [tag for book in self._on_pad for tag in book.uhf]

    def walk_through(self, keys: Sequence[str], where: str = "books") -> list[Book]:
        """Take books up, from wherever they lie, to carry them through a gate. Raises like `put_on_pad`."""
        self.take_off_pad(keys, where)
        return self._all_named(keys, where)

    def set_afi(self, keys: Sequence[str], afi: int, where: str) -> None:
        """Prepare how the tags of some books stand, locked or not. Raises `UnknownName`."""
        for book in self._all_named(keys, where):
            for tag in book.tags:
                tag.afi = afi
            for one in book.uhf:
                one.mark(afi)

    def card(self, name: str, where: str) -> Card:
        """The card of this name; raises `UnknownName`."""
        for card in self.cards:
            if card.name == name:
                return card
        raise UnknownName("card", name, where, (card.name for card in self.cards))

    def _all_named(self, keys: Sequence[str], where: str) -> list[Book]:
        found: list[Book] = []
        for place, key in enumerate(keys):
            matching = [book for book in self.books if key in (book.name, book.number)]
            if not matching:
                known = {word for book in self.books for word in (book.name, book.number)}
                raise UnknownName("book", key, f"{where}[{place}]", known)
            found += matching
        return found
