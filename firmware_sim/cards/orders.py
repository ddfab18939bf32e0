"""What is said over the line between `CardService` and its process inside the namespaces: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum


class Verb(Enum):
    """What the card's hand, or the one at the plug, does."""

    INSERT = "insert"
    REMOVE = "remove"
    TAP = "tap"
    TEAR = "tear"
    FAULT = "fault"


class Fault(Enum):
    """What can be wrong with the reader."""

    NONE = "none"
    UNPLUG = "unplug"
    """The reader is gone. vpcd cannot be pulled out of a running pcscd, so pcscd starts again without it."""
    SERVICE_STOP = "service-stop"


@dataclass(frozen=True, slots=True)
class Order:
    """One thing to do; `uid` goes with a card, `fault` with `Verb.FAULT`."""

    verb: Verb
    uid: bytes = b""
    fault: Fault = Fault.NONE

    def line(self) -> bytes:
        """The order as a line."""
        return _line({"do": self.verb.value, "uid": self.uid.hex(), "fault": self.fault.value})

    @classmethod
    def of(cls, line: bytes) -> Order:
        """The order that a line holds; raises ValueError for one that holds none."""
        table = _table(line)
        return cls(Verb(table["do"]), bytes.fromhex(str(table["uid"])), Fault(table["fault"]))


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


def _line(table: dict[str, str]) -> bytes:
    return json.dumps(table).encode() + b"\n"


def _table(line: bytes) -> dict[str, object]:
    table = json.loads(line)
    if not isinstance(table, dict):
        raise ValueError(f"not an object: {line!r}")
    return table
