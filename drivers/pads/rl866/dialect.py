"""RL866 as a dialect of the polled pad. Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866."""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.polling.dialect import Change, Knocked, Line, NotYet, ReadingGoesOn
from drivers.pads.polling.stream import FrameStream
from drivers.pads.polling.visit import Visit
from drivers.pads.protocol import TagRead
from drivers.pads.rl866 import changes, frames, operations, requests
from drivers.pads.rl866.answers import read_answer
from drivers.pads.rl866.codes import ANY_READER, OUT_OF_STEP
from drivers.pads.rl866.connection import Connection, Learned
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.inventory import Inventory
from drivers.pads.rl866.reading import MemoryReading
from drivers.pads.rl866.requests import Request
from drivers.pads.rl866.settings import Rl866Settings
from drivers.pads.rl866.tag_access import TagAccess
from drivers.pads.rl866.tag_types import TagTypes

_PAUSE_S = 0.001
"""The sources ask for none; on a bus of two wires (RS-485) a reader needs a moment to turn round."""
_SILENCE_S = 0.03
"""Two bytes' time would do; a USB adapter may hold bytes back for 16 ms."""
_QUIET_S = 0.05

_Told = TagRead | NotYet | ReadingGoesOn


class _Step(Enum):
    RESYNC = auto()
    LET_GO = auto()


class _IntoStep:
    """Resync, then a disconnect of every tag: from here on both sides know what comes next."""

    holds = True

    def __init__(self) -> None:
        self._step = _Step.RESYNC

    def request(self) -> Request:
        """A question whose answer cannot be mistaken, then what no earlier host may have left connected."""
        return requests.resync() if self._step is _Step.RESYNC else requests.disconnect()

    def heard(self, block: Block) -> Knocked | None:
        """With nothing connected some readers may refuse: the status is all the same."""
        if self._step is _Step.RESYNC:
            self._step = _Step.LET_GO
            return None
        return Knocked.IN_STEP


class _Greeting:
    """The same at the beginning. What a reader is called has no public layout; its address tells it apart."""

    holds = True

    def __init__(self) -> None:
        self._steps = _IntoStep()

    def request(self) -> Request:
        """Resync, disconnect."""
        return self._steps.request()

    def heard(self, block: Block) -> str | None:
        """The name."""
        return None if self._steps.heard(block) is None else f"RL866 class reader, address {block.address}"

    def unheard(self) -> str | None:
        """From the beginning."""
        self._steps = _IntoStep()
        return None


class Rl866Dialect:
    """`polling.dialect.Dialect[Request, Block]` of one reader."""

    def __init__(self, settings: Rl866Settings) -> None:
        self._settings = settings
        self._learned = Learned()
        self._types = TagTypes()
        self.line = Line(
            words=f"{settings.speed_baud} baud 8E1",
            frame="RL866 frame",
            byte_s=settings.byte_s,
            pause_s=_PAUSE_S,
            silence_s=_SILENCE_S,
            quiet_s=_QUIET_S,
            shortest_answer=frames.SHORTEST_FRAME,
        )

    def start(self) -> None:
        """Any reader may be there, in any state."""
        self._learned.forget()
        self._types.clear()

    def stream(self) -> FrameStream[Block]:
        """Frames tell their length in their second byte."""
        return FrameStream(2, frames.frame_length, frames.parse)

    def frame(self, request: Request) -> bytes:
        """With the next sequence number; a resync has none."""
        if request.command is None:
            return frames.resync(self._settings.address)
        sequence, self._learned.sequence = self._learned.sequence, self._learned.sequence ^ 1
        return frames.request(request.content, sequence, address=self._settings.address)

    def takes(self, block: Block, request: Request) -> bool:
        """Address, sequence number, command and shape are right; a reader that is out of step is met by a knock."""
        asked = self._settings.address
        known = self._learned.address if asked == ANY_READER else asked
        if known not in (None, block.address):
            return False
        if request.command is None:
            if not block.is_resync_answer:
                return False
            self._learned.in_step()
        else:
            answer = read_answer(block.content) if block.is_information else None
            # The sequence number of the next request is the other one than that of the request under way.
            if answer is None or block.sequence == self._learned.sequence or answer.status in OUT_OF_STEP:
                return False
            if not request.is_answered_by(answer):
                return False
            self._learned.note(request, answer)
        self._learned.address = block.address
        return True

    def greeting(self) -> _Greeting:
        """Resync, disconnect of every tag."""
        return _Greeting()

    def knock(self) -> _IntoStep:
        """The same."""
        return _IntoStep()

    def inventory(self) -> Inventory:
        """All tags each time; one that is still connected may be left out."""
        return Inventory(self._learned, self._types, fresh=False)

    def fresh_inventory(self) -> Inventory:
        """Behind a disconnect of every tag."""
        return Inventory(self._learned, self._types, fresh=True)

    def reading(self, uid: str, dsfid: int | None) -> Visit[Request, Block, _Told]:
        """Connect, one access for most tags, disconnect."""
        memory = MemoryReading(uid, self._types.likely_block_size(uid), self._settings.most_bytes)
        connection = self._tag(uid).connection
        access: TagAccess[_Told] = TagAccess(connection, memory.asks, memory.read)
        return Visit(connection, access, lambda trouble: NotYet(trouble.detail))

    def afi(self, uid: str, afi: int) -> Change[Request, Block, int]:
        """Read back by system information."""
        return changes.afi(self._tag(uid), afi)

    def eas(self, uid: str, eas: bool) -> Change[Request, Block, bool]:
        """Of the ICODE SLI family, read back by its alarm."""
        if not self._types.has_eas(uid):
            return changes.no_eas(self._tag(uid), eas)
        return changes.eas(self._tag(uid), eas, self._learned)

    def blocks_at_once(self, block_size: int) -> int:
        """As much as a record with a length of one byte holds, both ways."""
        read = operations.blocks_at_once(block_size, operations.RESULTS_ROOM_BYTES)
        return min(read, operations.blocks_written_at_once(block_size))

    def memory(self, uid: str, first_block: int, data: bytes, block_size: int) -> Change[Request, Block, bytes]:
        """Read back by a read of the same blocks."""
        return changes.memory(self._tag(uid), first_block, data, block_size)

    def _tag(self, uid: str) -> changes.Tag:
        return changes.Tag(uid, Connection(self._learned, uid, self._types.of(uid)))
