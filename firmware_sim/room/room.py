"""What is in the room and where it lies. Pure: whoever hosts it holds the lock and moves the clock."""

from __future__ import annotations

import difflib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from firmware_sim.room.field import USUAL_SHAPE, Lying, Shape, Spot, Thing, chance, couplings, spots
from firmware_sim.room.tag import Tag
from firmware_sim.room.uhf_tag import UhfTag

NEAREST_NAMES = 3


class Place(StrEnum):
    """Where a book lies."""

    SHELF = "shelf"
    PAD = "pad"
    SLOT = "slot"
    """On its way through the return slot, over the pad's antenna."""
    BIN = "bin"
    """Fallen through: nobody gets at it until staff empty the bin."""
    ENCLOSED = "enclosed"
    """Before or behind the flap of a book-drop, or in a locker."""


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
    lying: Lying = field(default_factory=Lying)
    """On the pad: how."""
    shape: Shape = USUAL_SHAPE
    spots: tuple[Spot, ...] = ()
    """Where its tags sit; along its height where nothing is said."""
    uhf_spots: tuple[Spot, ...] = ()

    def __post_init__(self) -> None:
        self.spots = self.spots or spots([None] * len(self.tags))
        self.uhf_spots = self.uhf_spots or spots([None] * len(self.uhf))


class OutOfReach(Exception):
    """Nobody gets at this book where it is. The text says where, and what to do."""


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


SLOT_S = 6.0
"""So long a book is over the antenna that is pushed into the return slot."""


def standing_still() -> float:
    """A clock for rooms in which nothing falls."""
    return 0.0


class Room:
    """Books on a shelf, on the pad, in the return slot and its bin, and patron cards. `clock` gives seconds.

    Everything random comes from `seed`: the same seed, moves and questions give the same answers.
    """

    def __init__(
        self,
        books: Sequence[Book],
        cards: Sequence[Card],
        clock: Callable[[], float] = standing_still,
        seed: int = 1,
    ) -> None:
        self.books = tuple(books)
        self.cards = tuple(cards)
        self._clock = clock
        self._luck = random.Random(f"room {seed}")
        self._on_pad: list[Book] = []
        self._chances: dict[str, tuple[float, ...]] = {}
        """By the name of each book in the field: how likely each of its tags answers."""
        self._uhf_chances: dict[str, tuple[float, ...]] = {}
        self._in_slot: list[tuple[float, Book]] = []
        """Until when, and what."""

    def put_on_pad(self, keys: Sequence[str], where: str = "put", lying: Lying | None = None) -> None:
        """Lay down all books of these names or numbers, or lay them anew.

        Raises `UnknownName` and `OutOfReach`, having moved none.
        """
        for book in self._all_in_reach(keys, where):
            if lying is not None and book.place is Place.PAD:
                self._on_pad.remove(book)
                self._on_pad.append(book)
            elif book.place is not Place.PAD:
                book.place = Place.PAD
                self._on_pad.append(book)
                for tag in book.uhf:
                    tag.power_up()
            if lying is not None:
                book.lying = lying
        self._moved()

    def take_off_pad(self, keys: Sequence[str], where: str = "take") -> None:
        """Take away all books of these names or numbers: their tags lose power. Raises like `put_on_pad`."""
        for book in self._all_named(keys, where):
            if book.place is Place.PAD:
                self._on_pad.remove(book)
                self._gone(book, Place.SHELF)
        self._moved()

    def push_into_slot(self, keys: Sequence[str], where: str = "push") -> None:
        """Into the return slot, from pad or shelf. Raises like `put_on_pad`."""
        for book in self._all_in_reach(keys, where):
            if book.place is Place.PAD:
                self._on_pad.remove(book)
            book.place, book.lying = Place.SLOT, Lying()
            self._in_slot.append((self._clock() + SLOT_S, book))
            for tag in book.uhf:
                tag.power_up()
        self._moved()

    def empty_bin(self) -> list[Book]:
        """Staff take what has fallen into the bin to the shelf."""
        self.settle()
        fallen = [book for book in self.books if book.place is Place.BIN]
        for book in fallen:
            book.place = Place.SHELF
        return fallen

    def settle(self) -> float | None:
        """Let what has passed the slot fall into the bin; when the next thing falls, None where none will."""
        now_s = self._clock()
        for falls_s, book in list(self._in_slot):
            if falls_s <= now_s:
                self._in_slot.remove((falls_s, book))
                self._gone(book, Place.BIN)
                self._moved()
        return min((falls_s for falls_s, _ in self._in_slot), default=None)

    def take_tag_off_pad(self, tag: Tag) -> None:
        """Take away the book that has this tag, if it lies there."""
        for book in list(self._on_pad):
            if any(one is tag for one in book.tags):
                self.take_off_pad([book.name])

    def tags_on_pad(self) -> list[Tag]:
        """The tags that answer now, in the order in which their books were laid down."""
        there = self._in_field()
        return [
            tag
            for book in there
            for tag, likely in zip(book.tags, self._chances[book.name], strict=True)
            if likely >= 1.0 or self._answers(likely)
        ]

    def uhf_tags_on_pad(self) -> list[UhfTag]:
        """As `tags_on_pad`, for a reader of the other kind."""
        there = self._in_field()
        return [
            tag
            for book in there
            for tag, likely in zip(book.uhf, self._uhf_chances[book.name], strict=True)
            if likely >= 1.0 or self._answers(likely)
        ]

    def is_heard(self, book: Book) -> bool:
        """Whether a tag of this book answers at least now and then. To look changes nothing."""
        return any((*self._chances.get(book.name, ()), *self._uhf_chances.get(book.name, ())))

    def walk_through(self, keys: Sequence[str], where: str = "books") -> list[Book]:
        """Take books up, from pad or shelf, to carry them through a gate. Raises like `put_on_pad`."""
        books = self._all_in_reach(keys, where)
        self.take_off_pad(keys, where)
        return books

    def named(self, keys: Sequence[str], where: str) -> list[Book]:
        """Books of these names or numbers; raises `UnknownName`."""
        return self._all_named(keys, where)

    def _in_field(self) -> list[Book]:
        if self._in_slot:
            self.settle()
            return [*self._on_pad, *(book for _, book in self._in_slot)]
        return self._on_pad

    def _answers(self, likely: float) -> bool:
        return likely > 0.0 and self._luck.random() < likely

    def _gone(self, book: Book, to: Place) -> None:
        book.place = to
        book.lying = Lying()
        for tag in book.tags:
            tag.lose_power()

    def _moved(self) -> None:
        """Nothing in the field is as it was: tags answer by how they lie now."""
        there = [*self._on_pad, *(book for _, book in self._in_slot)]
        self._chances = _chances(there, [Thing(book.lying, book.shape, book.spots) for book in there])
        # Tags of the other frequency do not detune these.
        self._uhf_chances = _chances(there, [Thing(book.lying, book.shape, book.uhf_spots) for book in there])

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

    def _all_in_reach(self, keys: Sequence[str], where: str) -> list[Book]:
        self.settle()
        found = self._all_named(keys, where)
        for book in found:
            if book.place is Place.SLOT:
                raise OutOfReach(f"{where}: '{book.name}' is on its way through the slot; empty the bin afterwards")
            if book.place is Place.ENCLOSED:
                raise OutOfReach(f"{where}: '{book.name}' is at a book-drop or in a locker; take it from there first")
            if book.place is Place.BIN:
                raise OutOfReach(f"{where}: '{book.name}' is in the bin; empty the bin first")
        return found

    def _all_named(self, keys: Sequence[str], where: str) -> list[Book]:
        found: list[Book] = []
        for place, key in enumerate(keys):
            matching = [book for book in self.books if key in (book.name, book.number)]
            if not matching:
                known = {word for book in self.books for word in (book.name, book.number)}
                raise UnknownName("book", key, f"{where}[{place}]", known)
            found += matching
        return found


def _chances(books: Sequence[Book], things: Sequence[Thing]) -> dict[str, tuple[float, ...]]:
    found = couplings(things)
    return {book.name: tuple(chance(one) for one in each) for book, each in zip(books, found, strict=True)}
