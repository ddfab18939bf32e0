"""Cards of which a host gets no more than a number, against the public vectors and the standard's tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.apdu import Apdu
from firmware_sim.cards.plain import RandomUidCard, UidCard
from tests.firmware_sim_cards.asking import answered

MIFARE = bytes.fromhex("04A23B9C")
ICODE = bytes.fromhex("E00401008A5C982E")


@pytest.mark.parametrize(
    ("uid", "atr"),
    [
        # PC/SC part 3, 3.1.3.2.3.2 and its supplement of storage card names
        (MIFARE, "3B8F8001804F0CA000000306030001000000006A"),
        (ICODE, "3B8F8001804F0CA0000003060B00140000000077"),
        (bytes.fromhex("E0040150"), "3B8F8001804F0CA000000306030001000000006A"),
    ],
    ids=["MIFARE 1K", "ICODE SLI", "four bytes that begin with E0"],
)
def test_the_atr_names_the_kind_of_card(uid: bytes, atr: str) -> None:
    assert UidCard(uid).atr.hex().upper() == atr


@pytest.mark.parametrize(
    ("uid", "command", "answer"),
    [
        (MIFARE, "FFCA000000", "04A23B9C9000"),
        (MIFARE, "FFCA000004", "04A23B9C9000"),
        (MIFARE, "FFCA0000", "04A23B9C9000"),
        (MIFARE, "FFCA000007", "6C04"),
        # NXP community thread ta-p/2291679: an ISO 15693 UID least significant byte first
        (ICODE, "FFCA000000", "2E985C8A000104E09000"),
        (MIFARE, "FFCA010000", "6A81"),
        (MIFARE, "FFCA000100", "6A81"),
        (MIFARE, "FF82000006FFFFFFFFFFFF", "9000"),
        (MIFARE, "FFB0000410", "6982"),
        (MIFARE, "FFD600040401020304", "6982"),
        (MIFARE, "FFD60004040102", "6700"),
        (MIFARE, "FFC20000028100", "6D00"),
        (MIFARE, "00A4040007D2760000850101", "6A82"),
        (MIFARE, "00B0000010", "6E00"),
        (MIFARE, "FFCA", "6700"),
        (MIFARE, "", "6700"),
    ],
)
def test_an_apdu_gets_the_answer_of_a_storage_card(uid: bytes, command: str, answer: str) -> None:
    card = UidCard(uid)
    assert answered(card, command) == answer
    assert not card.writes(bytes.fromhex(command))


def test_a_desfire_says_another_uid_each_time_that_begins_with_08() -> None:
    cards = [RandomUidCard(seed) for seed in range(20)]
    uids = [answered(card, "FFCA000000") for card in cards]
    assert all(len(uid) == 12 and uid.startswith("08") and uid.endswith("9000") for uid in uids)
    assert len(set(uids)) == len(uids)
    assert [answered(card, "FFCA000000") for card in cards] == uids
    assert answered(cards[0], "FFCA010000") == "809000"
    assert cards[0].atr.hex().upper() == "3B8180018080"


@given(st.binary(max_size=300))
def test_whatever_a_command_says_it_has_lengths_that_agree_or_is_refused(command: bytes) -> None:
    apdu = Apdu.of(command)
    whole = UidCard(MIFARE)
    answer = bytes.fromhex(answered(whole, command.hex()))
    assert len(answer) in (2, 6)
    assert (apdu is None) == (answer == b"\x67\x00")
