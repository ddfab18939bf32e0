"""The `Pad` protocol: what any RFID pad tells and what it can be told, whatever its maker.

A pad polls by itself. A new UID is read once (`TagSeen`, then `TagRead`); afterwards only its presence is polled, and
`TagGone` follows when it is away. A write is done when it was read back as written (`WriteDone`), never before.
UIDs are 16 upper-case hex digits with `E0` first (ISO/IEC 15693-3, 4.1); on UHF pads the UII in upper-case hex, as it
reads in stock, so that a tag keeps its name when it is secured and opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.health import Faulted, Recovered


@dataclass(frozen=True, slots=True)
class TagSeen:
    """A tag answered the inventory for the first time since it was last away."""

    uid: str


@dataclass(frozen=True, slots=True)
class TagRead:
    """The memory of a tag, in the order of the tag's own bytes (readers that reverse blocks are set right)."""

    uid: str
    afi: int | None
    """Application family identifier, 0–255; None where the reader could not tell."""
    dsfid: int | None
    block_size: int
    """Bytes a block as the tag reports them."""
    data: bytes
    """User memory from byte 0, as far as it could be read."""
    uii: bytes = b""
    """UHF: bank 01 from the protocol control word on (PC, then UII); `data` is then bank 11. Empty on HF."""


@dataclass(frozen=True, slots=True)
class TagUnreadable:
    """A tag is there but its memory could not be read in the tries allowed."""

    uid: str
    detail: str


@dataclass(frozen=True, slots=True)
class TagGone:
    """A tag that was seen answers no more (after the grace that hides a missed poll)."""

    uid: str


@dataclass(frozen=True, slots=True)
class WriteDone:
    """The AFI was written and read back as written, and the EAS bit with it where that was ordered."""

    uid: str
    afi: int
    eas: bool | None = None


class WriteFailure(StrEnum):
    """Why a write is not known to be done."""

    TAG_AWAY = "tag-away"
    """The tag does not answer: it may have been written or not."""
    LOCKED = "locked"
    """The tag refuses for good; nothing was written."""
    NOT_TAKEN = "not-taken"
    """Read back after the last try, the tag still holds another value."""
    READER = "reader"
    """The reader went away or gave no answer: written or not is unknown."""


@dataclass(frozen=True, slots=True)
class WriteFailed:
    """A write that is not known to be done."""

    uid: str
    why: WriteFailure
    afi: int | None
    """The value read back after the last try; None where nobody knows what the tag holds now."""


PadEvent = TagSeen | TagRead | TagUnreadable | TagGone | WriteDone | WriteFailed | Faulted | Recovered


@dataclass(frozen=True, slots=True)
class WriteAfi:
    """Secure or open one tag: write its AFI and read it back. Ends in one `WriteDone` or one `WriteFailed`."""

    uid: str
    afi: int
    eas: bool | None = None
    """Set (True: the gate rings) or clear the chip's EAS bit too; done is then only what was read back of both.
    None leaves it alone. A pad whose `Declaration` has no EAS is never given one: the settings refuse it."""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """Read a present tag once more; ends in `TagRead`, `TagUnreadable` or `TagGone`."""

    uid: str


@dataclass(frozen=True, slots=True)
class ForgetTags:
    """Report every tag in the field afresh, as after a start (used when a session begins)."""


PadCommand = WriteAfi | ReadAgain | ForgetTags
