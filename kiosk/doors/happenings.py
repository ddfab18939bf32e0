"""What doors have besides a kiosk's devices: inputs that are on or off, and outputs that are switched."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.session.effects import Ask, Journal, ReadTag, WriteAfi
from kiosk.session.events import (
    Answered,
    AskExpired,
    CardLifted,
    CardNotRead,
    CardPresented,
    CopyChanged,
    LinkChanged,
    StorageFailed,
    StorageRecovered,
    TagGone,
    TagNotWritten,
    TagRead,
    TagSeen,
    TagWritten,
    TimePassed,
)


@dataclass(frozen=True, slots=True)
class InputTold:
    """A sensor says this now."""

    input: str
    on: bool


@dataclass(frozen=True, slots=True)
class BoardChanged:
    """The boards with locks and sensors do their work, or not. What sensors said before is not known any more."""

    ok: bool


@dataclass(frozen=True, slots=True)
class PadChanged:
    """A pad does its work, or not. Where it has gone, nothing is known of what lies on it."""

    pad: str
    ok: bool


TagHappening = TagSeen | TagRead | TagGone | TagWritten | TagNotWritten


@dataclass(frozen=True, slots=True)
class AtPad:
    """A pad told something of a tag."""

    pad: str
    event: TagHappening


Happening = (
    InputTold
    | BoardChanged
    | PadChanged
    | AtPad
    | CardPresented
    | CardLifted
    | CardNotRead
    | Answered
    | AskExpired
    | LinkChanged
    | CopyChanged
    | StorageFailed
    | StorageRecovered
    | TimePassed
)


@dataclass(frozen=True, slots=True)
class Put:
    """Switch an output; off again by itself after `for_s`. An output without a name is none, and nothing is done."""

    output: str
    on: bool
    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class ToPad:
    """An order for one pad."""

    pad: str
    order: WriteAfi | ReadTag


DoorEffect = Journal | Ask | Put | ToPad
