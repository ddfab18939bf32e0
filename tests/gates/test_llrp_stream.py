"""Messages in a stream of bytes: split anywhere, damaged anywhere, as long as the standard allows and longer."""

from __future__ import annotations

import struct
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.described import Direction
from drivers.llrp.codes import MessageKind, TlvParameter
from drivers.llrp.describe import describe
from drivers.llrp.messages import HEAD, LONGEST_MESSAGE, Message, MessageStream, pack
from drivers.llrp.parameters import cut, tlv
from drivers.llrp.reports import TagReport, read_reports

VECTORS = tomllib.loads((Path(__file__).parent.parent / "vectors" / "llrp.toml").read_text(encoding="utf-8"))
MOST_KEPT = 64 * 1024

some_message = st.builds(pack, st.integers(0, 0x3FF), st.integers(0, 0xFFFF_FFFF), st.binary(max_size=40))


def read(pieces: list[bytes]) -> tuple[list[Message], str | None]:
    stream = MessageStream()
    found = [message for piece in pieces for message in stream.feed(piece)]
    return found, stream.broken


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(each % (len(data) + 1) for each in cuts)})
    return [data[start:end] for start, end in pairwise(edges)]


def a_report(tags: int) -> bytes:
    return b"".join(
        tlv(TlvParameter.TAG_REPORT_DATA, b"\x8d" + number.to_bytes(12), b"\x81\0\x01\x86\xce")
        for number in range(tags)
    )


@given(st.lists(some_message, max_size=6), st.lists(st.integers(0, 400), max_size=10))
def test_messages_are_the_same_however_they_are_split(messages: list[bytes], cuts: list[int]) -> None:
    data = b"".join(messages)
    assert read(split(data, cuts)) == read([data])
    assert len(read([data])[0]) == len(messages)


@pytest.mark.parametrize("exchange", VECTORS["exchange"], ids=lambda exchange: str(exchange["name"]))
def test_captured_messages_are_found_byte_by_byte(exchange: dict[str, str]) -> None:
    data = bytes.fromhex(exchange["hex"])
    found, broken = read([bytes((byte,)) for byte in data])
    if exchange["message"] == "incomplete":
        assert not found
        assert (broken is not None) is ("length-invalid" in exchange["findings"])
    else:
        (message,) = found
        assert pack(message.kind, message.id, message.body) == data


@pytest.mark.parametrize(
    "exchange", [each for each in VECTORS["exchange"] if "tags" in each["fields"]], ids=lambda each: str(each["name"])
)
def test_captured_reports_hold_what_they_are_said_to(exchange: dict[str, dict[str, list[dict[str, object]]]]) -> None:
    (message,), _ = read([bytes.fromhex(str(exchange["hex"]))])
    (report,) = read_reports(message.body)
    told = {
        "epc": report.uii.hex().upper(),
        "antenna": report.antenna,
        "rssi": report.rssi_dbm,
        "first_seen": report.first_seen_us,
        "count": report.count,
    }
    assert [{key: value for key, value in told.items() if value is not None}] == exchange["fields"]["tags"]


@pytest.mark.parametrize("piece_bytes", [1, 7, 4_096, 10_000_000])
def test_a_report_of_many_tags_is_taken_in_pieces_and_little_is_kept(piece_bytes: int) -> None:
    tags = 500 if piece_bytes == 1 else 5_000
    data = pack(MessageKind.RO_ACCESS_REPORT, 5, a_report(tags)) + pack(MessageKind.KEEPALIVE, 6)
    stream, found = MessageStream(), list[Message]()
    for start in range(0, len(data), piece_bytes):
        found += stream.feed(data[start : start + piece_bytes])
        assert len(stream) < MOST_KEPT
    reports = [report for message in found for report in read_reports(message.body)]
    assert [int.from_bytes(report.uii) for report in reports] == list(range(tags))
    assert found[-1] == Message(MessageKind.KEEPALIVE, 6, b"")
    assert {message.id for message in found[:-1]} == {5}


def test_what_a_long_message_holds_that_cannot_be_read_is_passed_over() -> None:
    """A parameter longer than is kept, then one that can be read, then an unknown TV: the next message is found."""
    huge = tlv(1023, bytes(60_000))
    data = pack(MessageKind.RO_ACCESS_REPORT, 5, huge + a_report(1) + b"\xff" + bytes(5_000))
    found, broken = read(split(data + pack(MessageKind.KEEPALIVE, 6), [1_000, 40_000, 60_033]))
    reports = [report for message in found[:-1] for report in read_reports(message.body)]
    assert ([report.antenna for report in reports], found[-1].id, broken) == ([1], 6, None)


@pytest.mark.parametrize("tail", [b"\x00\xf0\x00", b"\x00\xf0\xff\xff", b"\x00\xf0\x00\x03", b"\x81\x00"])
def test_a_long_message_that_ends_in_a_broken_parameter_ends_all_the_same(tail: bytes) -> None:
    data = pack(MessageKind.RO_ACCESS_REPORT, 5, a_report(2_000) + tail) + pack(MessageKind.KEEPALIVE, 6)
    found, broken = read([data])
    assert (found[-1].id, broken) == (6, None)
    assert sum(len(read_reports(message.body)) for message in found) == 2_000


@pytest.mark.parametrize("length", [0, 9, LONGEST_MESSAGE + 1, 0xFFFF_FFFF])
def test_a_length_that_cannot_be_breaks_the_stream(length: int) -> None:
    stream = MessageStream()
    head = struct.pack(">HII", 0x0400 | MessageKind.KEEPALIVE, length, 1)
    assert stream.feed(pack(MessageKind.KEEPALIVE, 1) + head) == [Message(MessageKind.KEEPALIVE, 1, b"")]
    assert stream.broken is not None
    assert str(length) in stream.broken
    assert stream.feed(pack(MessageKind.KEEPALIVE, 2)) == []
    assert len(stream) == 0


@pytest.mark.parametrize("head", ["043E", "083E"])
def test_versions_1_and_2_are_understood(head: str) -> None:
    found, _ = read([bytes.fromhex(head) + struct.pack(">II", HEAD, 1)])
    assert [message.kind for message in found] == [MessageKind.KEEPALIVE]


@pytest.mark.parametrize("head", ["003E", "0C3E", "243E", "4854"])
def test_what_begins_otherwise_is_no_message(head: str) -> None:
    found, broken = read([bytes.fromhex(head) + struct.pack(">II", HEAD, 1)])
    assert not found
    assert broken == f"{head} begins no message"


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_never_raise_and_little_is_kept(pieces: list[bytes]) -> None:
    stream = MessageStream()
    for piece in pieces:
        for message in stream.feed(piece):
            read_reports(message.body)
        assert len(stream) < MOST_KEPT


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_any_parameters_are_cut_or_left(data: bytes) -> None:
    done = cut(data)
    assert sum(len(content) for _, content in done.parameters) <= len(data)
    whole = b"".join(
        tlv(kind, content) if kind >= 128 else bytes((0x80 | kind,)) + content for kind, content in done.parameters
    )
    if not done.unknown and not done.damaged:
        assert len(whole) == len(data)


def test_an_unknown_tv_takes_only_the_rest_of_its_own_tag_with_it() -> None:
    tags = [
        tlv(240, b"\x8d" + bytes(12), b"\x81\0\x01", b"\xff\x01\x02", b"\x86\xce"),
        tlv(240, b"\x8d" + bytes(11) + b"\x01", tlv(0x300, b"\xab"), b"\x86\xce"),
    ]
    assert read_reports(b"".join(tags)) == [
        TagReport(bytes(12), antenna=1),
        TagReport(bytes(11) + b"\x01", rssi_dbm=-50),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"\x81\x00\x01", tlv(241, b"\x00\x60" + bytes(11)), tlv(241, b"\0\0"), tlv(241, b"\0")]
)
def test_a_tag_without_a_whole_epc_is_no_tag(content: bytes) -> None:
    assert read_reports(tlv(240, content)) == []


def test_a_result_that_is_cut_is_no_result() -> None:
    broken = [tlv(349, bytes.fromhex("00000100020102")), tlv(350, bytes.fromhex("00000100"))]
    (report,) = read_reports(tlv(240, b"\x8d" + bytes(12), *broken))
    assert report.results == ()


def test_words_for_a_long_message_take_linear_time() -> None:
    """A megabyte of the smallest parameters: a copy of the rest at each of them would take minutes."""
    body = tlv(1023, b"") * (1024 * 1024 // 4)
    (described,) = describe(pack(MessageKind.RO_ACCESS_REPORT, 1, body), Direction.DEVICE_TO_HOST)
    assert (described.fields["tags"], described.findings) == ([], [])


def test_parameters_inside_parameters_are_followed_no_deeper_than_they_are_known() -> None:
    body = b""
    while len(body) < 60_000:
        body = tlv(240, body)
    assert read_reports(body) == []
    assert describe(pack(MessageKind.RO_ACCESS_REPORT, 1, body), None)[0].fields["tags"] == [{}]
