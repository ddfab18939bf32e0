"""The `Gate` protocol: what a security gate tells, whatever its maker. Alarm logic and ledger are not a driver's.

A driver tells every tag that its gate reports, once a report; who decides whether it is an alarm, and whether two
reports are one person, is the gate controller. What a gate is told to forget was stored before: see `Stored`.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.health import Faulted, Recovered


@dataclass(frozen=True, slots=True)
class TagPassed:
    """A tag that the gate saw. None stands for what this gate does not tell."""

    uid: str | None
    """HF: 16 upper-case hex digits, `E0` first. UHF: the UII (bank 01 behind the PC) in upper-case hex."""
    afi: int | None = None
    """HF: the tag's AFI. UHF: the AFI of the PC, where the tag is one of ISO 28560-4 and the reader told its PC."""
    dsfid: int | None = None
    eas: bool | None = None
    """True: the chip's EAS bit is set, which rings."""
    pc: int | None = None
    """UHF: the protocol control word."""
    data: bytes = b""
    """User memory from byte 0, as far as the gate sent it, in the order of the tag's own bytes."""
    block_size: int = 4
    at: str | None = None
    """The gate's own clock, ISO 8601 as far as it goes (`14:30:08.000`, `2011-02-28T09:08:30`); it has no zone."""
    antenna: int | None = None
    direction: int | None = None
    """As the gate numbers it; which number is inward is a setting."""
    rssi_dbm: int | None = None
    certain: bool = True
    """False where the wire has no checksum and only one reading of the record is known."""
    tag_type: bytes = b""
    """The gate's own word for the kind of tag, as it was sent (FEIG: TR-TYPE; LSP2: two bytes of unknown meaning)."""
    number: int = 0
    """Counts up from 1 with each tag that this driver told; 0 where the gate needs no acknowledge."""


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    """Counters as the gate keeps them, in its own order. They are totals: take differences; a fall is a reset."""

    counters: tuple[int, ...]
    unit: int | None = None
    """Which counting unit of the gate, where it says so."""


@dataclass(frozen=True, slots=True)
class ClockRead:
    """The gate's own clock at this moment, ISO 8601 without a zone.

    It drifts, and nobody sets it: whoever hears this keeps the difference to the right time, and dates `TagPassed.at`
    with it.
    """

    at: str


@dataclass(frozen=True, slots=True)
class RecordsLost:
    """The gate's memory overflowed: tags passed that nobody will know of."""

    detail: str


GateEvent = TagPassed | PeopleCounted | ClockRead | RecordsLost | Faulted | Recovered


@dataclass(frozen=True, slots=True)
class Stored:
    """What was told until now is kept: the gate may be told to forget it (gates with acknowledge)."""

    through: int | None = None
    """The `number` of the last tag that is kept, and with it all before. None: of the last one that was told, which is
    only right where nothing is told while this order is on its way."""


GateCommand = Stored
