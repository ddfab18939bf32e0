"""The usual way to read a tag: what it says of itself, then its blocks in as few requests as the reader allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Generic

from drivers.pads.polling.dialect import NotYet, ReadingGoesOn
from drivers.pads.polling.errand import Answer, Errand, Request
from drivers.pads.protocol import TagRead

_USUAL_BLOCK_SIZE = 4
_SILENT_LIMIT = 2
"""Answers in a row that did not come: then fewer blocks are asked for, as a reader may have no room for so many."""


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What a tag says of itself."""

    afi: int | None
    dsfid: int | None
    block_size: int
    """Bytes."""
    blocks: int | None
    """None when the tag does not say how many it has: it is read as far as it goes."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks that were read, in the tag's own order of bytes."""

    block_size: int
    blocks: tuple[bytes, ...]
    """At least one, at most as many as were asked for, from the first on."""


class Unknowable(Enum):
    """The tag does not tell of itself: its memory is read all the same, as far as it goes."""

    FACTS = auto()


@dataclass(frozen=True, slots=True)
class Fewer:
    """A refusal that may be gone when fewer blocks are asked for: the tag has fewer, or the reader gives fewer."""

    detail: str


@dataclass(frozen=True, slots=True)
class MemoryQuestions(Generic[Request, Answer]):
    """How a dialect asks one tag."""

    facts: Callable[[], Errand[Request, Answer, TagFacts | Unknowable | NotYet]]
    blocks: Callable[[int, int, int], Errand[Request, Answer, Blocks | Fewer | NotYet]]
    """First block, how many, and their size as far as it is known. Details are told behind `block 3: `."""
    at_once: Callable[[int], int]
    """Most blocks of a size that one answer carries; at least 1."""


class MemoryReading(Generic[Request, Answer]):
    """`polling.dialect.Reading` by way of `MemoryQuestions`."""

    def __init__(
        self, uid: str, dsfid: int | None, questions: MemoryQuestions[Request, Answer], most_bytes: int
    ) -> None:
        """`dsfid` as the inventory told it, for a tag that does not."""
        self._uid = uid
        self._dsfid = dsfid
        self._questions = questions
        self._most_bytes = most_bytes
        self._facts: TagFacts | None = None
        self._asks_facts: Errand[Request, Answer, TagFacts | Unknowable | NotYet] | None = questions.facts()
        """None when the tag was asked what it is."""
        self._asks_blocks: Errand[Request, Answer, Blocks | Fewer | NotYet] | None = None
        self._asked_for = self._silent = 0
        self._block_size = _USUAL_BLOCK_SIZE
        self._wanted = most_bytes // _USUAL_BLOCK_SIZE
        """Blocks in all."""
        self._at_once = questions.at_once(self._block_size)
        self._blocks: list[bytes] = []

    @property
    def holds(self) -> bool:
        asks = self._asks_facts or self._asks_blocks
        return asks is not None and asks.holds

    def request(self) -> Request:
        """What it is, then its next blocks."""
        if self._asks_facts is not None:
            return self._asks_facts.request()
        if self._asks_blocks is None:
            self._asked_for = max(1, min(self._at_once, self._wanted - len(self._blocks)))
            self._asks_blocks = self._questions.blocks(len(self._blocks), self._asked_for, self._block_size)
        return self._asks_blocks.request()

    def heard(self, answer: Answer) -> TagRead | NotYet | ReadingGoesOn | None:
        """One step."""
        if self._asks_facts is not None:
            return self._heard_facts(self._asks_facts.heard(answer))
        return None if self._asks_blocks is None else self._heard_blocks(self._asks_blocks.heard(answer))

    def unheard(self) -> None:
        """The same question again, and after that one for fewer blocks."""
        self._silent += 1
        if self._silent >= _SILENT_LIMIT and self._asks_blocks is not None:
            self._at_once = max(1, self._asked_for // 2)
        self._ask_anew()

    def _ask_anew(self) -> None:
        if self._asks_facts is not None:
            self._asks_facts = self._questions.facts()
        self._asks_blocks = None

    def _heard_facts(self, told: TagFacts | Unknowable | NotYet | None) -> TagRead | NotYet | ReadingGoesOn | None:
        match told:
            case None:
                return None
            case NotYet():
                self._ask_anew()
                return told
            case TagFacts():
                self._facts = told
                memory_bytes = self._most_bytes if told.blocks is None else told.blocks * told.block_size
                self._size_is(told.block_size, memory_bytes)
            case Unknowable.FACTS:
                pass
        self._asks_facts = None
        self._silent = 0
        return self._done_or_on()

    def _heard_blocks(self, told: Blocks | Fewer | NotYet | None) -> TagRead | NotYet | ReadingGoesOn | None:
        if told is None:
            return None
        self._ask_anew()
        self._silent = 0
        match told:
            case Blocks():
                if told.block_size != self._block_size:
                    self._size_is(told.block_size, self._wanted * self._block_size)
                self._blocks += told.blocks
                return self._done_or_on()
            case Fewer() if self._asked_for > 1:
                self._at_once = self._asked_for // 2
                return None
            case Fewer() if self._blocks:
                return self._done()
            case Fewer(detail) | NotYet(detail):
                return NotYet(f"block {len(self._blocks)}: {detail}")

    def _size_is(self, block_size: int, memory_bytes: int) -> None:
        self._block_size = block_size
        self._wanted = min(memory_bytes, self._most_bytes) // block_size
        self._at_once = self._questions.at_once(block_size)

    def _done_or_on(self) -> TagRead | ReadingGoesOn:
        return self._done() if len(self._blocks) >= self._wanted else ReadingGoesOn.ON

    def _done(self) -> TagRead:
        data = b"".join(self._blocks)
        if self._facts is None:
            return TagRead(self._uid, None, self._dsfid, self._block_size, data)
        return TagRead(self._uid, self._facts.afi, self._facts.dsfid, self._block_size, data)
