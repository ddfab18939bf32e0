"""When what an LSP2 gate says is believed: there is no checksum, so most of it has to be said twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.codecs.reading import Format
from drivers.codecs.recognise import HARMLESS
from drivers.codecs.tag_data import decode
from drivers.gates.lsp2.layout import ANSWER_BYTES, BLOCK_BYTES, Question, read_record

Value = TypeVar("Value")

MOST_READINGS = 4


class Twice(Generic[Value]):
    """A value is believed when it is said twice in a row, or when it is the one that is believed already."""

    def __init__(self) -> None:
        self.believed: Value | None = None
        self._heard: Value | None = None

    def hear(self, value: Value) -> bool:
        """Whether `value` is believed now; if not, it should be asked for again."""
        if value != self.believed and value != self._heard:
            self._heard = value
            return False
        self.believed, self._heard = value, None
        return True


@dataclass(frozen=True, slots=True)
class Believed:
    """A record after as many readings as it took."""

    content: bytes
    """As it came; of another length where the gate has no such record."""
    certain: bool


class RecordReading:
    """One record, read until it can be believed, four times at most."""

    def __init__(self, place: int, expected: bytes | None = None) -> None:
        """`place` counts from 0; `expected` is what an earlier reading said."""
        self.place = place
        self._readings = [] if expected is None else [expected]

    def hear(self, content: bytes) -> Believed | None:
        """Take one reading; None when another is needed."""
        if content in self._readings or is_library_data(content):
            return Believed(content, certain=True)
        self._readings.append(content)
        return Believed(content, certain=False) if len(self._readings) >= MOST_READINGS else None


def is_library_data(content: bytes) -> bool:
    """Whether a record is right by itself: a time, and memory that reads as a library's without a doubt."""
    if len(content) != ANSWER_BYTES[Question.RECORD]:
        return False
    record = read_record(content)
    data = decode(record.memory, block_size=BLOCK_BYTES)
    whole = data.format is not Format.UNKNOWN and data.item_id is not None and HARMLESS.issuperset(data.findings)
    return record.time is not None and whole
