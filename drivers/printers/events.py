"""What a receipt printer tells, and what it can be told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.health import Faulted, Recovered
from drivers.printers.receipt import Receipt


class Paper(StrEnum):
    """How much paper there is."""

    OK = "ok"
    LOW = "low"
    """Near its end: a warning; jobs print."""
    OUT = "out"


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """How the printer is, told on every change."""

    paper: Paper
    cover_open: bool
    cutter_error: bool
    offline: bool
    known: bool
    """False when nothing was heard: no back channel, no answer, no port. The rest is then what was last heard."""
    error: bool = False
    """An error other than the cutter's."""
    receipt_in_mouth: bool = False
    """The last receipt still hangs there; only models that can tell."""
    recoverable: bool = False
    """An error that DLE ENQ ends once its cause has gone."""
    recovers_by_itself: bool = False
    """An error that ends without help: a head that is too warm."""
    unrecoverable: bool = False
    """An error that needs the technician, or power off and on."""
    waits_for_recovery: bool = False
    """On line again only after DLE ENQ."""
    feed_button: bool = False
    """The paper feed button is held."""
    drawer_pin_high: bool = False
    """Pin 3 of the drawer's plug: a contact of the library's own."""


class PrintFailure(StrEnum):
    """Why a receipt was not printed whole. It is never printed again by itself."""

    PAPER_OUT = "paper-out"
    COVER_OPEN = "cover-open"
    CUTTER = "cutter"
    ERROR = "error"
    OFFLINE = "offline"
    NO_ANSWER = "no-answer"
    NOT_TAKING = "not-taking"
    """The printer stopped the flow (XOFF) and did not let it go on."""
    PORT_GONE = "port-gone"
    QUEUE_FULL = "queue-full"


@dataclass(frozen=True, slots=True)
class Printed:
    """A receipt is on paper."""

    job_id: str
    verified: bool = True
    """True when the printer said "all well" behind it; False on a printer without a back channel."""


@dataclass(frozen=True, slots=True)
class PrintFailed:
    """A receipt is not, or not wholly, on paper."""

    job_id: str
    why: PrintFailure


PrinterEvent = Printed | PrintFailed | PrinterStatus | Faulted | Recovered
"""`Faulted` with `PAPER_LOW` is a warning: the printer prints."""


@dataclass(frozen=True, slots=True)
class Print:
    """Print one document: a receipt to draw, or finished ESC/POS bytes with their own cut."""

    job_id: str
    document: Receipt | bytes


PrinterCommand = Print
