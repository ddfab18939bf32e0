"""The stream to one LSP2 gate: one question at a time, and whether what comes is its answer.

An answer begins with the first two bytes of its question. Where it does not, nothing that follows can be trusted: the
stream is out of step, and only a new connection helps (`LSP2.java` reads the length only behind the right echo).
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.gates.lsp2.layout import ANSWER_BYTES, HEAD_BYTES, START, Question, request


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to the question under way, of whatever length."""

    question: Question
    content: bytes

    @property
    def is_known(self) -> bool:
        """It has the length that such an answer has."""
        return len(self.content) == ANSWER_BYTES[self.question]


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """What came is no answer."""

    detail: str


class Link:
    """Holds one answer at most: 258 bytes."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """A new connection."""
        self._under_way: Question | None = None
        self._incoming = bytearray()
        self._outgoing = b""

    def __bool__(self) -> bool:
        """A question is under way."""
        return self._under_way is not None

    @property
    def heard_any(self) -> bool:
        """A part of an answer has come."""
        return bool(self._incoming)

    def ask(self, question: Question, index: int | None) -> None:
        """Put a question on the wire; only while none is under way."""
        self._under_way = question
        self._outgoing = request(question, index)

    def take_outgoing(self) -> bytes:
        """The question, once."""
        outgoing, self._outgoing = self._outgoing, b""
        return outgoing

    def receive(self, data: bytes) -> Answered | OutOfStep | None:
        """Take bytes as they came; None while more are needed."""
        if not data:
            return None
        if self._under_way is None:
            return OutOfStep(f"{len(data)} bytes came that nobody asked for")
        self._incoming += data[: HEAD_BYTES + 0xFF + 1]
        echo = bytes((START, self._under_way))
        if not echo.startswith(self._incoming[:2]):
            return OutOfStep("what came is no answer to what was asked")
        if len(self._incoming) < HEAD_BYTES or len(self._incoming) < HEAD_BYTES + self._incoming[2]:
            return None
        content = bytes(self._incoming[HEAD_BYTES:])
        if len(content) > self._incoming[2]:
            return OutOfStep("more came than the answer announced")
        answered = Answered(self._under_way, content)
        self.start()
        return answered
