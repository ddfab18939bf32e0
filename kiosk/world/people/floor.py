"""Where every copy is: the truth that no ledger knows, and that every ledger is held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from firmware_sim.room.tag import Tag
from kiosk.world.people.branch import Branch

SHELF, PAD, TROLLEY = "shelf", "pad", "trolley"


class Floor:
    """Each copy is at one place: the shelf, the pad, the trolley of what came back, or with a reader (by card)."""

    def __init__(self, branch: Branch) -> None:
        self._copies = branch.copies
        self.place: dict[str, str] = dict.fromkeys(branch.copies, SHELF)
        self._pad: dict[str, bool] = {}
        """What lies on the pad, and whether its tag is heard."""

    def tags_on_pad(self) -> list[Tag]:
        """The tags that answer."""
        return [self._copies[number].tag for number, heard in self._pad.items() if heard]

    @property
    def on_pad(self) -> tuple[str, ...]:
        return tuple(self._pad)

    def lay_down(self, books: Iterable[str], badly: frozenset[str]) -> None:
        for book in books:
            assert self.place[book] != PAD, book
            self.place[book] = PAD
            self._pad[book] = book not in badly

    def take_up(self, books: Iterable[str], by: str) -> None:
        """From the pad into the hands of `by`; a book that does not lie there is where it was."""
        for book in books:
            if self._pad.pop(book, None) is not None:
                self.place[book] = by

    def put_away(self, books: Iterable[str], by: str, to: str) -> None:
        """From the hands of `by`; what they do not hold is where it was."""
        for book in books:
            if self.place[book] == by:
                self.place[book] = to

    def take_from_shelf(self, books: Iterable[str], by: str) -> None:
        for book in books:
            assert self.place[book] in (SHELF, TROLLEY), (book, self.place[book])
            self.place[book] = by

    def hand_over(self, books: Iterable[str], to: str) -> None:
        """Somebody of the household brings what another one took home."""
        for book in books:
            assert self.place[book] not in (SHELF, PAD, TROLLEY), (book, self.place[book])
            self.place[book] = to

    def tidy(self) -> list[str]:
        """Staff put the trolley back on the shelves; what they put there."""
        back = [book for book, place in self.place.items() if place == TROLLEY]
        for book in back:
            self.place[book] = SHELF
        return back

    def tags_say(self, afi: Mapping[str, int]) -> None:
        """What the tags hold, by number, where another room than this floor has them."""
        for number, one in afi.items():
            self._copies[number].tag.afi = one

    def rings(self, book: str, in_stock: int) -> bool:
        """Whether a gate stops this copy."""
        return self._copies[book].tag.afi == in_stock
