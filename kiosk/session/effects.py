"""What the reducer orders. Journal rows of one step commit in one transaction; only then do the others run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kiosk.model.circulation import Item, Language
from kiosk.model.facts import Fact
from kiosk.model.ids import AskId, Uid
from kiosk.model.journal import JournalRow
from kiosk.model.questions import Question, ReceiptEntry


@dataclass(frozen=True, slots=True)
class Journal:
    """Commit this row, and this fact into the outbox, together with every other `Journal` of the step."""

    row: JournalRow
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask central. The station answers with `Answered` or, after the deadline or without a line, `AskExpired`."""

    id: AskId
    question: Question


@dataclass(frozen=True, slots=True)
class WriteAfi:
    """Write and read back. The pad answers with `TagWritten` or `TagNotWritten`."""

    uid: Uid
    afi: int


@dataclass(frozen=True, slots=True)
class ReadTag:
    """Read a present tag once more."""

    uid: Uid


@dataclass(frozen=True, slots=True)
class RememberItem:
    """Keep an item's title for the time without a line (a cache, never a fact)."""

    item: Item


@dataclass(frozen=True, slots=True)
class PrintReceipt:
    """Print what this session did. Answered with `Printed` or `PrintFailed` for `job`."""

    job: str
    language: Language
    borrowed: tuple[ReceiptEntry, ...]
    returned: tuple[ReceiptEntry, ...]
    card_ending: str
    """At most the last four characters of the patron's card number."""


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Whether this is the PIN of that staff card. Answered with `PinChecked` for `check`."""

    check: AskId
    card: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """Read the newest rows for staff. Answered with `JournalTold`."""


@dataclass(frozen=True, slots=True)
class PrintTest:
    """Print a page that says that the printer works. Answered with `Printed` or `PrintFailed` for `job`."""

    job: str
    language: Language


@dataclass(frozen=True, slots=True)
class LightLamps:
    """Switch every lamp on for a moment."""


class Ending(StrEnum):
    """What becomes of the machine when staff end the program."""

    RESTART = "restart"
    SWITCH_OFF = "switch-off"


@dataclass(frozen=True, slots=True)
class EndStation:
    """End the program in order, for this."""

    ending: Ending


class Told(StrEnum):
    """How far an order of the fleet is."""

    WAITS = "waits"
    BEGUN = "begun"
    """What follows has an effect outside; kept before it."""
    DONE = "done"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class OrderTold:
    """Keep and tell how far the order of the fleet is, before anything else of this step is done."""

    order: str
    told: Told
    why: str = ""


StaffOrder = CheckPin | ReadJournal | PrintTest | LightLamps


class Cue(StrEnum):
    """A sound."""

    TICK = "tick"
    DONE = "done"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Play:
    cue: Cue


Effect = Journal | Ask | WriteAfi | ReadTag | RememberItem | PrintReceipt | Play | StaffOrder | EndStation | OrderTold
