"""How people use a kiosk, well and badly: each script is one person's visit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from kiosk.world.people.acts import LayDown, Pause, PutAway, Script, Seen, Sight, TakeUp, Tap, Touch, Watch
from kiosk.world.people.floor import SHELF, TROLLEY

PILE = 8
"""So many books a careful person lays down at once."""
WORK_S = 40.0
"""Nobody waits longer for a pile."""
CARD_S = 10.0
LEAVE_S = 40.0
THINK_S = 1.2
TRIES = 3
ENDS = {"identify": "identify.back", "home": "home.leave", "borrow": "borrow.done", "return": "return.done"}
"""What ends a visit, by the screen that shows it."""


class Manner(StrEnum):
    """How somebody borrows."""

    CAREFUL = "careful"
    CARD_LAST = "card-last"
    """Books first, then the card."""
    WRONG_SIDE = "wrong-side"
    """One book lies so that its tag is not heard, until it is turned."""
    SNATCHES = "snatches"
    """Takes a book up while it is being worked on, and lays it down again when asked."""
    LEAVES_AT_HOME = "leaves-at-home"
    """Taps the card and walks away."""
    WALKS_OFF = "walks-off"
    """Takes the books and goes in the middle of it."""
    FORGETS_A_BOOK = "forgets-a-book"
    """Leaves one of the lent books on the pad."""
    NO_CARD = "no-card"
    """Lays books down, finds that the card is at home, and puts them back."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What one reader does in front of the kiosk."""

    card: str
    brings: tuple[str, ...] = ()
    """Books to return, whoever borrowed them."""
    takes: tuple[str, ...] = ()
    """Books to borrow, from the shelf in the hands."""
    manner: Manner = Manner.CAREFUL
    receipt: bool = False


def visit(errand: Errand) -> Script:
    """The whole of it: first what is brought, then what is taken. Whoever finds another's visit open ends it."""
    yield from _closed_for_others()
    if errand.brings:
        yield from _bring_back(errand)
    if not errand.takes:
        return
    match errand.manner:
        case Manner.NO_CARD:
            yield from _without_card(errand)
        case Manner.LEAVES_AT_HOME:
            yield Tap(errand.card)
            yield Watch(_shows("home"), CARD_S)
            yield PutAway(errand.takes, SHELF)
        case _:
            yield from _take_out(errand)


def stopped_at_the_gate(books: tuple[str, ...]) -> Script:
    """The gate rang: lay down again what it rang for. What the kiosk mends is taken along, the rest goes back."""
    yield LayDown(books)
    yield Watch(lambda sight: sight.screen != "attract", 3.0)
    yield Touch("identify.back")
    yield TakeUp(books)


def cleared_by_staff(books: tuple[str, ...]) -> Script:
    """What somebody left on the pad goes into the house: taken up, and returned."""
    yield TakeUp(books)
    yield from _closed_for_others()
    yield Pause(2.0)
    yield Touch("attract.return")
    for pile in _piles(books, PILE):
        yield LayDown(pile)
        yield Watch(_listed(pile), 3.0)
        seen = yield Watch(_ended(pile), WORK_S)
        yield TakeUp(pile)
        yield PutAway(_done(pile, seen, "return"), TROLLEY)
        yield PutAway(pile, SHELF)
    yield Touch("return.done")
    yield from _leave(receipt=False)


def _bring_back(errand: Errand) -> Script:
    for pile in _piles(errand.brings, PILE):
        yield LayDown(pile)
        yield Watch(_listed(pile), 3.0)
        seen = yield Watch(_ended(pile), WORK_S)
        yield TakeUp(pile)
        yield PutAway(_done(pile, seen, "return"), TROLLEY)
        yield Pause(THINK_S)
    yield Touch("return.done")
    yield from _leave(receipt=errand.receipt and not errand.takes)


def _closed_for_others() -> Script:
    """The last one walked away and left a visit open: end it, as the screen offers."""
    for _ in range(TRIES):
        seen = yield Watch(_shows("attract"), 1.0)
        if seen.held:
            return
        yield Touch("timeout.stay")
        yield Touch(ENDS.get(seen.screen, "receipt.none"))
        yield from _leave(receipt=False)


def _take_out(errand: Errand) -> Script:
    first, *rest = _piles(errand.takes, PILE)
    if errand.manner is Manner.CARD_LAST:
        yield LayDown(first)
        yield Pause(THINK_S)
    yield Tap(errand.card)
    known = yield Watch(lambda sight: sight.screen in ("home", "borrow"), CARD_S)
    if not known.held:
        yield TakeUp(first)
        yield PutAway(errand.takes, SHELF)
        yield Touch("identify.back")
        return
    if errand.manner is not Manner.CARD_LAST:
        badly = frozenset(first[:1]) if errand.manner is Manner.WRONG_SIDE else frozenset()
        yield LayDown(first, badly)
    if errand.manner is Manner.WALKS_OFF:
        yield Pause(0.3 + 0.1 * (len(errand.takes) % 7))
        yield TakeUp(first)
        return
    if errand.manner is Manner.WRONG_SIDE:
        yield Pause(4.0)
        yield TakeUp(first[:1])
        yield LayDown(first[:1])
    if errand.manner is Manner.SNATCHES:
        yield Watch(lambda sight: sight.items.get(first[0]) == "working", 5.0)
        yield TakeUp(first[:1])
        yield Watch(lambda sight: sight.items.get(first[0]) == "put-back", 5.0)
        yield Pause(1.0)
        yield LayDown(first[:1])
    for pile in (first, *rest):
        if pile is not first:
            yield LayDown(pile)
        yield Watch(_listed(pile), 3.0)
        seen = yield Watch(_ended(pile), WORK_S)
        lent = _done(pile, seen, "borrow")
        kept = lent[:-1] if errand.manner is Manner.FORGETS_A_BOOK and pile is first else lent
        yield TakeUp(tuple(book for book in pile if book not in lent or book in kept))
        yield PutAway(tuple(book for book in pile if book not in lent), SHELF)
        yield Pause(THINK_S)
    yield Touch("borrow.done")
    yield from _leave(receipt=errand.receipt)


def _without_card(errand: Errand) -> Script:
    pile = next(_piles(errand.takes, PILE))
    yield LayDown(pile)
    seen = yield Watch(_shows("identify"), CARD_S)
    if seen.held:
        yield Pause(6.0)
    yield Touch("identify.back")
    yield TakeUp(pile)
    lent = _done(pile, seen, "borrow")
    yield PutAway(tuple(book for book in errand.takes if book not in lent), SHELF)


def _leave(*, receipt: bool) -> Script:
    offered = yield Watch(lambda sight: sight.screen in ("receipt", "attract"), LEAVE_S)
    if offered.screen == "receipt":
        yield Touch("receipt.print" if receipt else "receipt.none")
        yield Watch(_shows("attract"), LEAVE_S)


def _piles(books: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    left = iter(books)
    while pile := tuple(islice(left, size)):
        yield pile


def _shows(screen: str) -> Seen:
    return lambda sight: sight.screen == screen


def _done(books: tuple[str, ...], seen: Sight, screen: str) -> tuple[str, ...]:
    """Those that this screen says are done."""
    return tuple(book for book in books if seen.screen == screen and seen.items.get(book) == "done")


def _listed(books: tuple[str, ...]) -> Seen:
    return lambda sight: all(book in sight.items for book in books)


def _ended(books: tuple[str, ...]) -> Seen:
    return lambda sight: sight.settled(books)
