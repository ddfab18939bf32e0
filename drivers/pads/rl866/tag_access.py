"""One tag access as an errand: operations that go out together, and what their results say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.pads.rl866 import requests
from drivers.pads.rl866.answers import Result, read_results
from drivers.pads.rl866.codes import Status
from drivers.pads.rl866.connection import Connection, answer_in
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.operations import Operation
from drivers.pads.rl866.requests import Request

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a tag access: its results, or the status with which the reader refused all of it."""

    status: int
    results: tuple[Result, ...]

    def of(self, operation: Operation) -> Result:
        """The result of one operation. One that was not come to failed as the one before it, or as the whole."""
        found = next((each for each in self.results if each.code == operation.code), None)
        if found is not None:
            return found
        status = self.results[-1].error if self.results else self.status
        return Result(operation.code, False, (status or Status.NAK).to_bytes(2, "little"))


class TagAccess(Generic[Told]):
    """`polling.errand.Errand` on a tag that is taken up: `asks` until `read` tells something."""

    holds = True

    def __init__(
        self,
        connection: Connection,
        asks: Callable[[], tuple[Operation, ...]],
        read: Callable[[Outcome], Told | None],
    ) -> None:
        self._connection = connection
        self._asks = asks
        self._read = read

    def request(self) -> Request:
        """What is asked next."""
        return requests.access(self._connection.handle, self._asks())

    def heard(self, block: Block) -> Told | None:
        """None to ask once more."""
        answer = answer_in(block)
        results = read_results(answer.data) if answer.status == Status.OK else None
        return self._read(Outcome(answer.status, results or ()))
