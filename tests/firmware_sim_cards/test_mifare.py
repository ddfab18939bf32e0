"""MIFARE cards: keys for each sector, blocks of 16, pages of 4. Requests are the public vectors'."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.mifare import MifareClassic, Sector, Ultralight
from tests.firmware_sim_cards.asking import answered

VECTORS = tomllib.loads(Path("tests/vectors/pcsc.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: vector["hex"] for vector in VECTORS}
UID = bytes.fromhex("04A23B9C")
SEVEN = bytes.fromhex("04A1B2C4D5E680")
KEY_A, KEY_B = bytes.fromhex("A0A1A2A3A4A5"), bytes.fromhex("B0B1B2B3B4B5")
NUMBER = b"20230001".ljust(16, b"\0")
DONE, FAILED, NOT_ALLOWED, NO_KEY = "9000", "6300", "6982", "6983"


def a_card() -> MifareClassic:
    """Sector 1 holds a patron's number under keys of its library."""
    return MifareClassic(UID, {1: Sector(KEY_A, KEY_B, NUMBER)})


def load(key: bytes, slot: int = 0) -> str:
    return f"FF8200{slot:02x}06{key.hex()}"


def authenticate(block: int, kind: int = 0x60, slot: int = 0) -> str:
    return f"FF860000050100{block:02x}{kind:02x}{slot:02x}"


def test_a_number_is_read_with_its_sectors_key() -> None:
    card = a_card()
    asked = [load(KEY_A), authenticate(4), BY_NAME["read block 4"]]
    assert [answered(card, one) for one in asked] == [DONE, DONE, NUMBER.hex().upper() + DONE]


def test_the_requests_of_the_vectors_are_understood() -> None:
    card = MifareClassic(UID, {})
    assert answered(card, BY_NAME["UID"]) == BY_NAME["UID of a MIFARE card"]
    assert card.atr.hex().upper() == BY_NAME["ATR of a MIFARE 1K"]
    assert answered(card, BY_NAME["load key into slot 0"]) == DONE
    assert answered(card, BY_NAME["authenticate block 4 with key A"]) == DONE
    assert answered(card, BY_NAME["authenticate, old form"]) == DONE
    assert answered(card, BY_NAME["read block 4"]) == "00" * 16 + DONE
    assert answered(card, BY_NAME["historical bytes"]) == "6A81"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([BY_NAME["read block 4"]], NOT_ALLOWED),
        ([authenticate(4)], NO_KEY),
        ([load(KEY_B), authenticate(4)], FAILED),
        ([load(KEY_A), authenticate(4, 0x61)], FAILED),
        ([load(KEY_A), authenticate(8)], FAILED),
        ([load(KEY_A), authenticate(64)], FAILED),
        ([load(KEY_A), authenticate(4), "FFB0000810"], NOT_ALLOWED),
        ([load(KEY_A), authenticate(4), authenticate(8), BY_NAME["read block 4"]], NOT_ALLOWED),
        ([load(KEY_A), authenticate(4), "FFB0000408"], "6C10"),
        ([load(KEY_A), authenticate(4), "FFD600040401020304"], "6700"),
        ([load(KEY_A), authenticate(4, slot=1)], NO_KEY),
        ([load(KEY_A), authenticate(4, 0x62)], "6B00"),
        ([load(KEY_A, slot=2)], FAILED),
        ([f"FF82200006{KEY_A.hex()}"], FAILED),
        (["FF82000004FFFFFFFF"], "6700"),
        (["FF860000050200046000"], "6B00"),
        (["FF8600000401000460"], "6700"),
    ],
)
def test_what_is_wrong_with_a_key_or_a_block_is_told(asked: list[str], told: str) -> None:
    card = a_card()
    assert [answered(card, one) for one in asked][-1] == told


def test_either_key_opens_and_the_reader_keeps_two() -> None:
    card = a_card()
    assert [answered(card, load(KEY_A)), answered(card, load(KEY_B, slot=1))] == [DONE, DONE]
    assert answered(card, authenticate(4, 0x61, slot=1)) == DONE
    assert answered(card, authenticate(4, 0x60, slot=0)) == DONE
    assert answered(card, "FF8800056000") == DONE


def test_power_forgets_who_has_authenticated_but_not_the_readers_keys() -> None:
    card = a_card()
    answered(card, load(KEY_A))
    answered(card, authenticate(4))
    card.power_up()
    assert answered(card, BY_NAME["read block 4"]) == NOT_ALLOWED
    assert answered(card, authenticate(4)) == DONE


def test_no_card_ever_shows_key_a() -> None:
    card = a_card()
    answered(card, load(KEY_A))
    answered(card, authenticate(7))
    assert answered(card, "FFB0000710") == "00" * 6 + "FF078069" + KEY_B.hex().upper() + DONE


def test_a_block_is_written_and_read_back_but_never_the_makers() -> None:
    card = a_card()
    answered(card, load(KEY_A))
    answered(card, authenticate(5))
    order = "FFD6000510" + "11" * 16
    assert card.writes(bytes.fromhex(order))
    assert answered(card, order) == DONE
    assert answered(card, "FFB0000510") == "11" * 16 + DONE
    answered(card, load(b"\xff" * 6))
    answered(card, authenticate(0))
    assert answered(card, "FFD6000010" + "11" * 16) == FAILED
    assert answered(card, "FFB0000010").startswith(UID.hex().upper())


def test_an_ultralight_gives_four_pages_from_any_on_and_round_its_end() -> None:
    card = Ultralight(SEVEN, b"20230001")
    assert card.atr.hex().upper() == "3B8F8001804F0CA0000003060300030000000068"
    assert answered(card, "FFCA000000") == SEVEN.hex().upper() + DONE
    assert answered(card, "FFB0000410") == b"20230001".hex() + "00" * 8 + DONE
    assert answered(card, "FFB0000504") == b"0001".hex() + DONE
    assert answered(card, "FFB0000F10")[8:16] == "04A1B200"
    assert answered(card, "FFB0001010") == "6A82"


def test_an_ultralights_user_pages_are_written() -> None:
    card = Ultralight(SEVEN, b"")
    assert answered(card, BY_NAME["write page 4"]) == DONE
    assert answered(card, "FFB0000404") == "01020304" + DONE
    assert answered(card, "FFD600030401020304") == FAILED
    assert answered(card, "FFD60004020102") == "6700"
    assert card.writes(bytes.fromhex(BY_NAME["write page 4"]))


@given(st.lists(st.binary(max_size=30).map(lambda rest: b"\xff" + rest) | st.binary(max_size=30), max_size=6))
def test_whatever_is_asked_there_is_a_status_word(commands: list[bytes]) -> None:
    classic, ultralight = a_card(), Ultralight(SEVEN, b"")
    for command in commands:
        assert len(answered(classic, command.hex())) in (4, 12, 36)
        assert len(answered(ultralight, command.hex())) in (4, 12, 18, 36)
