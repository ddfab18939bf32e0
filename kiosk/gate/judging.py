"""Whether a tag may go through: its security mark, held against what the ledger says. Pure.

    mark          ledger: lent        in stock           not known          not to be asked
    in stock      pass, repair        NOT-LENT           MARK-RINGS         MARK-RINGS
    lent          pass                OPENED-NOT-LENT    pass               pass
    another one   pass, repair        MARK-CHANGED       ignored            ignored
    not told      pass                NOT-LENT           ignored            ignored

What the ledger knows is ours, whatever stands on the tag. Of the rest, a tag of another library, of a patron's card,
or with no library's data is ignored. Source: docs/adr/0150, AFI and EAS by ISO 28560-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.model.circulation import SecurityMarks
from kiosk.model.gate_facts import AlarmKind, PassWhy, Rule
from kiosk.model.ids import ItemId, Uid


class Kind(StrEnum):
    """Whose tag it is, by its own data."""

    OURS = "ours"
    """It names this library."""
    ANY_LIBRARY = "any-library"
    """An item's, and it does not say of whom; or the gate told nothing but a UID."""
    OTHER_LIBRARY = "other-library"
    CARD = "card"
    """A patron's card, or equipment."""
    NO_LIBRARY = "no-library"
    """Data of no library, or none at all."""


class Mark(StrEnum):
    """What the security mark says."""

    CLOSED = "closed"
    """In stock: it rings."""
    OPEN = "open"
    OTHER = "other"
    UNTOLD = "untold"
    """The gate tells no mark, as UHF portals of tags without ISO 28560-4."""


class Standing(StrEnum):
    """What the ledger says of an item."""

    LENT = "lent"
    IN_STOCK = "in-stock"
    UNKNOWN = "unknown"
    NOT_ASKED = "not-asked"
    """There is no copy of the ledger, or it is too old."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A tag that a gate has told of, whatever the gate's maker."""

    gate: str
    kind: Kind
    item: ItemId | None
    uid: Uid | None
    afi: int | None
    eas: bool | None = None
    """True: the chip's own bit rings."""
    only_alarms: bool = False
    """This gate tells only what its own mark test rings for (LSP2)."""
    outward: bool | None = None
    stamp: str = ""
    """When it was, by the gate's own clock, whatever that says; empty where it does not tell. A late report
    with the same stamp is the same one, told again."""
    rssi_dbm: int | None = None
    """How strong the gate heard it, where it tells."""
    late: bool = False
    """It happened long before it was told."""

    @property
    def name(self) -> str:
        """Under which it is the same tag again."""
        return self.uid or self.item or ""


@dataclass(frozen=True, slots=True)
class Passes:
    why: PassWhy
    rule: Rule


@dataclass(frozen=True, slots=True)
class Rings:
    kind: AlarmKind
    rule: Rule


class Ignored(StrEnum):
    """Why a tag is none of the gate's business. These are counted, and nothing of them is kept."""

    OTHER_LIBRARY = "other-library"
    CARD = "card"
    NO_LIBRARY = "no-library"
    """And no mark of ours on it."""
    OTHER_MARK = "other-mark"
    """An AFI that is neither of ours, on a tag that the ledger does not know."""
    NOTHING_TO_GO_BY = "nothing-to-go-by"
    """No mark is told, and the ledger does not know it or cannot be asked."""


Verdict = Passes | Rings | Ignored


def mark_of(sighting: Sighting, marks: SecurityMarks) -> Mark:
    """What the tag's AFI and EAS say together; either of them is enough to ring."""
    if sighting.only_alarms or sighting.eas or sighting.afi == marks.in_stock:
        return Mark.CLOSED
    if sighting.afi == marks.on_loan:
        return Mark.OPEN
    if sighting.afi is None:
        return Mark.UNTOLD if sighting.eas is None else Mark.OPEN
    return Mark.OTHER


def judge(sighting: Sighting, standing: Standing, marks: SecurityMarks) -> Verdict:
    """What is to be done about a tag; every pair of mark and standing is decided."""
    mark = mark_of(sighting, marks)
    match standing:
        case Standing.LENT:
            agrees = mark in (Mark.OPEN, Mark.UNTOLD)
            return Passes(PassWhy.LENT if agrees else PassWhy.LENT_TAG_CLOSED, Rule.LEDGER)
        case Standing.IN_STOCK:
            return Rings(_KINDS_IN_STOCK[mark], Rule.LEDGER)
        case Standing.UNKNOWN | Standing.NOT_ASKED:
            return _by_mark(sighting, mark)


_KINDS_IN_STOCK = {
    Mark.CLOSED: AlarmKind.NOT_LENT,
    Mark.OPEN: AlarmKind.OPENED_NOT_LENT,
    Mark.OTHER: AlarmKind.MARK_CHANGED,
    Mark.UNTOLD: AlarmKind.NOT_LENT,
}


def _by_mark(sighting: Sighting, mark: Mark) -> Verdict:
    """The ledger is of no help: the mark alone, as gates have always done, but only on tags that may be ours."""
    match sighting.kind:
        case Kind.OTHER_LIBRARY:
            return Ignored.OTHER_LIBRARY
        case Kind.CARD:
            return Ignored.CARD
        case Kind.NO_LIBRARY if mark is not Mark.CLOSED:  # a damaged tag of ours still carries the mark
            return Ignored.NO_LIBRARY
        case _:
            pass
    match mark:
        case Mark.CLOSED:
            return Rings(AlarmKind.MARK_RINGS, Rule.MARK)
        case Mark.OPEN:
            return Passes(PassWhy.MARK_OPEN, Rule.MARK)
        case Mark.OTHER:
            return Ignored.OTHER_MARK
        case Mark.UNTOLD:
            return Ignored.NOTHING_TO_GO_BY
