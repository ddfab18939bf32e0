"""Errands: a few questions to a reader, one after the other, that end with a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Question(Protocol):
    """One request, whatever its maker's form. A frozen dataclass of the dialect."""

    @property
    def patience_s(self) -> float:
        """How long the reader may take until its answer begins, besides the time on the line."""
        ...

    @property
    def answer_bytes(self) -> int:
        """Longest answer, the whole frame."""
        ...

    @property
    def rest_s(self) -> float:
        """After its answer the reader is left alone for so long; 0 where the line's pause is enough."""
        ...


Request = TypeVar("Request", bound=Question)
Request_co = TypeVar("Request_co", bound=Question, covariant=True)
Answer = TypeVar("Answer")
Answer_contra = TypeVar("Answer_contra", contravariant=True)
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)


class Errand(Protocol[Request_co, Answer_contra, Result_co]):
    """Knows its next request, and what the answer to it means."""

    @property
    def holds(self) -> bool:
        """Nothing else may be sent before its next request (a tag is connected, say). A knock is sent all the same."""
        ...

    def request(self) -> Request_co:
        """The next request. Asked for once before each `heard`."""
        ...

    def heard(self, answer: Answer_contra) -> Result_co | None:
        """Take the answer to the last request; None when there is nothing to tell yet."""
        ...


class OneExchange(Generic[Request, Answer, Result]):
    """An errand of one request, whose answer `read` puts in words."""

    holds = False

    def __init__(self, request: Request, read: Callable[[Answer], Result]) -> None:
        self._request = request
        self._read = read

    def request(self) -> Request:
        """The one request."""
        return self._request

    def heard(self, answer: Answer) -> Result:
        """What the answer means."""
        return self._read(answer)
