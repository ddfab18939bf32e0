"""The balance sheet: every item, tag, loan and receipt of a branch accounted for, or named as a difference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from kiosk.ledger import StoredRow
from kiosk.model.circulation import SecurityMarks
from kiosk.model.journal import CLOSING, RowKind
from kiosk.world.people.floor import PAD, SHELF, TROLLEY

MOST_NAMED = 20
"""Differences of one kind that are named one by one."""


@dataclass(slots=True)
class JournalSums:
    """What the journal comes to, row by row: a ledger forgets rows after months, sums do not."""

    patrons: Mapping[str, str] = field(default_factory=dict)
    """What a kiosk calls a patron off line (`card:` and the token) → what central calls them."""
    rows: Counter[str] = field(default_factory=Counter)
    standing: dict[str, str] = field(default_factory=dict)
    """Item → patron of the loans that stand."""
    open_intents: dict[str, str] = field(default_factory=dict)
    """Intent → item of what was begun and not ended."""
    doubtful: set[str] = field(default_factory=set)
    """Items of which staff have been told, and that were not settled since."""
    prints: int = 0
    """Receipts that a patron asked for on paper."""

    def add(self, stored: StoredRow) -> None:
        """Rows in their order, each once."""
        row = stored.row
        self.rows[row.kind.value] += 1
        item, intent = row.item or "", row.intent or ""
        match row.kind:
            case RowKind.LOAN_MADE:
                patron = row.patron or ""
                self.standing[item] = self.patrons.get(patron, patron)
            case RowKind.LOAN_UNDONE | RowKind.RETURN_DONE:
                self.standing.pop(item, None)
            case RowKind.DOUBTFUL:
                self.doubtful.add(item)
            case RowKind.STATION_SETTLED:
                self.doubtful.discard(item)
            case RowKind.BORROW_INTENDED | RowKind.RETURN_INTENDED:
                self.open_intents[intent] = item
            case RowKind.RECEIPT_CHOSEN:
                self.prints += 1
            case _:
                pass
        if row.kind in CLOSING:
            self.open_intents.pop(intent, None)
        if row.kind in (RowKind.BORROW_DONE, RowKind.RETURN_DONE):
            self.doubtful.discard(item)


@dataclass(frozen=True, slots=True)
class AtCentral:
    """What central has when everything has arrived."""

    standing: Mapping[str, str]
    """Item → patron of the loans that stand."""
    loans: int
    """Loans that were ever made."""
    unacknowledged: int
    """Facts that central has not acknowledged."""
    set_aside: int
    exceptions: Mapping[str, int]
    """By reason."""


@dataclass(frozen=True, slots=True)
class InTheRoom:
    """What a witness sees who looks at shelves, hands, tags and paper, and at no ledger."""

    places: Mapping[str, str]
    """Item number → `shelf`, `pad`, `trolley` or the card of whoever has it."""
    afi: Mapping[str, int]
    ran_off: Collection[str]
    """Items with which somebody ran past a ringing gate."""
    printed: int
    """Receipts that were cut off."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums by name, and what does not agree. Nothing differs: balanced."""

    items: Mapping[str, int]
    loans: Mapping[str, int]
    receipts: Mapping[str, int]
    exceptions: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        return not self.differences


def balance(journal: JournalSums, central: AtCentral, room: InTheRoom, marks: SecurityMarks) -> Balance:
    """Hold all of it together."""
    items, differences = _items(journal, central, room, marks)
    differences += _loans(journal, central)
    differences += _receipts(journal, room)
    loans = {
        "made": journal.rows[RowKind.LOAN_MADE.value],
        "undone": journal.rows[RowKind.LOAN_UNDONE.value],
        "returns": journal.rows[RowKind.RETURN_DONE.value],
        "standing at the kiosk": len(journal.standing),
        "standing at central": len(central.standing),
        "facts not acknowledged": central.unacknowledged,
    }
    receipts = {
        "offered": journal.rows[RowKind.RECEIPT_OFFERED.value],
        "asked for": journal.prints,
        "printed": journal.rows[RowKind.RECEIPT_PRINTED.value],
        "cut off the roll": room.printed,
    }
    return Balance(items, loans, receipts, dict(central.exceptions), tuple(differences))


IN_THE_HOUSE = frozenset({SHELF, PAD, TROLLEY})


def _items(
    journal: JournalSums, central: AtCentral, room: InTheRoom, marks: SecurityMarks
) -> tuple[dict[str, int], list[str]]:
    sums: Counter[str] = Counter()
    wrong: list[str] = []
    for item, place in room.places.items():
        inside, lent = place in IN_THE_HOUSE, item in central.standing
        opened = room.afi[item] == marks.on_loan
        match inside, lent, opened:
            case True, False, False:
                sums["in the house"] += 1
            case False, True, True:
                sums["lent"] += 1
            case False, False, False if item in room.ran_off:
                sums["carried out past a ringing gate"] += 1
            case False, True, False if item in room.ran_off or item in journal.doubtful:
                sums["lent, and its tag still rings: told"] += 1
            case _ if item in journal.doubtful:
                sums["in doubt: staff are told"] += 1
            case _:
                where = "in the house" if inside else "with a reader"
                wrong.append(
                    f"item {item}: {where}, {'lent' if lent else 'not lent'} at central, "
                    f"its tag says {room.afi[item]:02X}, and nobody was told"
                )
    sums["all"] = len(room.places)
    return dict(sums), list(_named(wrong))


def _loans(journal: JournalSums, central: AtCentral) -> Iterator[str]:
    yield from _named(
        [f"loan of {item}: central has none" for item in journal.standing.keys() - central.standing.keys()]
    )
    yield from _named(
        [f"loan of {item}: no kiosk made it" for item in central.standing.keys() - journal.standing.keys()]
    )
    both = journal.standing.keys() & central.standing.keys()
    others = [item for item in both if journal.standing[item] != central.standing[item]]
    yield from _named([f"loan of {item}: kiosk and central name two patrons" for item in others])
    made = journal.rows[RowKind.LOAN_MADE.value]
    if made != central.loans:
        yield f"loans: the journal made {made}, central has {central.loans}"
    if central.unacknowledged:
        yield f"facts: central has not acknowledged {central.unacknowledged}"
    if central.set_aside:
        yield f"messages: central set {central.set_aside} aside"
    forgotten = [item for item in journal.open_intents.values() if item not in journal.doubtful]
    yield from _named([f"item {item}: begun and never ended, and nobody was told" for item in forgotten])


def _receipts(journal: JournalSums, room: InTheRoom) -> Iterator[str]:
    printed, failed = journal.rows[RowKind.RECEIPT_PRINTED.value], journal.rows[RowKind.RECEIPT_FAILED.value]
    if journal.prints != printed + failed:
        yield f"receipts: {journal.prints} were asked for, {printed} printed and {failed} failed"
    if printed != room.printed:
        yield f"receipts: the journal says {printed} were printed, {room.printed} were cut off the roll"
    started, ended = journal.rows[RowKind.SESSION_STARTED.value], journal.rows[RowKind.SESSION_ENDED.value]
    if started != ended:
        yield f"visits: {started} began, {ended} ended"


def _named(differences: list[str]) -> Iterator[str]:
    """The first of them, and how many more there are."""
    found = sorted(differences)
    yield from found[:MOST_NAMED]
    if len(found) > MOST_NAMED:
        yield f"… and {len(found) - MOST_NAMED} more like this"
