"""APDUs of a transparent session: what was captured is what is sent, and what was answered is understood."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.cards.apdu import Answer, parse_answer
from drivers.described import Direction
from drivers.pads.pcsc import iso15693, session
from drivers.pads.pcsc.iso15693 import TagAnswer
from drivers.pads.pcsc.session import NoAnswer
from drivers.pads.polling.dialect import NotSeen
from drivers.pads.system_information import SystemInformation, parse_system_information
from drivers.protocols import describer

VECTORS = {
    each["name"]: bytes.fromhex(each["hex"])
    for each in tomllib.loads((Path(__file__).parents[1] / "vectors/pcsc.toml").read_text())["exchange"]
}
UID = "E00401008A5C982E"
SENT = {
    "UID": session.get_uid(),
    "session: start, with Le, captured": session.start(UID),
    "session: ISO 15693 layer 3, captured": session.choose_iso_15693(),
    "session: get system information, captured": session.exchange(bytes.fromhex("022B")),
    "session: read block 0 with security, captured": session.exchange(bytes.fromhex("422000")),
    "session: write with a timer of 1 s, captured": session.exchange_write(bytes.fromhex("02210000010203")),
    "session: end, captured": session.end(),
}


def answered(name: str) -> Answer:
    answer = parse_answer(VECTORS[name])
    assert answer is not None
    return answer


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_is_what_was_captured(name: str) -> None:
    assert SENT[name].apdu == VECTORS[name]


@pytest.mark.parametrize("name", ["session: accepted, captured", "session: protocol chosen, captured"])
def test_a_step_that_was_done_is_no_trouble(name: str) -> None:
    assert session.trouble(answered(name)) is None


def test_system_information_as_captured_with_one_added_to_size_and_count() -> None:
    said = session.tag_answer(answered("session: system information, captured"))
    assert isinstance(said, TagAnswer)
    assert parse_system_information(said.data) == SystemInformation(UID, 0, 0, 4, 28)


def test_a_block_as_captured() -> None:
    """The captured read asked for the security byte: it comes first."""
    said = session.tag_answer(answered("session: block 0, captured"))
    assert said == TagAnswer(None, bytes.fromhex("0000112233"))


def test_an_outer_9000_around_6401_is_no_answer_of_the_tag() -> None:
    said = session.tag_answer(answered("session: 64 01 although the tag was written, captured"))
    assert said == NoAnswer("6401 time-out, or the card has gone", NotSeen.TAG_SILENT)


@pytest.mark.parametrize(
    ("hexed", "seen"),
    [
        ("6401", NotSeen.TAG_SILENT),
        ("6300", NotSeen.TAG_SILENT),
        ("6A81", NotSeen.NO_SENSE),
        ("9000", NotSeen.NO_SENSE),
        ("C003009000 9602 0100 97 01 00 9000", NotSeen.TAG_SILENT),  # frame-level error: CRC
        ("C003009000 9602 0000 9000", NotSeen.NO_SENSE),  # no object 97
        ("C003009000 9602 0000 97 01 01 9000", NotSeen.NO_SENSE),  # an error without a code
        ("C002 9000 9000", NotSeen.NO_SENSE),
        ("C003 00 6A80 9000", NotSeen.NO_SENSE),
    ],
)
def test_what_is_no_tag_s_answer_says_what_that_means(hexed: str, seen: NotSeen) -> None:
    answer = parse_answer(bytes.fromhex(hexed))
    assert answer is not None
    said = session.tag_answer(answer)
    assert isinstance(said, NoAnswer)
    assert said.seen is seen


def test_a_long_answer_has_a_length_of_two_bytes() -> None:
    blocks = bytes(range(128))
    answer = parse_answer(bytes.fromhex("C003009000 920100 96020000 97 81 81 00") + blocks + b"\x90\x00")
    assert answer is not None
    assert session.tag_answer(answer) == TagAnswer(None, blocks)


@pytest.mark.parametrize(
    ("frame", "hexed"),
    [
        (iso15693.system_information(UID), "22 2B 2E985C8A000104E0"),
        (iso15693.write_afi(UID, 0xC2), "22 27 2E985C8A000104E0 C2"),
        (iso15693.read_blocks(UID, 2, 28), "22 23 2E985C8A000104E0 02 1B"),
        (iso15693.read_blocks(UID, 2, 1), "22 20 2E985C8A000104E0 02"),
        (iso15693.write_block(UID, 7, b"1234"), "22 21 2E985C8A000104E0 07 31323334"),
    ],
)
def test_frames_are_addressed_and_the_uid_goes_least_significant_byte_first(frame: bytes, hexed: str) -> None:
    assert frame == bytes.fromhex(hexed)


@settings(max_examples=50, deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_any_exchange_is_put_in_words_as_what_it_is(frame: bytes) -> None:
    describe = describer("pcsc")
    for request, timer in ((session.exchange(frame), {}), (session.exchange_write(frame), {"timer_us": 1_000_000})):
        (one,) = describe(request.apdu, Direction.HOST_TO_DEVICE)
        assert (one.message, one.findings) == ("transparent-exchange", [])
        assert one.fields == {**timer, "frame": frame.hex().upper(), "le": 0}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=80), st.integers(1, 40))
def test_any_bytes_are_read_without_an_exception(data: bytes, count: int) -> None:
    answer = parse_answer(data)
    if answer is not None:
        session.tag_answer(answer)
    parse_system_information(data)
    blocks = iso15693.parse_blocks(data, count)
    assert blocks is None or (len(blocks) == count and b"".join(blocks) == data)


@pytest.mark.parametrize(
    ("hexed", "told"),
    [
        ("00 2E985C8A000104E0", (None, None, None, None)),
        ("02 2E985C8A000104E0 C2", (None, 0xC2, None, None)),
        ("0F 2E985C8A000104E0 06 07 3F 07 01", (6, 7, 8, 64)),
        ("0F 2E985C8A000104E0 06 07 3F 07", None),
        ("02 2E985C8A000104E0 C2 00", None),
        ("00 2E985C8A000104FF", None),
    ],
)
def test_a_tag_tells_what_its_flags_announce(hexed: str, told: tuple[int | None, ...] | None) -> None:
    read = parse_system_information(bytes.fromhex(hexed))
    assert (None if read is None else (read.dsfid, read.afi, read.block_size, read.blocks)) == told
