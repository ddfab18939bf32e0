"""What is said over the line between `CardService` and its process inside the namespaces: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum


class Verb(Enum):
    """What is asked of the process inside."""

    CONNECT = "connect"
    """A connection to a reader's port: it comes back with the answer, and whoever holds it is the card."""
    RESTART = "restart"
    """pcscd again, with these readers and no others."""
    STOP = "stop"
    """pcscd is stopped."""


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to do, to the readers of these names."""

    verb: Verb
    readers: tuple[str, ...] = ()

    def line(self) -> bytes:
        """The order as a line."""
        return _line({"do": self.verb.value, "readers": list(self.readers)})

    @classmethod
    def of(cls, line: bytes) -> Order:
        """The order that a line holds; raises ValueError for one that holds none."""
        table = _table(line)
        readers = table["readers"]
        if not isinstance(readers, list):
            raise ValueError(f"not a list of readers: {line!r}")
        return cls(Verb(table["do"]), tuple(map(str, readers)))


@dataclass(frozen=True, slots=True)
class Answer:
    """Done where `refused` is empty, else why it was not."""

    refused: str = ""

    def line(self) -> bytes:
        """The answer as a line."""
        return _line({"refused": self.refused})

    @classmethod
    def of(cls, line: bytes) -> Answer:
        """The answer that a line holds."""
        return cls(str(_table(line)["refused"]))


def _line(table: dict[str, object]) -> bytes:
    return json.dumps(table).encode() + b"\n"


def _table(line: bytes) -> dict[str, object]:
    table = json.loads(line)
    if not isinstance(table, dict):
        raise ValueError(f"not an object: {line!r}")
    return table
