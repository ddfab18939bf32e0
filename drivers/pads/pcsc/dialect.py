"""A PC/SC desk reader as a dialect of the polled pad: requests are APDUs, each answered whole before the next.

Where no card lies there, or it was torn away, the port says what a reader would: 6401 (`drivers.ports.pcsc`).
Source: PC/SC part 3 and its supplement; NXP community thread ta-p/2291679; ISO/IEC 15693-3.
"""

from __future__ import annotations

from drivers.cards.apdu import Answer, parse_answer
from drivers.pads.pcsc import changes, iso15693, session
from drivers.pads.pcsc.hold import Session, TagSession
from drivers.pads.pcsc.inventory import Inventory
from drivers.pads.pcsc.iso15693 import FEWER_BLOCKS, UNKNOWN_COMMAND, error_name
from drivers.pads.pcsc.session import NoAnswer, Request
from drivers.pads.pcsc.settings import PcscPadSettings
from drivers.pads.polling.dialect import Change, Knocked, Line, NotYet, ReadingGoesOn
from drivers.pads.polling.errand import OneExchange
from drivers.pads.polling.memory_reading import Blocks, Fewer, MemoryQuestions, MemoryReading, TagFacts, Unknowable
from drivers.pads.polling.visit import Visit
from drivers.pads.protocol import TagRead
from drivers.pads.system_information import parse_system_information

_BYTES_AT_ONCE = 128
"""Of a tag's memory in one answer: what other readers of library tags take, and well within an APDU."""
_USUAL_BLOCK_SIZE = 4
_LARGEST_BLOCK = 32
"""ISO/IEC 15693-3, 10.4.12: five bits, plus one."""


class _Replies:
    """`polling.dialect.Stream`: each piece that comes is one whole answer."""

    def __init__(self) -> None:
        self._dropped = 0

    def __len__(self) -> int:
        return 0

    def feed(self, data: bytes) -> list[Answer]:
        """The answer; one without a status word is noise."""
        answer = parse_answer(data)
        self._dropped += 0 if answer is not None else len(data)
        return [] if answer is None else [answer]

    def silence(self) -> list[Answer]:
        """Nothing is ever unfinished."""
        return []

    def take_dropped(self) -> int:
        """Bytes that were no answer, since the last call."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def clear(self) -> None:
        """Nothing is ever unfinished."""


class _Greeting(OneExchange[Request, Answer, str]):
    """The service knows the reader, or the port would not be open: a session of an earlier host is ended."""

    def unheard(self) -> str | None:
        """Once more."""
        return None


class PcscDialect:
    """`polling.dialect.Dialect[Request, Answer]` of one reader."""

    line = Line(
        words="PC/SC",
        frame="answer with a status word",
        byte_s=0.0,
        pause_s=0.0,
        silence_s=0.0,
        quiet_s=0.0,
        shortest_answer=2,
    )

    def __init__(self, settings: PcscPadSettings) -> None:
        self._settings = settings
        self._session = Session()

    def start(self) -> None:
        """Whether a session is open is unknown: the greeting ends it."""
        self._session.shut()

    def stream(self) -> _Replies:
        """One answer a piece."""
        return _Replies()

    def frame(self, request: Request) -> bytes:
        """The APDU."""
        return request.apdu

    def takes(self, answer: Answer, request: Request) -> bool:
        """An answer is always that of the APDU before."""
        self._session.note(request, answer)
        return True

    def greeting(self) -> _Greeting:
        """End a session that may be open."""
        name = f"PC/SC reader {self._settings.reader}".rstrip()
        return _Greeting(session.end_at_start(), lambda _: name)

    def knock(self) -> OneExchange[Request, Answer, Knocked]:
        """The same."""
        return OneExchange(session.end(), lambda _: Knocked.IN_STEP)

    def inventory(self) -> Inventory:
        """Which tag lies there."""
        return Inventory(self._session)

    def fresh_inventory(self) -> Inventory:
        """The same: a reader never leaves out what it told before."""
        return Inventory(self._session)

    def reading(self, uid: str, dsfid: int | None) -> Visit[Request, Answer, TagRead | NotYet | ReadingGoesOn]:
        """System information and blocks in one session."""
        questions: MemoryQuestions[Request, Answer] = MemoryQuestions(
            lambda: OneExchange(session.exchange(iso15693.system_information(uid)), lambda answer: _facts(answer, uid)),
            lambda first, count, _: OneExchange(
                session.exchange(iso15693.read_blocks(uid, first, count)), lambda answer: _blocks(answer, count)
            ),
            lambda block_size: max(1, _BYTES_AT_ONCE // block_size),
        )
        memory = MemoryReading(uid, dsfid, questions, self._settings.most_bytes)
        return Visit(TagSession(self._session, uid), memory, lambda trouble: NotYet(trouble.detail))

    def afi(self, uid: str, afi: int) -> Change[Request, Answer, int]:
        """Read back by system information."""
        return changes.afi(self._tag(uid), afi)

    def eas(self, uid: str, eas: bool) -> None:
        """Custom commands of a chip: what such a reader makes of them is not public."""

    def blocks_at_once(self, block_size: int) -> int:
        """One frame a block, one look at them all."""
        return _BYTES_AT_ONCE // block_size if block_size <= _LARGEST_BLOCK else 0

    def memory(self, uid: str, first_block: int, data: bytes, block_size: int) -> Change[Request, Answer, bytes]:
        """Read back by a read of the same blocks."""
        return changes.memory(self._tag(uid), first_block, data, block_size)

    def _tag(self, uid: str) -> changes.Tag:
        return changes.Tag(uid, TagSession(self._session, uid))


def _facts(answer: Answer, uid: str) -> TagFacts | Unknowable | NotYet:
    said = session.tag_answer(answer)
    if isinstance(said, NoAnswer):
        return NotYet(f"system information: {said.detail}")
    if said.error is not None:
        # A tag that does not know the command is still read; its AFI stays unknown.
        is_unknown = said.error in UNKNOWN_COMMAND
        return Unknowable.FACTS if is_unknown else NotYet(f"system information: {error_name(said.error)}")
    known = parse_system_information(said.data)
    if known is None or known.uid != uid:
        return NotYet("system information makes no sense")
    return TagFacts(known.afi, known.dsfid, known.block_size or _USUAL_BLOCK_SIZE, known.blocks)


def _blocks(answer: Answer, count: int) -> Blocks | Fewer | NotYet:
    said = session.tag_answer(answer)
    if isinstance(said, NoAnswer):
        return NotYet(said.detail)
    if said.error is not None:
        return Fewer(error_name(said.error)) if said.error in FEWER_BLOCKS else NotYet(error_name(said.error))
    blocks = iso15693.parse_blocks(said.data, count)
    return NotYet("blocks make no sense") if blocks is None else Blocks(len(blocks[0]), blocks)
