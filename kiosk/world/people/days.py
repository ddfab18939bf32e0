"""Who comes when, and for what: believable days of a branch, from one seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from kiosk.world.people.branch import Age, Branch, Reader, Shelf
from kiosk.world.people.scripts import Errand, Manner

OPENS_S, CLOSES_S = 9 * 3600.0, 19 * 3600.0
BUSY_HOURS = (3, 5, 5, 4, 3, 4, 7, 9, 8, 4)
"""Shares of the visits, hour by hour."""
FORTNIGHT = 14
CLASS_SHARE = 0.004
"""Of the visits: a school class comes with its teacher."""
PUPILS = 22
BRINGS_SHARE, BORROWS_SHARE = 0.93, 0.55
MOST_FOR = {Age.ADULT: 6, Age.CHILD: 10, Age.SENIOR: 4}
PICTURE_FAMILY_SHARE = 0.05
"""Of the households with children: thirty picture books at once."""
MANNERS = {
    Manner.CAREFUL: 62,
    Manner.CARD_LAST: 18,
    Manner.WRONG_SIDE: 6,
    Manner.SNATCHES: 4,
    Manner.LEAVES_AT_HOME: 3,
    Manner.WALKS_OFF: 2,
    Manner.FORGETS_A_BOOK: 2,
    Manner.NO_CARD: 3,
}
"""How many of a hundred."""
RECEIPT_SHARE = 0.3
NO_CARD = ""
"""Whose hands they are that only bring something back: nobody needs a card for that."""
ADULT_SHELVES = {Shelf.BOOK: 74, Shelf.PICTURE_BOOK: 15, Shelf.SHORT: 10, Shelf.REFERENCE: 1}
"""How many of a hundred look there."""


@dataclass(frozen=True, slots=True)
class Party:
    """One household (or class) that comes in: its arrival in seconds after midnight, and its errands one by one."""

    arrives_s: float
    household: int
    brings: bool
    borrows: tuple[tuple[Reader, int, Manner, bool], ...]
    """Who borrows how many, how, and whether a receipt is wanted."""


@dataclass(slots=True)
class Calendar:
    """Draws one day after the other."""

    branch: Branch
    seed: int
    visits: int
    """People in front of the kiosk a day, one after the other."""
    _luck: Random = field(init=False)
    _next: list[int] = field(init=False)
    """By household: the day of its next visit."""

    def __post_init__(self) -> None:
        self._luck = Random(f"days {self.seed}")
        self._next = [self._luck.randrange(FORTNIGHT) for _ in self.branch.households]

    def day(self, number: int) -> list[Party]:
        """Everybody who comes on this day, in the order of their coming."""
        luck = self._luck
        due = [home for home, day in enumerate(self._next) if day <= number]
        luck.shuffle(due)
        parties: list[Party] = []
        left = self.visits
        while left > 0:
            home = due.pop() if due else luck.randrange(len(self.branch.households))
            self._next[home] = number + luck.randint(4, 2 * FORTNIGHT - 8)
            parties.append(self._party(self._arrival(), home))
            left -= max(1, len(parties[-1].borrows))
        return sorted(parties, key=lambda party: party.arrives_s)

    def pick(self, shelf: list[str], count: int) -> list[str]:
        """Choose books off a shelf; they are taken from the list."""
        taken = []
        for _ in range(min(count, len(shelf))):
            place = self._luck.randrange(len(shelf))
            shelf[place], shelf[-1] = shelf[-1], shelf[place]
            taken.append(shelf.pop())
        return taken

    def chance(self, share: float) -> bool:
        return self._luck.random() < share

    def share(self) -> float:
        """Anything from 0 to 1."""
        return self._luck.random()

    def shelf(self) -> Shelf:
        """Where somebody who is not a child looks."""
        return self._luck.choices(tuple(ADULT_SHELVES), tuple(ADULT_SHELVES.values()))[0]

    def _arrival(self) -> float:
        hour = self._luck.choices(range(len(BUSY_HOURS)), BUSY_HOURS)[0]
        return round(OPENS_S + hour * 3600 + self._luck.random() * 3600, 3)

    def _party(self, arrives_s: float, household: int) -> Party:
        luck, home = self._luck, self.branch.households[household]
        if luck.random() < CLASS_SHARE:
            pupils = [reader for reader in self.branch.readers if reader.age is Age.CHILD]
            chosen = luck.sample(pupils, min(PUPILS, len(pupils)))
            return Party(arrives_s, household, False, tuple((one, 1, Manner.CAREFUL, False) for one in chosen))
        many = any(reader.age is Age.CHILD for reader in home) and luck.random() < PICTURE_FAMILY_SHARE
        borrows = tuple(self._wish(reader, many) for reader in home if many or luck.random() < BORROWS_SHARE)
        return Party(arrives_s, household, luck.random() < BRINGS_SHARE, borrows)

    def _wish(self, reader: Reader, many: bool) -> tuple[Reader, int, Manner, bool]:
        luck = self._luck
        count = 10 if many else 1 + min(int(luck.expovariate(0.8)), MOST_FOR[reader.age] - 1)
        manner = luck.choices(tuple(MANNERS), tuple(MANNERS.values()))[0]
        return reader, count, manner, luck.random() < RECEIPT_SHARE


def errands(party: Party, brings: tuple[str, ...], takes: dict[str, tuple[str, ...]]) -> Iterator[Errand]:
    """One after the other in front of the kiosk. `takes`: what each card takes from the shelf."""
    if brings and not party.borrows:
        yield Errand(NO_CARD, brings)
    for reader, _, manner, receipt in party.borrows:
        yield Errand(reader.card, brings, takes[reader.card], manner, receipt)
        brings = ()
