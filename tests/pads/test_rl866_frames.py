"""RL866 frames: what the driver sends is what was captured, and what was captured is read as the vectors say."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.described import Direction
from drivers.pads.polling.stream import FrameStream
from drivers.pads.rl866 import answers, frames, operations, requests
from drivers.pads.rl866.codes import Access, Command
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.operations import Operation
from drivers.pads.rl866.requests import Request
from drivers.pads.system_information import SystemInformation, parse_system_information
from drivers.protocols import describer

VECTORS = {
    each["name"]: each
    for each in tomllib.loads((Path(__file__).parents[1] / "vectors/rl866.toml").read_text())["exchange"]
}
BOOK = "E00401003F3827A7"
SENT = {
    "inventory": requests.inventory(),
    "connect, addressed": requests.connect(BOOK, 1),
    "get system information": requests.access(1, (operations.SYSTEM_INFORMATION,)),
    "write block 12": requests.access(1, (operations.write_blocks(12, (bytes.fromhex("36373800"),)),)),
    "disconnect": requests.disconnect(1),
    "write AFI C2": requests.access(1, (operations.write_afi(0xC2),)),
}


def vector(name: str) -> bytes:
    return bytes.fromhex(VECTORS[name]["hex"])


def heard(name: str) -> answers.Answer:
    """The answer in a vector's frame."""
    block = frames.parse(vector(name))
    assert block is not None
    answer = answers.read_answer(block.content)
    assert answer is not None
    return answer


@pytest.mark.parametrize("name", VECTORS)
def test_a_frame_is_put_in_words_as_its_vector_says(name: str) -> None:
    one = describer("rl866")(vector(name), Direction(VECTORS[name]["direction"]))[0]
    assert (one.message, one.fields, one.findings) == tuple(
        VECTORS[name][key] for key in ("message", "fields", "findings")
    )


@pytest.mark.parametrize("name", SENT)
def test_what_is_sent_is_what_was_captured(name: str) -> None:
    assert frames.request(SENT[name].content, int(VECTORS[name]["fields"]["sequence"])) == vector(name)


def test_resync_and_its_answer() -> None:
    assert frames.resync() == vector("resync")
    answer = frames.parse(vector("resync answered"))
    assert answer == Block(1, 0xE0, b"")
    assert answer.is_resync_answer


def test_three_tags_and_their_types() -> None:
    read = answers.read_inventory(heard("three tags").data)
    assert read is not None
    end, inventory = read
    assert end == answers.InventoryEnd(stopped_early=False, total=3)
    uids = [BOOK, "E00401003F382624", "E00401003F3825A4"]
    assert inventory == answers.Inventory(tuple(answers.TagRecord(uid, 1) for uid in uids), 0, 3, whole=True)


def test_size_and_count_come_minus_one() -> None:
    results = answers.read_results(heard("system information").data)
    assert results is not None
    information = parse_system_information(results[0].data)
    assert information == SystemInformation(BOOK, 0, 0, 4, 28)


def test_a_block_is_four_bytes_the_fourth_of_which_is_no_end() -> None:
    results = answers.read_results(heard("block 12").data)
    assert results is not None
    assert answers.read_blocks(results[0].data) == (bytes.fromhex("36373800"),)


def test_an_operation_that_failed_says_why() -> None:
    results = answers.read_results(heard("AFI not written: tag not found").data)
    assert results is not None
    assert (results[0].done, results[0].error) == (False, 0x420)


@pytest.mark.parametrize("name", ["wrong check bytes", "cut short"])
def test_a_damaged_frame_is_no_answer(name: str) -> None:
    stream = FrameStream(2, frames.frame_length, frames.parse)
    assert stream.feed(vector(name)) + stream.silence() == []
    assert stream.take_dropped() == len(vector(name))


def test_noise_before_a_frame_is_passed_over() -> None:
    stream = FrameStream(2, frames.frame_length, frames.parse)
    assert [block.content for block in stream.feed(vector("noise first"))] == [bytes.fromhex("330000")]


@pytest.mark.parametrize(
    ("data", "whole", "tags", "others"),
    [
        ("00 0100 01 0A 01 01 09 A727383F000104E000", False, 0, 0),  # no tag type: nothing to connect with
        ("00 0100 01 1E 01 01 09 A727383F000104E000 2000 00000000", False, 0, 0),  # memory data: no public layout
        ("00 0100 01 8E 01 01 09 A727383F000104E000", False, 0, 0),  # embedded records: no public layout
        ("00 0200 02 0F 00 01 07 09 A727383F000104E000 0E 02 01 04 01020304", True, 1, 1),  # an antenna; a MIFARE card
        ("00 0200 02 0E 01 01 09 A727383F000104E000 0E 01 01 09 A7", False, 1, 0),  # cut short
        ("00 0100 01 0E 01 01 09 A727383F000104FF00", True, 0, 1),  # no UID of ISO 15693
        ("00 0000 00", True, 0, 0),
    ],
)
def test_records_are_read_as_far_as_their_layout_is_known(data: str, whole: bool, tags: int, others: int) -> None:
    read = answers.read_inventory(bytes.fromhex(data))
    assert read is not None
    assert (read[1].whole, len(read[1].tags), read[1].others) == (whole, tags, others)


@pytest.mark.parametrize(
    ("flags", "rest", "told"),
    [
        ("0F", "06C21B0301", (6, 0xC2, 4, 28)),
        ("02", "C2", (None, 0xC2, None, None)),
        ("04", "3F03", (None, None, 4, 64)),
        ("00", "", (None, None, None, None)),
    ],
)
def test_a_tag_tells_what_its_flags_announce(flags: str, rest: str, told: tuple[int | None, ...]) -> None:
    read = parse_system_information(bytes.fromhex(flags + "A727383F000104E0" + rest))
    assert read is not None
    assert (read.dsfid, read.afi, read.block_size, read.blocks) == told


@pytest.mark.parametrize("hexed", ["", "0F", "0FA727383F000104E006C21B03", "0FA727383F00010400" + "06C21B0301"])
def test_what_is_no_system_information_is_none(hexed: str) -> None:
    assert parse_system_information(bytes.fromhex(hexed)) is None


def test_a_length_of_two_bytes_is_understood_though_never_asked_for() -> None:
    """Seven bits each, the low ones first (RL8000, tool.cpp)."""
    content = bytes(range(200))
    record = bytes((203 & 0x7F | 0x80, 203 >> 7)) + bytes.fromhex("0300 01") + content
    assert answers.read_results(record) == (answers.Result(Access.READ_BLOCKS, True, content),)


operation = st.one_of(
    st.just(operations.SYSTEM_INFORMATION),
    st.builds(operations.read_blocks, st.integers(0, 255), st.integers(1, 30), st.just(4)),
    st.builds(operations.write_afi, st.integers(0, 255)),
    st.builds(
        operations.write_blocks,
        st.integers(0, 255),
        st.lists(st.binary(min_size=4, max_size=4), min_size=1, max_size=30).map(tuple),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(operation, min_size=1, max_size=2), st.integers(0, 1), st.integers(1, 255))
def test_any_request_is_a_sound_frame_that_the_words_agree_with(
    asked: list[Operation], sequence: int, handle: int
) -> None:
    frame = frames.request(requests.access(handle, tuple(asked)).content, sequence)
    assert len(frame) <= frames.LONGEST_FRAME
    (one,) = describer("rl866")(frame, Direction.HOST_TO_DEVICE)
    assert one.findings == []
    told = [{"code": int(each.code), "data": each.data.hex().upper()} for each in asked]
    assert one.fields == {"address": 255, "sequence": sequence, "handle": handle, "operations": told}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=260), st.binary(min_size=1, max_size=40))
def test_any_bytes_are_read_without_an_exception(noise: bytes, content: bytes) -> None:
    stream = FrameStream(2, frames.frame_length, frames.parse)
    good = frames.frame(0, content, address=1)
    found = stream.feed(noise) + stream.feed(good) + stream.silence()
    assert found[-1:] == [Block(1, 0, content)], "a frame behind noise is found"
    for read in (
        answers.read_inventory,
        answers.read_reports,
        answers.read_results,
        answers.read_blocks,
        parse_system_information,
    ):
        read(noise)


def test_an_answer_of_another_command_or_shape_is_not_the_request_s() -> None:
    asked = requests.connect(BOOK, 1)
    assert asked.is_answered_by(heard("connected, handle 1"))
    assert not asked.is_answered_by(heard("disconnected"))
    assert not asked.is_answered_by(answers.Answer(Command.CONNECT, 0, b"")), "no handle"
    assert not asked.is_answered_by(answers.Answer(Command.CONNECT, 0, b"\0")), "0 is no handle of one tag"


@pytest.mark.parametrize(
    ("results", "fits"),
    [
        ("110A00010FA727383F000104E000001B0301", True),
        ("03060001", False),
        ("", False),
        ("0A0A", False),
    ],
)
def test_results_must_be_those_of_the_operations(results: str, fits: bool) -> None:
    asked: Request = requests.access(1, (operations.SYSTEM_INFORMATION, operations.read_blocks(0, 28, 4)))
    assert asked.is_answered_by(answers.Answer(Command.TAG_ACCESS, 0, bytes.fromhex(results))) is fits
