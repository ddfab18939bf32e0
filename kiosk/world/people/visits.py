"""What households do in a branch: who brings what back, who takes what, and where the books are afterwards."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Protocol

from kiosk.world.people.acts import Script
from kiosk.world.people.branch import Age, Branch, Shelf
from kiosk.world.people.days import Calendar, Party, errands
from kiosk.world.people.floor import SHELF, Floor
from kiosk.world.people.scripts import cleared_by_staff, stopped_at_the_gate, visit

STAFF = "staff"
KEEPS_SHARE = 0.2
"""Of what a household has at home when it brings something back: it is not read yet."""
CLEARED_AFTER_S = 90.0
"""Staff look after what was left on the pad once the screen has been wiped."""
HONEST_SHARE = 0.8
"""Of those whom the gate stops: they come back to the kiosk. The others run."""


class Front(Protocol):
    """A kiosk, and the floor in front of it, in any time."""

    def perform(self, card: str, script: Script) -> None:
        """Somebody with this card in their hands does what the script says; the tags are as they are afterwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Nobody does anything for so long."""
        ...


@dataclass(slots=True)
class Visits:
    """The households of a branch and their books. `in_stock` is what a tag says at which a gate rings."""

    branch: Branch
    calendar: Calendar
    in_stock: int
    floor: Floor = field(init=False)
    seen: Counter[str] = field(default_factory=Counter)
    """What was seen of the people."""
    ran_off: set[str] = field(default_factory=set)
    """Books with which somebody ran past the ringing gate."""
    _shelves: dict[Shelf, list[str]] = field(init=False)
    _homes: dict[int, list[str]] = field(default_factory=dict)
    """What each household has at home."""

    def __post_init__(self) -> None:
        self.floor = Floor(self.branch)
        self._shelves = {
            shelf: [copy.number for copy in self.branch.copies.values() if copy.shelf is shelf] for shelf in Shelf
        }

    def party(self, party: Party, front: Front) -> None:
        """One household comes, does its errands one by one, and leaves; staff clear up after it."""
        self.seen["parties"] += 1
        home = self._homes.setdefault(party.household, [])
        brings: tuple[str, ...] = ()
        if party.brings:
            brings = tuple(book for book in home if not self.calendar.chance(KEEPS_SHARE))
        takes = {reader.card: self._choose(reader.age, count, reader.card) for reader, count, _, _ in party.borrows}
        for book in brings:
            home.remove(book)
        for errand in errands(party, brings, takes):
            self.seen["errands"] += 1
            self.seen[f"manner {errand.manner.value}"] += bool(errand.takes)
            self.floor.hand_over(errand.brings, errand.card)
            self.ran_off.difference_update(errand.brings)
            front.perform(errand.card, visit(errand))
            self._leaves(front, errand.card, (*errand.takes, *errand.brings), home)
        if self.floor.on_pad:
            self.seen["left on the pad"] += len(self.floor.on_pad)
            front.sleep(CLEARED_AFTER_S)
            front.perform(STAFF, cleared_by_staff(self.floor.on_pad))

    def tidy(self) -> None:
        """Staff put the trolley of what came back on the shelves."""
        for book in self.floor.tidy():
            self._to_shelf(book)

    def _choose(self, age: Age, count: int, card: str) -> tuple[str, ...]:
        """Off the shelves into the hands."""
        wanted = Shelf.PICTURE_BOOK if age is Age.CHILD else self.calendar.shelf()
        books = tuple(self.calendar.pick(self._shelves[wanted], count))
        self.floor.take_from_shelf(books, card)
        return books

    def _leaves(self, front: Front, card: str, books: tuple[str, ...], home: list[str]) -> None:
        """Through the gate, with what is in the hands."""
        ringing = tuple(book for book in books if self.floor.place[book] == card and self._rings(book))
        if ringing:
            self.seen["stopped at the gate"] += 1
            if self.calendar.chance(HONEST_SHARE):
                front.perform(card, stopped_at_the_gate(ringing))
                self.floor.put_away([book for book in ringing if self._rings(book)], card, SHELF)
            else:
                self.seen["ran off"] += 1
                self.ran_off.update(ringing)
        for book in books:
            place = self.floor.place[book]
            if place == card:
                home.append(book)
            elif place == SHELF:
                self._to_shelf(book)

    def _rings(self, book: str) -> bool:
        return self.floor.rings(book, self.in_stock)

    def _to_shelf(self, book: str) -> None:
        self._shelves[self.branch.copies[book].shelf].append(book)
