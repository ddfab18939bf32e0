"""An ISO/IEC 15693 tag as a chip: what its memory holds, what is locked, and whether it answers an inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto

UID_LENGTH = 8
UID_FIRST_BYTE = 0xE0
"""Every ISO/IEC 15693 UID begins with it (clause 4.1)."""
MAKER_NXP = 0x04
"""Second byte of a UID: the maker's code (ISO/IEC 7816-6)."""
IC_REFERENCE = 0x01


class TagError(IntEnum):
    """Error codes of a tag's answer. Source: ISO/IEC 15693-3, table of response error codes."""

    NOT_SUPPORTED = 0x01
    NOT_RECOGNISED = 0x02
    NO_SUCH_BLOCK = 0x10
    ALREADY_LOCKED = 0x11
    LOCKED = 0x12


class TagRefused(Exception):
    """The tag answers with an error instead of doing what it was asked to do."""

    def __init__(self, error: TagError) -> None:
        super().__init__(error.name)
        self.error = error


class TagLeft(Exception):
    """In the middle of a write the tag is not heard any more."""


class Written(Enum):
    """What is written to a tag at once."""

    BLOCK = auto()
    BYTE = auto()
    """AFI, DSFID, EAS."""


class Tear(Enum):
    """What becomes of a write that is torn."""

    NONE = auto()
    UNDONE = auto()
    DONE = auto()


Tearing = Callable[[Written], Tear]


class Listening(Enum):
    """States of a powered tag. Source: ISO/IEC 15693-3, figure of the VICC states."""

    READY = auto()
    QUIET = auto()
    SELECTED = auto()


@contextmanager
def torn(tearing: Tearing | None, what: Written) -> Iterator[bool]:
    """Around a write: whether it is done. Raises `TagLeft` behind one that is torn."""
    tear = Tear.NONE if tearing is None else tearing(what)
    yield tear is not Tear.UNDONE
    if tear is not Tear.NONE:
        raise TagLeft


@dataclass(slots=True)
class Tag:
    """One tag. `memory` is the user memory from byte 0 in the tag's own order, `block_size * blocks` bytes long."""

    uid: bytes
    afi: int
    dsfid: int
    block_size: int
    blocks: int
    memory: bytearray
    afi_locked: bool = False
    dsfid_locked: bool = False
    eas: bool = False
    ic_reference: int = IC_REFERENCE
    locked_blocks: set[int] = field(default_factory=set)
    listening: Listening = Listening.READY
    tearing: Tearing | None = field(default=None, compare=False, repr=False)
    """Asked before each write, which then raises `TagLeft`, done or not."""

    def __post_init__(self) -> None:
        assert len(self.uid) == UID_LENGTH, self.uid
        assert len(self.memory) == self.block_size * self.blocks, (len(self.memory), self.block_size, self.blocks)

    @property
    def maker(self) -> int:
        """Who made the chip, by the second byte of its UID."""
        return self.uid[1]

    def block(self, number: int) -> bytes:
        """The bytes of one block; raises `TagRefused`."""
        if not 0 <= number < self.blocks:
            raise TagRefused(TagError.NO_SUCH_BLOCK)
        return bytes(self.memory[number * self.block_size : (number + 1) * self.block_size])

    def write_block(self, number: int, content: bytes) -> None:
        """Write one whole block; raises `TagRefused`."""
        if len(content) != len(self.block(number)):
            raise TagRefused(TagError.NO_SUCH_BLOCK)
        if number in self.locked_blocks:
            raise TagRefused(TagError.LOCKED)
        with torn(self.tearing, Written.BLOCK) as done:
            if done:
                self.memory[number * self.block_size : (number + 1) * self.block_size] = content

    def lock_block(self, number: int) -> None:
        """Make one block read-only for ever; raises `TagRefused`."""
        self.block(number)
        if number in self.locked_blocks:
            raise TagRefused(TagError.ALREADY_LOCKED)
        self.locked_blocks.add(number)

    def write_afi(self, afi: int) -> None:
        """Set the byte that a gate looks at; raises `TagRefused`."""
        if self.afi_locked:
            raise TagRefused(TagError.LOCKED)
        with torn(self.tearing, Written.BYTE) as done:
            if done:
                self.afi = afi

    def lock_afi(self) -> None:
        """Make the AFI read-only for ever; raises `TagRefused`."""
        if self.afi_locked:
            raise TagRefused(TagError.ALREADY_LOCKED)
        self.afi_locked = True

    def write_dsfid(self, dsfid: int) -> None:
        """Set the byte that names the memory's format; raises `TagRefused`."""
        if self.dsfid_locked:
            raise TagRefused(TagError.LOCKED)
        with torn(self.tearing, Written.BYTE) as done:
            if done:
                self.dsfid = dsfid

    def lock_dsfid(self) -> None:
        """Make the DSFID read-only for ever; raises `TagRefused`."""
        if self.dsfid_locked:
            raise TagRefused(TagError.ALREADY_LOCKED)
        self.dsfid_locked = True

    def set_eas(self, eas: bool) -> None:
        """Set the bit that an EAS gate listens for: a custom command of NXP's ICODE chips. Raises `TagRefused`."""
        self.must_have_eas()
        with torn(self.tearing, Written.BYTE) as done:
            if done:
                self.eas = eas

    def must_have_eas(self) -> None:
        """Raises `TagRefused` where the chip has no EAS bit."""
        if self.maker != MAKER_NXP:
            raise TagRefused(TagError.NOT_SUPPORTED)

    def lose_power(self) -> None:
        """The field is gone, or the tag has left it: quiet and selected are forgotten, memory is not."""
        self.listening = Listening.READY
