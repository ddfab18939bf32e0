"""The simulator's configuration file: what it may say, and that every fault in it is told at once."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.room.room import CardKind
from firmware_sim.settings import BadSettings, LineKind, load, parse

ROOM = Path(__file__).with_name("room.toml")


def faults_of(text: str) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        parse(tomllib.loads(text), "room.toml")
    return list(refused.value.faults)


def test_a_file_becomes_devices_books_and_cards() -> None:
    settings = load(ROOM)
    assert (settings.pad.baud, settings.pad.line) == (38_400, LineKind.PTY)
    assert (settings.scanner.baud, settings.printer.width_dots, settings.card_reader) == (
        9600,
        576,
        "Kiosk card reader",
    )
    assert [item.name for item in settings.items][:4] == ["35555000012345", "35555000012352", "copy-1", "copy-2"]
    assert [len(item.tags) for item in settings.items] == [1, 1, 1, 1, 2, 0]
    tag = settings.items[0].tags[0]
    assert tag.uid.hex() == "e004015012345678"
    assert tag.memory == bytes.fromhex("11062056").ljust(112, b"\0")
    assert settings.items[3].tags[0].afi_locked
    assert [(card.name, card.label, card.number, card.uid.hex()) for card in settings.cards] == [
        ("wei", "Wei 伟", "20230001", "04a1b2c3"),
        ("amelie", "Amélie", "20230002", "04a1b2c4d5e680"),
    ]


def test_an_empty_file_is_a_room_with_the_usual_devices_and_nothing_in_it() -> None:
    settings = parse({}, "room.toml")
    assert (settings.pad.baud, settings.scanner.baud, settings.printer.baud) == (38_400, 9600, 38_400)
    assert not settings.items
    assert not settings.cards


def test_the_room_of_the_demo_can_be_read() -> None:
    settings = load(Path("config/demo/simulator.toml"))
    assert settings.items
    assert settings.cards


def test_all_faults_are_told_at_once_with_file_and_key_path() -> None:
    assert faults_of(
        """
        [pad]
        driver = "m3"
        baud = 38401
        lin = "pty"
        [printer]
        width_dots = "576"
        [[item]]
        title = "No number"
        [[item]]
        number = "1"
        [[item.tag]]
        uid = "04A1B2C3D4E5F607"
        afi = 256
        memory = "123"
        afi_locked = "no"
        [[item.tag]]
        uid = "E0"
        blocks = 4
        memory = "0102030405060708090A0B0C0D0E0F1011"
        [[item]]
        number = "1"
        [[card]]
        name = "wei"
        number = ""
        uid = "04A1"
        """
    ) == [
        "room.toml: pad.driver: expected one of feig, m3_210, rl866, pcsc, llrp, found 'm3'",
        "room.toml: pad.baud: expected one of 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, found 38401",
        "room.toml: printer.width_dots: expected a whole number from 64 to 832, found '576'",
        "room.toml: item[0].number: expected text, found nothing",
        "room.toml: item[1].tag[0].uid: expected 16 hex digits that begin with E0, found '04A1B2C3D4E5F607'",
        "room.toml: item[1].tag[0].memory: expected at most 224 hex digits, found '123'",
        "room.toml: item[1].tag[0].afi: expected a whole number from 0 to 255, found 256",
        "room.toml: item[1].tag[0].afi_locked: expected true or false, found 'no'",
        "room.toml: item[1].tag[1].uid: expected 16 hex digits, found 'E0'",
        "room.toml: item[1].tag[1].memory: expected at most 32 hex digits, found '0102030405060708090A0B0C0D0E0F1011'",
        "room.toml: card[0].uid: expected 8 or 14 or 16 or 20 hex digits, found '04A1'",
        "room.toml: card[0].number: expected text that is not empty, found ''",
        "room.toml: pad.lin: expected 'line', found 'lin'",
        "room.toml: item[2].name: expected a name that no other item has (item[1] has it, too), found '1'",
    ]


@pytest.mark.parametrize(("driver", "baud"), [("feig", 38_400), ("m3_210", 19_200), ("rl866", 38_400)])
def test_a_reader_has_its_own_speed_unless_another_is_named(driver: str, baud: int) -> None:
    assert parse({"pad": {"driver": driver}}, "room.toml").pad.baud == baud
    assert parse({"pad": {"driver": driver, "baud": 9600}}, "room.toml").pad.baud == 9600


def test_a_pad_behind_pcsc_needs_a_reader_of_its_own() -> None:
    assert parse({"pad": {"driver": "pcsc"}}, "room.toml").pad.reader == "Kiosk pad reader"
    assert faults_of('[pad]\ndriver = "pcsc"\nreader = "Kiosk card reader"') == [
        "room.toml: pad.reader: expected another name than cards.reader has, found 'Kiosk card reader'"
    ]


def test_cards_have_the_chips_that_the_file_names() -> None:
    cards = parse(
        tomllib.loads(
            """
            [[card]]
            name = "plain"
            number = "1"
            uid = "04A1B2C3"
            [[card]]
            name = "keys"
            number = "2"
            uid = "04A1B2C4"
            kind = "mifare-classic"
            [[card.sector]]
            number = 1
            key_a = "A0A1A2A3A4A5"
            data = "3230323330303031"
            [[card]]
            name = "vicinity"
            number = "3"
            uid = "E004015012345678"
            kind = "iso15693"
            memory = "11 22"
            """
        ),
        "room.toml",
    ).cards
    assert [card.kind for card in cards] == [CardKind.UID, CardKind.MIFARE_CLASSIC, CardKind.ISO_15693]
    (sector,) = cards[1].sectors
    assert (sector.number, sector.key_a.hex(), sector.key_b, sector.data) == (
        1,
        "a0a1a2a3a4a5",
        b"\xff" * 6,
        b"20230001",
    )
    assert cards[2].memory == b"\x11\x22"


def test_what_a_card_cannot_be_is_told() -> None:
    assert faults_of(
        """
        [[card]]
        name = "a"
        number = "1"
        uid = "04A1B2C3"
        kind = "credit"
        memory = "11"
        [[card.sector]]
        number = 16
        key_a = "A0"
        [[card]]
        name = "b"
        number = "2"
        uid = "0401020304050607"
        kind = "iso15693"
        """
    ) == [
        "room.toml: card[0].kind: expected one of uid, mifare-classic, ultralight, iso15693, desfire-random, "
        "found 'credit'",
        "room.toml: card[0].memory: expected at most 0 hex digits, found '11'",
        "room.toml: card[0].sector[0].number: expected a whole number from 0 to 15, found 16",
        "room.toml: card[0].sector[0].key_a: expected 12 hex digits, found 'A0'",
        "room.toml: card[0].sector: expected sectors only with kind 'mifare-classic', found \"kind 'uid'\"",
        "room.toml: card[1].uid: expected 16 hex digits that begin with E0, found '0401020304050607'",
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "expected a file that can be read: No such file or directory"),
        (b"[pad", "expected TOML"),
        (b"\xff\xfe", "expected UTF-8 text"),
    ],
)
def test_what_is_no_file_no_text_or_no_toml_is_told(tmp_path: Path, content: bytes | None, expected: str) -> None:
    file = tmp_path / "room.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSettings, match=expected) as refused:
        load(file)
    assert str(refused.value).startswith(f"{file}: ")


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
KEYS = st.sampled_from(["pad", "scanner", "printer", "cards", "item", "card", "tag", "uid", "baud", "name", "memory"])
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(KEYS, ANYTHING, max_size=5))
def test_whatever_a_file_says_it_is_read_or_its_faults_are_told(content: dict[str, object]) -> None:
    try:
        parse(content, "room.toml")
    except BadSettings as refused:
        faults = refused.faults
    else:
        return
    assert faults
    assert all(fault.startswith("room.toml: ") for fault in faults)
