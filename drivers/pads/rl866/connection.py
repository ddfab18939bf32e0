"""Which tag the reader is connected to, and the sequence number: all that one exchange leaves for the next."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.pads.polling.dialect import NotSeen
from drivers.pads.polling.visit import Taken, Trouble
from drivers.pads.rl866 import requests
from drivers.pads.rl866.answers import Answer, read_answer, read_handle
from drivers.pads.rl866.codes import TAG_SILENT, Command, Status, status_name
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.requests import Request


@dataclass(slots=True)
class Learned:
    """One reader, as far as its answers tell."""

    address: int | None = None
    sequence: int = 0
    """Of the next request."""
    uid: str | None = None
    """The tag that the reader is connected to."""
    handle: int | None = None
    alarm_answered: bool = False
    """Some tag has answered an EAS alarm: from then on its silence means something."""

    def forget(self) -> None:
        """Any reader may be there, in any state."""
        self.address, self.alarm_answered = None, False
        self.in_step()

    def in_step(self) -> None:
        """Both sides start again at 0."""
        self.sequence = 0
        self.uid = self.handle = None

    def note(self, request: Request, answer: Answer) -> None:
        """What an answer that was awaited does to the connection."""
        match request.command:
            case Command.CONNECT if answer.status == Status.OK:
                self.uid, self.handle = request.uid, read_handle(answer.data)
            case Command.DISCONNECT:
                self.uid = self.handle = None
            case Command.TAG_ACCESS if answer.status == Status.HANDLE:
                self.uid = self.handle = None
            case _:
                pass


def answer_in(block: Block) -> Answer:
    """The answer in a block that was taken as one; a resync's has neither command nor status."""
    return read_answer(block.content) or Answer(0, Status.OK, b"")


def not_seen(status: int) -> NotSeen:
    """What a status says of the tag that was asked."""
    return NotSeen.TAG_SILENT if status in TAG_SILENT else NotSeen.NO_SENSE


class Connection:
    """`polling.visit.Hold` of one tag."""

    def __init__(self, learned: Learned, uid: str, tag_type: int) -> None:
        self._learned = learned
        self._uid = uid
        self._tag_type = tag_type

    @property
    def taken(self) -> Taken:
        return Taken.UP if self._learned.uid == self._uid else Taken.NO

    @property
    def handle(self) -> int:
        """Of the tag while it is taken up."""
        return self._learned.handle or 0

    def take_up(self) -> Request:
        """Connect; another tag is let go of first."""
        if self._learned.uid is not None:
            return requests.disconnect()
        return requests.connect(self._uid, self._tag_type)

    def trouble(self, block: Block) -> Trouble | None:
        """The status of a connect that was refused."""
        answer = answer_in(block)
        if answer.command != Command.CONNECT or answer.status == Status.OK:
            return None
        return Trouble(f"connect: {status_name(answer.status)}", not_seen(answer.status))

    def let_go(self) -> Request:
        """By its handle, or of every tag where there is none."""
        return requests.disconnect(self.handle)
