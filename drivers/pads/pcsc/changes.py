"""What is written to a tag, and how it is looked at afterwards. A write leaves the session open for the look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.cards.apdu import Answer
from drivers.pads.pcsc import iso15693, session
from drivers.pads.pcsc.hold import TagSession
from drivers.pads.pcsc.iso15693 import LOCKED_FOR_GOOD, TagAnswer
from drivers.pads.pcsc.session import NoAnswer, Request
from drivers.pads.polling.dialect import Change, Held, NotSeen, Value, WriteReply
from drivers.pads.polling.errand import Errand, OneExchange
from drivers.pads.polling.visit import After, Visit
from drivers.pads.system_information import parse_system_information


class WriteInTurn:
    """`polling.errand.Errand`: one frame for each block, until one is refused or not answered."""

    holds = True

    def __init__(self, frames: tuple[bytes, ...]) -> None:
        self._left = list(frames)

    def request(self) -> Request:
        """The next block."""
        return session.exchange_write(self._left[0])

    def heard(self, answer: Answer) -> WriteReply | None:
        """6401 and silence mean "perhaps written"; only the look counts."""
        said = session.tag_answer(answer)
        if isinstance(said, TagAnswer) and said.error is None and len(self._left) > 1:
            del self._left[0]
            return None
        locked = isinstance(said, TagAnswer) and said.error in LOCKED_FOR_GOOD
        return WriteReply.NEVER if locked else WriteReply.PERHAPS


@dataclass(frozen=True, slots=True)
class Tag:
    """Whom a change is for."""

    uid: str
    hold: TagSession

    def write(self, frames: tuple[bytes, ...]) -> Visit[Request, Answer, WriteReply]:
        """The session stays open."""
        return Visit(self.hold, WriteInTurn(frames), lambda _: WriteReply.PERHAPS, After.STAY)

    def look(
        self, frame: bytes, seen: Callable[[bytes], Held[Value] | NotSeen]
    ) -> Visit[Request, Answer, Held[Value] | NotSeen]:
        """What the tag holds; `seen` reads it from the data of its answer."""

        def read(answer: Answer) -> Held[Value] | NotSeen:
            said = session.tag_answer(answer)
            if isinstance(said, NoAnswer):
                return said.seen
            return seen(said.data) if said.error is None else NotSeen.NO_SENSE

        asked: Errand[Request, Answer, Held[Value] | NotSeen] = OneExchange(session.exchange(frame), read)
        return Visit(self.hold, asked, lambda trouble: trouble.seen)


def afi(tag: Tag, wanted: int) -> Change[Request, Answer, int]:
    """Frame 27, read back by 2B."""

    def seen(data: bytes) -> Held[int] | NotSeen:
        information = parse_system_information(data)
        if information is None or information.uid != tag.uid:
            return NotSeen.NO_SENSE
        return NotSeen.NEVER if information.afi is None else Held(information.afi)

    frames = (iso15693.write_afi(tag.uid, wanted),)
    return Change(wanted, lambda: tag.write(frames), lambda: tag.look(iso15693.system_information(tag.uid), seen))


def memory(tag: Tag, first: int, data: bytes, block_size: int) -> Change[Request, Answer, bytes]:
    """Frames 21, one a block, read back by 23."""
    blocks = [data[start : start + block_size] for start in range(0, len(data), block_size)]
    frames = tuple(iso15693.write_block(tag.uid, first + at, block) for at, block in enumerate(blocks))

    def seen(read: bytes) -> Held[bytes] | NotSeen:
        return Held(read) if len(read) == len(data) else NotSeen.NO_SENSE

    look = iso15693.read_blocks(tag.uid, first, len(blocks))
    return Change(data, lambda: tag.write(frames), lambda: tag.look(look, seen))
