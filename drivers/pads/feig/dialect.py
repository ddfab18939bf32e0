"""FEIG OBID as a dialect of the polled pad. Source: FEIG H20800-16e-ID-B, chapters 3, 6 and 7, annex C."""

from __future__ import annotations

from drivers.pads.feig import frames, requests
from drivers.pads.feig.answers import read_block_data, read_system_information
from drivers.pads.feig.codes import ANY_READER, IsoError, Status, status_name
from drivers.pads.feig.frames import Answer, AnswerStream
from drivers.pads.feig.greeting import Greeting
from drivers.pads.feig.inventory import Inventory
from drivers.pads.feig.learned import Learned
from drivers.pads.feig.requests import Request
from drivers.pads.feig.settings import FeigSettings
from drivers.pads.polling.dialect import Change, Held, Knocked, Line, NotSeen, NotYet, WriteReply
from drivers.pads.polling.errand import OneExchange
from drivers.pads.polling.memory_reading import Blocks, Fewer, MemoryQuestions, MemoryReading, TagFacts, Unknowable

_PAUSE_S = 0.005
"""PSST: least time between the end of an answer and the next request (3.1)."""
_SILENCE_S = 0.03
"""Silence that ends a frame: 12 ms within a frame (3.1), and 16 ms in which a USB adapter may hold bytes back."""
_QUIET_S = 0.05
_FEWER_BLOCKS = frozenset({Status.ISO_15693_ERROR, Status.PARAMETER_RANGE, Status.LENGTH, Status.BUFFER_OVERFLOW})
"""Refusals that may be gone when fewer blocks are asked for."""
_TAG_SILENT = frozenset({Status.NO_TRANSPONDER, Status.DATA_FALSE, Status.WRITE_ERROR, Status.RF_COMMUNICATION})
"""Answers to a look that mean that the tag does not answer, or not well."""
_LOCKED_FOR_GOOD = frozenset(bytes((code,)) for code in (IsoError.LOCKED_ALREADY, IsoError.LOCKED))


class FeigDialect:
    """`polling.dialect.Dialect[Request, Answer]` of one reader."""

    def __init__(self, settings: FeigSettings) -> None:
        self._settings = settings
        self._learned = Learned()
        self.line = Line(
            words=f"{settings.speed_baud} baud 8E1",
            frame="FEIG frame",
            byte_s=settings.byte_s,
            pause_s=_PAUSE_S,
            silence_s=_SILENCE_S,
            quiet_s=_QUIET_S,
            shortest_answer=frames.SHORTEST_ANSWER,
        )

    def start(self) -> None:
        """Any reader may be there."""
        self._learned = Learned()

    def stream(self) -> AnswerStream:
        """Standard and advanced frames."""
        return AnswerStream()

    def frame(self, request: Request) -> bytes:
        """In the form that the reader knows."""
        return frames.request(
            request.command, request.data, address=self._settings.address, advanced=self._learned.advanced
        )

    def takes(self, answer: Answer, request: Request) -> bool:
        """The command is the same, the address is that of the first answer, and the data have the right shape."""
        asked = self._settings.address
        known = self._learned.address if asked == ANY_READER else asked
        if answer.command != request.command or known not in (None, answer.address) or not request.fits(answer):
            return False
        self._learned.address = answer.address
        return True

    def greeting(self) -> Greeting:
        """Software version, reader information."""
        return Greeting(self._learned)

    def knock(self) -> OneExchange[Request, Answer, Knocked]:
        """Baud rate detection, which needs no tag."""
        return OneExchange(requests.knock(), lambda _: Knocked.IN_STEP)

    def inventory(self) -> Inventory:
        """Without an RF reset: a reader with bit ONT of CFG5 set leaves out what it told before (4.6)."""
        return Inventory(fresh=False)

    def fresh_inventory(self) -> Inventory:
        """Behind an RF reset."""
        return Inventory(fresh=True)

    def reading(self, uid: str, dsfid: int | None) -> MemoryReading[Request, Answer]:
        """System information, then blocks."""
        questions = MemoryQuestions(
            lambda: OneExchange(requests.system_information(uid), _facts),
            lambda first, count, size: OneExchange(requests.read_blocks(uid, first, count, size), self._blocks),
            self.blocks_at_once,
        )
        return MemoryReading(uid, dsfid, questions, self._settings.most_bytes)

    def afi(self, uid: str, afi: int) -> Change[Request, Answer, int]:
        """Read back by system information."""
        return Change(
            afi,
            lambda: OneExchange(requests.write_afi(uid, afi), _write_reply),
            lambda: OneExchange(requests.system_information(uid), _afi_seen),
        )

    def eas(self, uid: str, eas: bool) -> None:
        """The manual has no command for it: the custom commands of a chip are not public for these readers."""

    def blocks_at_once(self, block_size: int) -> int:
        """Any size of blocks, as the frames allow."""
        return requests.blocks_at_once(block_size, self._learned.longest_answer)

    def memory(self, uid: str, first_block: int, data: bytes, block_size: int) -> Change[Request, Answer, bytes]:
        """Read back by a read of the same blocks."""
        step = -1 if self._settings.reversed_blocks else 1
        on_wire = tuple(data[start : start + block_size][::step] for start in range(0, len(data), block_size))
        return Change(
            data,
            lambda: OneExchange(requests.write_blocks(uid, first_block, on_wire), _write_reply),
            lambda: OneExchange(requests.read_blocks(uid, first_block, len(on_wire), block_size), self._blocks_seen),
        )

    def _blocks(self, answer: Answer) -> Blocks | Fewer | NotYet:
        if answer.status in _FEWER_BLOCKS:
            return Fewer(status_name(answer.status))
        data = None
        if answer.status == Status.OK:
            data = read_block_data(answer.data, reversed_blocks=self._settings.reversed_blocks)
        return NotYet(status_name(answer.status)) if data is None else data

    def _blocks_seen(self, answer: Answer) -> Held[bytes] | NotSeen:
        if answer.status != Status.OK:
            return _nothing_seen(answer)
        read = read_block_data(answer.data, reversed_blocks=self._settings.reversed_blocks)
        return NotSeen.NO_SENSE if read is None else Held(b"".join(read.blocks))


def _facts(answer: Answer) -> TagFacts | Unknowable | NotYet:
    information = read_system_information(answer.data) if answer.status == Status.OK else None
    if information is not None:
        return TagFacts(information.afi, information.dsfid, information.block_size, information.blocks)
    # A tag that does not know the command is still read; its AFI stays unknown.
    if answer.status == Status.ISO_15693_ERROR:
        return Unknowable.FACTS
    return NotYet(f"system information: {status_name(answer.status)}")


def _afi_seen(answer: Answer) -> Held[int] | NotSeen:
    if answer.status != Status.OK:
        return _nothing_seen(answer)
    information = read_system_information(answer.data)
    return NotSeen.NO_SENSE if information is None else Held(information.afi)


def _nothing_seen(answer: Answer) -> NotSeen:
    return NotSeen.TAG_SILENT if answer.status in _TAG_SILENT else NotSeen.NO_SENSE


def _write_reply(answer: Answer) -> WriteReply:
    """Status 03 and 01 mean "perhaps written" (annex C)."""
    locked = answer.status == Status.ISO_15693_ERROR and answer.data[:1] in _LOCKED_FOR_GOOD
    return WriteReply.NEVER if locked else WriteReply.PERHAPS
