"""An ISO 15693 tag on a desk reader: the captured session byte for byte, blocks, faults."""

from __future__ import annotations

import random
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.cards.objects import DataObject, objects_of
from firmware_sim.cards.vicinity import VicinityCard
from firmware_sim.faults.words import PcscPadFault
from firmware_sim.room.tag import Tag
from tests.firmware_sim_cards.asking import answered, taken

VECTORS = tomllib.loads(Path("tests/vectors/pcsc.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"].removeprefix("session: "): vector["hex"] for vector in VECTORS}
UID = bytes.fromhex("E00401008A5C982E")
U = UID[::-1].hex().upper()
START, SWITCH, END = (
    BY_NAME["start, with Le, captured"],
    BY_NAME["ISO 15693 layer 3, captured"],
    BY_NAME["end, captured"],
)
ACCEPTED, CHOSEN = BY_NAME["accepted, captured"], BY_NAME["protocol chosen, captured"]
WRITTEN_UNHEARD = BY_NAME["64 01 although the tag was written, captured"]
ONE_SECOND = "5F460440420F00"


def a_tag(memory: str = "00112233", blocks: int = 28, block_size: int = 4) -> Tag:
    size = block_size * blocks
    return Tag(UID, 0x00, 0x00, block_size, blocks, bytearray(bytes.fromhex(memory).ljust(size, b"\0")))


def in_session(tag: Tag) -> VicinityCard:
    card = VicinityCard(tag)
    assert [answered(card, START), answered(card, SWITCH)] == [ACCEPTED, CHOSEN]
    return card


def through(frame: str, timer: str = "") -> str:
    sent = f"{timer}95{len(frame) // 2:02X}{frame}"
    return f"FFC20001{len(sent) // 2:02X}{sent}00"


def good(received: str) -> str:
    return f"C0030090009201009602000097{len(received) // 2:02X}{received}9000"


def failed(why: str) -> str:
    return f"C00301{why}9000"


def test_the_captured_session_byte_for_byte() -> None:
    tag = a_tag()
    card = VicinityCard(tag)
    conversation = [
        (BY_NAME["start"], ACCEPTED),
        (SWITCH, CHOSEN),
        (BY_NAME["get system information, captured"], BY_NAME["system information, captured"]),
        (BY_NAME["read block 0 with security, captured"], BY_NAME["block 0, captured"]),
        (BY_NAME["write block 0, captured"], WRITTEN_UNHEARD),
        (through("022000"), good("0012345678")),
        (BY_NAME["write with a timer of 1 s, captured"], good("00")),
        (through("022000"), good("0000010203")),
        (END, ACCEPTED),
    ]
    assert [(asked, answered(card, asked)) for asked, _ in conversation] == conversation
    assert card.atr.hex().upper() == BY_NAME["ATR of an ICODE SLI"]


def test_uid_and_blocks_by_plain_commands() -> None:
    tag = a_tag()
    card = VicinityCard(tag)
    assert answered(card, BY_NAME["UID"]) == U + "9000"
    assert answered(card, "FFB0000004") == "001122339000"
    assert answered(card, "FFB0000000") == "001122339000"
    assert answered(card, "FFB0000010") == "6C04"
    assert answered(card, "FFD600010401020304") == "9000"
    assert tag.block(1).hex() == "01020304"
    tag.lock_block(1)
    assert answered(card, "FFD600010405060708") == "6300"
    assert answered(card, "FFD6001C0405060708") == answered(card, "FFB0001C04") == "6A82"
    assert answered(card, "FFD60001020506") == "6700"
    assert answered(card, "FFFB0000022005") == "6D00"


def test_an_afi_is_written_and_read_back_addressed() -> None:
    tag = a_tag()
    card = in_session(tag)
    assert answered(card, through(f"2227{U}C2", ONE_SECOND)) == good("00")
    assert answered(card, through(f"222B{U}")) == good(f"000F{U}00C21B0301")
    assert answered(card, through(f"2228{U}", ONE_SECOND)) == good("00")
    assert answered(card, through(f"2227{U}07", ONE_SECOND)) == good("0112")
    assert tag.afi == 0xC2


@pytest.mark.parametrize(
    ("frame", "received"),
    [
        ("260100", f"0000{U}"),
        (f"2223{U}0001", "000011223300000000"),
        (f"6223{U}0001", "0000001122330000000000"),
        (f"2220{U}1C", "0110"),
        (f"2229{U}3E", "00"),
        (f"2225{U}", "00"),
        (f"22A0{U}", "0101"),
        (f"2220{U}", "0102"),
        ("022B", f"000F{U}00001B0301"),
    ],
)
def test_a_tag_answers_what_the_standard_says(frame: str, received: str) -> None:
    assert answered(in_session(a_tag()), through(frame, ONE_SECOND)) == good(received)


@pytest.mark.parametrize("frame", ["222B" + "00" * 8, "122B", "2202" + U, "", "02"])
def test_a_tag_that_is_not_meant_keeps_silent(frame: str) -> None:
    assert answered(in_session(a_tag()), through(frame, ONE_SECOND)) == failed("6401")


def test_a_selected_tag_is_meant_without_its_uid_and_a_quiet_one_only_with_it() -> None:
    card = in_session(a_tag())
    answered(card, through(f"2225{U}"))
    assert answered(card, through("122B")).startswith("C003009000")
    answered(card, through(f"2202{U}"))
    assert answered(card, through("022B")) == answered(card, through("260100")) == failed("6401")
    assert answered(card, through(f"222B{U}")).startswith("C003009000")
    card.power_up()
    assert answered(card, START) == ACCEPTED


def test_a_timer_that_is_too_short_for_a_write_does_not_stop_it() -> None:
    tag = a_tag()
    card = in_session(tag)
    assert answered(card, through(f"2227{U}C2", "5F4604E8030000")) == failed("6401")
    assert tag.afi == 0xC2


def test_an_answer_takes_its_time_on_the_air() -> None:
    card = in_session(a_tag())
    _, told_s = taken(card, through(f"222B{U}"))
    _, written_s = taken(card, through(f"2227{U}C2", ONE_SECOND))
    assert 0.005 < told_s < 0.015
    assert 0.010 < written_s < 0.020


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["FFC20002048F020203"], failed("6981")),
        ([through("022B")], failed("6981")),
        ([END], failed("6981")),
        ([START, through("022B")], failed("6981")),
        ([START, "FFC20002048F020004"], failed("6A81")),
        ([START, SWITCH, "FFC20001028300"], failed("6A81")),
        ([START, SWITCH, "FFC20001085F4602010295012B"], failed("6A81")),
        ([START, SWITCH, "FFC2000103950502"], "6700"),
        (["FFC20000028300"], failed("6A81")),
        (["FFC20003028100"], "6B00"),
        (["FFC20100028100"], "6B00"),
    ],
)
def test_what_cannot_be_meant_is_told(asked: list[str], told: str) -> None:
    card = VicinityCard(a_tag())
    assert [answered(card, one) for one in asked][-1] == told


def test_a_long_answer_has_a_long_length_and_one_that_is_too_long_is_refused() -> None:
    card = in_session(a_tag(blocks=64))
    assert answered(card, through(f"2223{U}001F"))[24:30] == "978181"
    assert answered(card, through(f"2223{U}003F")) == failed("6A81")


def test_writes_happen_while_their_answers_are_lost() -> None:
    tag = a_tag()
    card = in_session(tag)
    card.set_fault(PcscPadFault.LOSE_WRITE_ANSWER)
    assert answered(card, through(f"2227{U}C2", ONE_SECOND)) == failed("6401")
    assert answered(card, "FFD600010401020304") == "6401"
    assert (tag.afi, tag.block(1).hex()) == (0xC2, "01020304")
    assert answered(card, through(f"222B{U}")).startswith("C003009000")


def test_every_second_answer_is_disturbed_by_noise() -> None:
    card = in_session(a_tag())
    card.set_fault(PcscPadFault.NOISE)
    answers = [answered(card, through("022000")) for _ in range(4)]
    assert answers == ["C003009000920100960201009000", good("0000112233")] * 2


def test_slow_answers_come_late() -> None:
    card = VicinityCard(a_tag())
    card.set_fault(PcscPadFault.SLOW)
    answer, took_s = taken(card, BY_NAME["UID"])
    assert (answer, took_s >= 0.5) == (U + "9000", True)


def test_what_is_torn_was_written_now_and_then() -> None:
    tag = a_tag()
    card = VicinityCard(tag, random.Random(0))
    card.set_fault(PcscPadFault.TEAR_WRITE)
    written = []
    for number in range(1, 21):
        answered(card, f"FFD6000104000000{number:02x}")
        written.append(tag.block(1)[3] == number)
    assert 3 < sum(written) < 17


@pytest.mark.parametrize(
    ("command", "writes"),
    [
        ("FFD600010401020304", True),
        (through(f"2227{U}C2", ONE_SECOND), True),
        (through("02210012345678"), True),
        (through(f"222B{U}"), False),
        ("FFB0000104", False),
        (START, False),
        ("00D600010401020304", False),
        ("FF", False),
    ],
)
def test_it_is_known_what_writes(command: str, writes: bool) -> None:
    assert VicinityCard(a_tag()).writes(bytes.fromhex(command)) is writes


@given(st.lists(st.tuples(st.sampled_from([0x81, 0x8F, 0x95, 0x5F46]), st.binary(max_size=200)), max_size=4))
def test_objects_are_read_as_they_were_written(content: list[tuple[int, bytes]]) -> None:
    objects = [DataObject(tag, value) for tag, value in content]
    assert objects_of(b"".join(one.content() for one in objects)) == objects


@given(st.lists(st.binary(max_size=40), max_size=5), st.sampled_from(list(PcscPadFault)))
def test_whatever_is_asked_there_is_a_status_word(commands: list[bytes], fault: PcscPadFault) -> None:
    tag = a_tag()
    card = in_session(tag)
    card.set_fault(fault)
    for command in commands:
        sent = b"\x95" + bytes((len(command),)) + command
        for asked in (b"\xff" + command, b"\xff\xc2\x00\x01" + bytes((len(sent),)) + sent):
            assert len(answered(card, asked.hex())) >= 4
            assert card.writes(asked) in (True, False)
    assert len(tag.memory) == 112
