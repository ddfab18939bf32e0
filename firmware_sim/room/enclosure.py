"""A place with a pad of its own, apart from the kiosk's: the tray of a book-drop, a compartment of a locker."""

from __future__ import annotations

from collections.abc import Callable

from firmware_sim.room.room import Book, Place, Room
from firmware_sim.room.tag import Tag


class Enclosure(Room):
    """What its pad hears. Books come out of the room's shelf and go back to it."""

    def __init__(self, clock: Callable[[], float], seed: int) -> None:
        super().__init__((), (), clock, seed)

    @property
    def inside(self) -> tuple[Book, ...]:
        """In the order in which they came."""
        return tuple(self._on_pad)

    def enter(self, book: Book) -> None:
        """Its pad hears this book from now on."""
        if book not in self._on_pad:
            book.place = Place.ENCLOSED
            self._on_pad.append(book)
            for tag in book.uhf:
                tag.power_up()
            self._moved()

    def leave(self, book: Book, to: Place = Place.SHELF) -> None:
        """Its tags lose their power."""
        if book in self._on_pad:
            self._on_pad.remove(book)
            self._gone(book, to)
            self._moved()

    def take_tag_off_pad(self, tag: Tag) -> None:
        """Nobody reaches in while a tag is written: the fault is the kiosk's pad's own."""
