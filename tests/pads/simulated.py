"""A simulated reader as a desk's: the driver in front of it is another reading of the same page. Virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.faults.orders import WELL, ordered
from firmware_sim.faults.words import LINE_FAULTS, Fault, LineFault, PadFault
from firmware_sim.pads import PadReader
from firmware_sim.room.room import Room
from firmware_sim.room.tag import Tag as SimulatedTag
from tests.firmware_sim.pad_host import books_with
from tests.pads.desk import Tag

SomeDevice = TypeVar("SomeDevice", bound=PadReader)
SPOILING: tuple[Fault, ...] = (
    PadFault.SILENT,
    PadFault.BAD_CRC,
    LineFault.TRUNCATE,
    LineFault.HALF_FRAME,
    LineFault.NOISE,
    LineFault.SLOW,
    LineFault.DOUBLED,
    LineFault.LATE,
    LineFault.WRONG_BAUD,
)
"""What lets no book go and makes none up: a right checksum is that of a right answer, sooner or later."""
_REQUESTS_APART_S = 0.2
"""On the device's own clock: it is never asked too soon."""


class Simulated(Generic[SomeDevice]):
    """`tests.pads.desk.WireReader`: it is asked, and its time is measured. Its tags lie beside it at first."""

    pause_s = 0.0

    def __init__(self, byte_s: float, device: Callable[[Room, float], SomeDevice], *tags: SimulatedTag) -> None:
        self.tags: dict[str, Tag] = {}
        self.alive = True
        self.byte_s = byte_s
        books = books_with(*tags)
        self._names = {uid(tag): book.name for tag, book in zip(tags, books, strict=True)}
        self.room = Room(books, [])
        self.device = device(self.room, byte_s)
        self.line = LineTrouble("a line of the tests")
        self._now_s = self._took_s = 0.0

    def set_fault(self, fault: Fault, rate: float | None = None) -> None:
        """Of the reader or of its line, instead of any other."""
        of_line = isinstance(fault, LineFault)
        self.device.trouble.begin(fault if isinstance(fault, PadFault) else PadFault.NONE, rate)
        self.line.begin(ordered("pad", LINE_FAULTS, fault.value, rate) if of_line else WELL, self._now_s)

    def put(self, *tags: SimulatedTag) -> None:
        self.room.put_on_pad([self._names[uid(tag)] for tag in tags])

    def take(self, *tags: SimulatedTag) -> None:
        self.room.take_off_pad([self._names[uid(tag)] for tag in tags])

    def answer(self, frame: bytes) -> bytes | None:
        self._now_s += _REQUESTS_APART_S
        self.device.receive(frame, self._now_s)
        began_s = self._now_s
        while (due_s := self.device.due_s()) is not None:
            self._now_s = max(self._now_s, due_s)
            self.device.tick(self._now_s)
        self.line.say(self.device.take_outgoing(), self._now_s)
        said = self.line.take(self._now_s)
        while (due_s := self.line.due_s()) is not None:
            self._now_s = due_s
            said += self.line.take(due_s)
        self._took_s = self._now_s - began_s
        return b"".join(said) or None

    def air_s(self, request: bytes) -> float:
        return self._took_s


def a_tag(number: int, blocks: int = 28, block_size: int = 4, afi: int = 0x07) -> SimulatedTag:
    memory = bytearray((number + at) % 251 for at in range(blocks * block_size))
    return SimulatedTag(bytes.fromhex(f"E0040150{number:08X}"), afi, 0x06, block_size, blocks, memory)


def uid(tag: SimulatedTag) -> str:
    """As the drivers write it."""
    return tag.uid.hex().upper()
