"""A conversation line by line, in virtual time: what must leave next, what arrives, and what was told meanwhile."""

from __future__ import annotations

from drivers.conversation import Conversation
from drivers.pads.protocol import PadCommand, PadEvent

_ANSWER_S = 0.01
"""A reader's bytes come so long after its request."""


class Talk:
    """A core and a clock. Frames are hex, with or without spaces."""

    def __init__(self, core: Conversation[PadEvent, PadCommand]) -> None:
        self.core = core
        self.now_s = 7.0
        self.told = core.port_opened(self.now_s)

    def orders(self, command: PadCommand) -> None:
        self.core.submit(command, self.now_s)

    def next_request(self) -> bytes:
        """The next bytes that leave, as soon as they are due."""
        for _ in range(10):
            due_s = self.core.due_s()
            assert due_s is not None
            self.now_s = max(self.now_s, due_s)
            self.told += self.core.tick(self.now_s)
            if sent := self.core.take_outgoing():
                return sent
        raise AssertionError("nothing leaves")

    def asks(self, frame: str) -> None:
        """This must leave next."""
        assert self.next_request().hex(" ") == bytes.fromhex(frame).hex(" ")

    def says(self, frame: str) -> None:
        """The reader's bytes."""
        self.now_s += _ANSWER_S
        self.told += self.core.receive(bytes.fromhex(frame), self.now_s)

    def exchange(self, *frames: str) -> None:
        """Requests and answers in turn."""
        for asked, answered in zip(frames[::2], frames[1::2], strict=True):
            self.asks(asked)
            self.says(answered)

    def takes(self) -> list[PadEvent]:
        """What was told since the last call."""
        told, self.told = self.told, []
        return told
