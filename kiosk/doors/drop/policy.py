"""What a book-drop is made of, and its times. Names are those of inputs and outputs in `drop.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kiosk.model.circulation import SecurityMarks
from kiosk.model.questions import Destination, SortTold


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin below the tray."""

    name: str
    takes: tuple[str, ...]
    """`shelf`, `hold`, `transfer`, `staff`, or narrower: `transfer:east`, `shelf:dvd`."""
    output: str = ""
    """Turns the chute to this bin while the tray is emptied; empty: where it falls by itself."""
    full: str = ""
    """Input that is on while the bin is full."""
    away: str = ""
    """Input that is on while the bin is pulled out: staff empty it."""
    capacity: int = 0
    """So many items fill it, counted since it was pulled out; 0: nobody counts."""


@dataclass(frozen=True, slots=True)
class DropTimes:
    """Seconds."""

    offer_s: float = 20.0
    """The flap stays open so long for an item."""
    still_s: float = 0.5
    """Sensors of one moment are told one after the other, and a flap swings: so long neither may change."""
    gone_s: float = 1.5
    """A tag may miss a pad's question; what is not heard for so long is not there."""
    read_s: float = 3.0
    """What lies in the tray is read within this, or it is put before staff."""
    ask_s: float = 2.5
    release_s: float = 2.0
    """The tray is open so long."""
    jam_s: float = 8.0
    """What still lies in the tray then has jammed."""


@dataclass(frozen=True, slots=True)
class DropPolicy:
    """One book-drop."""

    bins: tuple[Bin, ...]
    front: str = "front"
    """Pad before the flap: it says for what the flap opens."""
    pad: str = "tray"
    """Pad under the tray, which hears nothing beyond it: what it hears has come in."""
    flap: str = "flap"
    """Output: the flap can be pushed open while it is on."""
    tray: str = "tray"
    """Output: the tray lets go of what lies in it."""
    fallen: str = "fallen"
    """Input: something lies in the tray, out of reach of a hand."""
    closed: str = ""
    """Input: the flap is closed. Empty: it closes by itself, and nobody tells."""
    ready_lamp: str = ""
    refused_lamp: str = ""
    out_lamp: str = ""
    marks: SecurityMarks = field(default_factory=SecurityMarks)
    times: DropTimes = field(default_factory=DropTimes)
    tries: int = 3
    """How often a tag is written before staff have to."""


def bin_for(bins: Iterable[Bin], full: frozenset[str], told: SortTold) -> Bin | None:
    """The narrowest of the bins that take it; one that takes what staff have to look at; any that is not full."""
    free = [one for one in bins if one.name not in full]
    narrow = told.branch if told.to is Destination.TRANSFER else told.loan_class
    wanted = [told.to.value, Destination.STAFF.value]
    if narrow:
        wanted.insert(0, f"{told.to.value}:{narrow}")
    for word in wanted:
        found = next((one for one in free if word in one.takes), None)
        if found is not None:
            return found
    return free[0] if free else None
