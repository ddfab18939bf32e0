"""The usual way to read a tag: what it asks next after each kind of answer. Answers are told, not framed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from drivers.pads.polling.dialect import NotYet, ReadingGoesOn
from drivers.pads.polling.errand import OneExchange
from drivers.pads.polling.memory_reading import (
    Blocks,
    Fewer,
    MemoryQuestions,
    MemoryReading,
    TagFacts,
    Unknowable,
)
from drivers.pads.protocol import TagRead

UID = "E004015000000001"
Told = TagFacts | Unknowable | Blocks | Fewer | NotYet


@dataclass(frozen=True)
class Asked:
    """What was asked, in a few characters: `facts`, or first block and how many."""

    what: str
    patience_s: float = 0.0
    answer_bytes: int = 0
    rest_s: float = 0.0


def facts(told: Told) -> TagFacts | Unknowable | NotYet:
    assert isinstance(told, TagFacts | Unknowable | NotYet)
    return told


def blocks(told: Told) -> Blocks | Fewer | NotYet:
    assert isinstance(told, Blocks | Fewer | NotYet)
    return told


def a_reading(
    at_once: int = 32, most_bytes: int = 128, size: Callable[[int], int] | None = None
) -> MemoryReading[Asked, Told]:
    questions: MemoryQuestions[Asked, Told] = MemoryQuestions(
        lambda: OneExchange(Asked("facts"), facts),
        lambda first, count, _: OneExchange(Asked(f"{first}+{count}"), blocks),
        size or (lambda _: at_once),
    )
    return MemoryReading(UID, 0x3E, questions, most_bytes)


def four(count: int, size: int = 4) -> Blocks:
    return Blocks(size, tuple(bytes([number]) * size for number in range(count)))


def test_a_tag_is_read_as_far_as_it_goes_and_no_further() -> None:
    reading = a_reading(at_once=8)
    assert reading.request().what == "facts"
    assert reading.heard(TagFacts(0x07, 0x06, 4, 10)) is ReadingGoesOn.ON
    assert reading.request().what == "0+8"
    assert reading.heard(four(8)) is ReadingGoesOn.ON
    assert reading.request().what == "8+2"
    read = reading.heard(four(2))
    assert isinstance(read, TagRead)
    assert (read.afi, read.dsfid, len(read.data)) == (0x07, 0x06, 40)


def test_fewer_blocks_than_asked_for_are_kept_and_the_rest_is_asked_for() -> None:
    reading = a_reading()
    reading.heard(TagFacts(None, None, 4, 28))
    assert reading.request().what == "0+28"
    assert reading.heard(four(5)) is ReadingGoesOn.ON
    assert reading.request().what == "5+23"


def test_a_refusal_halves_what_is_asked_for_down_to_the_end_of_the_tag() -> None:
    reading = a_reading(most_bytes=16)
    assert reading.heard(Unknowable.FACTS) is ReadingGoesOn.ON
    asked = []
    for told in (Fewer("?"), four(2), Fewer("?")):
        asked.append(reading.request().what)
        assert not isinstance(reading.heard(told), TagRead)
    asked.append(reading.request().what)
    assert reading.heard(Fewer("not there")) == TagRead(UID, None, 0x3E, 4, b"\0\0\0\0\1\1\1\1")
    assert asked == ["0+4", "0+2", "2+2", "2+1"]


def test_a_tag_that_gives_no_block_at_all_fails_with_the_reason() -> None:
    reading = a_reading(at_once=1)
    reading.heard(TagFacts(0, 0, 4, 28))
    reading.request()
    assert reading.heard(Fewer("error 12")) == NotYet("block 0: error 12")
    assert reading.request().what == "0+1"


def test_two_silences_in_a_row_halve_what_is_asked_for_and_an_answer_ends_the_row() -> None:
    reading = a_reading()
    reading.heard(TagFacts(0, 0, 4, 32))
    asked = []
    for answered in (None, None, None, four(4), None):
        asked.append(reading.request().what)
        if answered is None:
            reading.unheard()
        else:
            reading.heard(answered)
    assert asked + [reading.request().what] == ["0+32", "0+32", "0+16", "0+8", "4+8", "4+8"]


def test_facts_that_do_not_come_are_asked_for_again() -> None:
    reading = a_reading()
    reading.request()
    reading.unheard()
    assert reading.request().what == "facts"
    assert reading.heard(NotYet("busy")) == NotYet("busy")
    assert reading.request().what == "facts"


def test_a_read_s_own_block_size_is_trusted_more_than_what_the_tag_says() -> None:
    reading = a_reading(size=lambda size: 128 // size)
    reading.heard(TagFacts(0, 0, 4, 28))
    reading.request()
    assert reading.heard(four(4, size=8)) is ReadingGoesOn.ON
    assert reading.request().what == "4+10"
    read = reading.heard(four(10, size=8))
    assert isinstance(read, TagRead)
    assert (read.block_size, len(read.data)) == (8, 112)


@pytest.mark.parametrize(("blocks_told", "asked"), [(None, "0+16"), (8, "0+8"), (256, "0+16")])
def test_no_more_than_the_setting_allows_is_asked_for(blocks_told: int | None, asked: str) -> None:
    reading = a_reading(most_bytes=64)
    reading.heard(TagFacts(0, 0, 4, blocks_told))
    assert reading.request().what == asked
