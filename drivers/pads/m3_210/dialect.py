"""3M 210 and 810 as a dialect of the polled pad. Source: 3M RFID Reader Model 210 Protocol Specification 1.0.0."""

from __future__ import annotations

from itertools import count

from drivers.pads.m3_210 import answers, frames, requests
from drivers.pads.m3_210.block_writes import BlocksWrite, write_reply
from drivers.pads.m3_210.codes import BLOCK_BYTES, UID_BYTES, Command, Error, error_words
from drivers.pads.m3_210.eas import NEVER, EasLook
from drivers.pads.m3_210.frames import Answer, AnswerStream
from drivers.pads.m3_210.greeting import Greeting, who_is_there
from drivers.pads.m3_210.learned import Learned, Way
from drivers.pads.m3_210.requests import Request
from drivers.pads.m3_210.settings import M3Settings
from drivers.pads.m3_210.tag_facts import AskFacts
from drivers.pads.polling.dialect import (
    Change,
    Held,
    Knocked,
    Line,
    Looked,
    NotSeen,
    NotYet,
    Refused,
    RoundEnd,
    ShownTag,
)
from drivers.pads.polling.errand import OneExchange
from drivers.pads.polling.memory_reading import Blocks, Fewer, MemoryQuestions, MemoryReading

_PAUSE_S = 0.005
"""The manual asks for none; the reader may still be busy when its last byte leaves, and then it ignores us."""
_SILENCE_S = 0.05
"""The manual limits no gap within a frame: 16 ms in which a USB adapter may hold bytes back, and room to spare."""
_QUIET_S = 0.05
_WRITTEN_AT_ONCE = 8
"""Blocks that others' code is known to write with one request (github dpavlin/Biblio-RFID 3M810.pm write_blocks)."""
_TRIES_FOR_FACTS = 3
"""A tag that does not tell of itself in so many tries may be silent by right: its memory is read all the same."""
_FEWER_BLOCKS = frozenset(
    {Error.NOT_THERE, Error.TAG_OPTION, Error.NOT_FOR_THIS_TAG, Error.OPTION, Error.PARAMETER, Error.NO_MEMORY}
)
"""Refusals that may be gone when fewer blocks are asked for."""
_TAG_SILENT = frozenset({Error.NO_TRANSPONDER, Error.UNKNOWN, Error.NOT_READ})


class Inventory(OneExchange[Request, Answer, Looked]):
    """Every tag, in one exchange. The reader always asks all of them: nobody here tells one to be quiet."""

    fresh = True

    def __init__(self) -> None:
        super().__init__(requests.inventory(), _looked)


class M3Dialect:
    """`polling.dialect.Dialect[Request, Answer]` of one reader."""

    def __init__(self, settings: M3Settings) -> None:
        self._settings = settings
        self._learned = Learned()
        self.line = Line(
            words=f"{settings.speed_baud} baud 8N1",
            frame="3M frame",
            byte_s=settings.byte_s,
            pause_s=_PAUSE_S,
            silence_s=_SILENCE_S,
            quiet_s=_QUIET_S,
            shortest_answer=frames.SHORTEST_ANSWER,
        )

    def start(self) -> None:
        """Any reader may be there. While none answers, each greeting goes on with the way that was not tried last."""
        self._learned = Learned(self._learned.way)

    def stream(self) -> AnswerStream:
        """Frames of both start bytes."""
        return AnswerStream()

    def frame(self, request: Request) -> bytes:
        """As the request says."""
        return frames.request(request.command, request.data, start=request.start)

    def takes(self, answer: Answer, request: Request) -> bool:
        """Start byte and command are the same, and the UID where the answer has one."""
        if (answer.start, answer.command) != (request.start, request.command) or not request.fits(answer):
            return False
        if answer.start == frames.PROBE_START:
            self._learned.way = Way.PROBE
        elif answer.command == Command.VERSION:
            self._learned.way = Way.VERSION
        return True

    def greeting(self) -> Greeting:
        """Version, or probe and start-up."""
        return Greeting(self._learned)

    def knock(self) -> OneExchange[Request, Answer, Knocked]:
        """Who is there, the way that was answered: an 810 that fell asleep is woken."""
        return OneExchange(who_is_there(self._learned), lambda _: Knocked.IN_STEP)

    def inventory(self) -> Inventory:
        """`FE 00 05`."""
        return Inventory()

    def fresh_inventory(self) -> Inventory:
        """The same."""
        return Inventory()

    def reading(self, uid: str, dsfid: int | None) -> MemoryReading[Request, Answer]:
        """Tag information, then blocks."""

        def blocks(first: int, most: int, size: int) -> OneExchange[Request, Answer, Blocks | Fewer | NotYet]:
            request = requests.read_blocks(uid, first, most, size)
            return OneExchange(request, lambda answer: _blocks(answer, first, most, size))

        tries = count(1)
        questions = MemoryQuestions(
            lambda: AskFacts(uid, dsfid, self._learned, insists=next(tries) < _TRIES_FOR_FACTS),
            blocks,
            lambda _: self._settings.blocks_at_once,
        )
        return MemoryReading(uid, dsfid, questions, self._settings.most_bytes)

    def afi(self, uid: str, afi: int) -> Change[Request, Answer, int]:
        """Read back by get AFI. A write fails now and then with 06 (3M810.pm): time ends the tries, not a count."""
        return Change(
            afi,
            lambda: OneExchange(requests.write_afi(uid, afi), write_reply),
            lambda: OneExchange(requests.get_afi(uid), _afi_seen),
        )

    def eas(self, uid: str, eas: bool) -> Change[Request, Answer, bool]:
        """NXP chips only; others refuse (7.13)."""
        return Change(
            eas,
            lambda: OneExchange(requests.set_eas(uid, eas), write_reply),
            lambda: EasLook(uid),
        )

    def blocks_at_once(self, block_size: int) -> int:
        """Only blocks of four bytes can be written (7.6)."""
        return min(_WRITTEN_AT_ONCE, self._settings.blocks_at_once) if block_size == BLOCK_BYTES else 0

    def memory(self, uid: str, first_block: int, data: bytes, block_size: int) -> Change[Request, Answer, bytes]:
        """Read back by a read of the same blocks."""
        blocks = len(data) // block_size
        return Change(
            data,
            lambda: BlocksWrite(uid, first_block, data, self._learned),
            lambda: OneExchange(
                requests.read_blocks(uid, first_block, blocks, block_size),
                lambda answer: _data_seen(answer, first_block, blocks),
            ),
        )


def _looked(answer: Answer) -> Looked:
    if answer.error == Error.NO_TRANSPONDER:
        return Looked((), end=RoundEnd.WHOLE)
    if answer.error != Error.NONE:
        return Looked((), end=Refused(error_words(answer.error)))
    found = answers.read_inventory(answer.data)
    if found is None:
        return Looked((), end=RoundEnd.PARTLY)
    tags = tuple(ShownTag(uid, None) for uid in found.uids)
    return Looked(tags, found.others, RoundEnd.WHOLE if found.whole else RoundEnd.PARTLY)


def _blocks(answer: Answer, first: int, most: int, size: int) -> Blocks | Fewer | NotYet:
    """Good blocks up to the first bad one; the next request begins with that."""
    if answer.error in _FEWER_BLOCKS:
        return Fewer(error_words(answer.error))
    if answer.error != Error.NONE:
        return NotYet(error_words(answer.error))
    read = answers.read_blocks(answer.data[UID_BYTES:], first, most, size)
    if read is None:
        return NotYet(f"no blocks of {size} bytes in the answer")
    bad = next((index for index, block in enumerate(read) if not block.good), len(read))
    if bad:
        return Blocks(size, tuple(block.data for block in read[:bad]))
    detail = error_words(read[0].lock)
    return Fewer(detail) if read[0].lock == Error.NOT_THERE else NotYet(detail)


def _data_seen(answer: Answer, first: int, blocks: int) -> Held[bytes] | NotSeen:
    if answer.error != Error.NONE:
        return _nothing_seen(answer)
    read = answers.read_blocks(answer.data[UID_BYTES:], first, blocks, BLOCK_BYTES)
    if read is None or len(read) < blocks:
        return NotSeen.NO_SENSE
    if not all(block.good for block in read):
        return NotSeen.TAG_SILENT
    return Held(b"".join(block.data for block in read))


def _afi_seen(answer: Answer) -> Held[int] | NotSeen:
    told = answer.data[UID_BYTES:]
    if answer.error == Error.NONE:
        return Held(told[0]) if told else NotSeen.NO_SENSE
    return _nothing_seen(answer)


def _nothing_seen(answer: Answer) -> NotSeen:
    if answer.error in NEVER:
        return NotSeen.NEVER
    return NotSeen.TAG_SILENT if answer.error in _TAG_SILENT else NotSeen.NO_SENSE
