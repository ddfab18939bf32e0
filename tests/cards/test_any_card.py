"""Whatever a card answers, it gives a token or a reason, after a bounded number of questions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.exchange import NoToken, Unreadable
from drivers.cards.reading import TokenReader
from drivers.cards.sector_key import SectorKey
from drivers.cards.sources import (
    UID,
    Authentication,
    FromBlocks,
    FromFile,
    FromPatronTag,
    FromSector,
    KeyMemory,
    TokenSource,
)
from tests.cards.chips import A_PATRONS_TAG, KEY_A, NUMBER, MifareChip, VicinityChip

MOST_QUESTIONS = 100
KEY = SectorKey(KEY_A)
SOURCES: list[TokenSource] = [
    UID,
    FromFile(bytes.fromhex("D2760000850101"), 0xE104),
    FromBlocks(4, count=3),
    FromSector(KEY, 1),
    FromSector(KEY, 39, length=60, key_memory=KeyMemory.READER, authentication=Authentication.OLD),
    FromPatronTag(),
]

some_sw = st.sampled_from(["9000", "6300", "6401", "6A81", "6A82", "6D00", "6982", "6C08", "6C00", "6281"]).map(
    bytes.fromhex
)
some_data = st.sampled_from([b"", bytes(4), bytes(16), b"P0042".ljust(16, b"\0")]) | st.binary(max_size=20)
some_answer = st.builds(lambda data, sw: data + sw, some_data, some_sw) | st.binary(max_size=8)


class Babbling:
    """A card that answers one thing after the other, whatever it is asked."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self.asked = 0

    def transmit(self, command: bytes) -> bytes:
        self.asked += 1
        return self._answers[self.asked % len(self._answers)]


def token_or_reason(reader: TokenReader, card: Babbling) -> str:
    try:
        return reader.read(card)
    except NoToken as refused:
        return f"{refused.why.value}: {refused.detail}"


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SOURCES), st.lists(some_answer, min_size=1, max_size=12), st.integers(1, 3))
def test_any_answers_end_in_a_token_or_a_reason(source: TokenSource, answers: list[bytes], cards: int) -> None:
    reader = TokenReader(source)
    for _ in range(cards):
        card = Babbling(answers)
        told = token_or_reason(reader, card)
        assert told
        assert told.isprintable()
        assert 1 <= card.asked <= MOST_QUESTIONS


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 20), some_answer.filter(lambda answer: answer[-2:] != b"\x90\x00"))
def test_a_patrons_tag_disturbed_once_shows_its_number_or_nothing(at: int, answer: bytes) -> None:
    """Its UID would be another identity of the same patron."""

    class Disturbed(VicinityChip):
        def transmit(self, command: bytes) -> bytes:
            right = super().transmit(command)
            return answer if len(self.commands) == at + 1 else right

    try:
        token = TokenReader(FromPatronTag()).read(Disturbed(A_PATRONS_TAG))
    except NoToken:
        return
    assert token == NUMBER


@pytest.mark.parametrize("noisy", [b"", b"\x90", b"\x12\x34", b"\x9c\x90"])
def test_after_a_torn_card_the_next_one_is_read(noisy: bytes) -> None:
    reader = TokenReader(FromSector(KEY, 1, length=8))
    with pytest.raises(NoToken) as refused:
        reader.read(Babbling([noisy]))
    assert refused.value.why is Unreadable.PULLED_AWAY
    card = MifareChip()
    card.write(1, 0, b"P0042")
    assert reader.read(card) == "P0042"
