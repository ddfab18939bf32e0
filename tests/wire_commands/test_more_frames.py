"""Frames beyond the vector files, written from the makers' pages alone, and what becomes of them when they are damaged.

`more/*.toml` has the format of `tests/vectors/`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastcrc import crc16

from drivers.described import Described, Direction, FieldValue
from drivers.frames import Framing
from drivers.protocols import describer

MORE = Path(__file__).parent / "more"
VECTORS = Path(__file__).parent.parent / "vectors"
TO_DEVICE, FROM_DEVICE = Direction.HOST_TO_DEVICE, Direction.DEVICE_TO_HOST
WITH_CRC = ("feig", "m3_210", "rl866")
WITH_LENGTH = (*WITH_CRC, "lsp2", "llrp")
TELLS_NO_DIRECTION = {
    "inventory that names its protocols",
    "name without its end",
    "automatic status cut",
}
"""Bytes that mean something both ways."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a file, and what it says."""

    protocol: str
    name: str
    data: bytes
    direction: Direction
    says: Described

    def described(self, data: bytes, direction: Direction | None) -> list[Described]:
        return describer(self.protocol)(data, direction)


def frames_of(path: Path) -> list[Frame]:
    """A status byte of a printer does not say which question it answers: it is decoded under the question's name."""
    return [
        Frame(
            f"escpos:{entry['message'][-1]}" if entry["message"][:-1] == "status-" else path.stem,
            entry["name"],
            bytes.fromhex(entry["hex"]),
            Direction(entry["direction"]),
            Described(entry["message"], entry["fields"], entry["findings"]),
        )
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["exchange"]
    ]


MORE_FRAMES = [frame for path in sorted(MORE.glob("*.toml")) for frame in frames_of(path)]


def whole_frames(*protocols: str) -> list[Frame]:
    """Those of both folders in which nothing was found."""
    both = (frame for name in protocols for folder in (VECTORS, MORE) for frame in frames_of(folder / f"{name}.toml"))
    return [frame for frame in both if not frame.says.findings]


def name_of(frame: Frame) -> str:
    return f"{frame.protocol}-{frame.name}"


@pytest.mark.parametrize("frame", MORE_FRAMES, ids=name_of)
def test_a_frame_means_what_its_page_says(frame: Frame) -> None:
    assert frame.described(frame.data, frame.direction) == [frame.says]


@pytest.mark.parametrize("frame", MORE_FRAMES, ids=name_of)
def test_a_frame_tells_by_itself_who_sent_it(frame: Frame) -> None:
    guessed = frame.described(frame.data, None)
    assert (guessed == [frame.says]) is (frame.name not in TELLS_NO_DIRECTION)


@pytest.mark.parametrize("protocol", WITH_CRC)
def test_every_single_wrong_bit_is_found(protocol: str) -> None:
    for frame in whole_frames(protocol):
        for bit in range(len(frame.data) * 8):
            damaged = bytearray(frame.data)
            damaged[bit // 8] ^= 1 << bit % 8
            assert some_finding(frame.described(bytes(damaged), frame.direction)), damaged.hex()


@pytest.mark.parametrize("protocol", WITH_CRC)
def test_every_single_lost_byte_is_found(protocol: str) -> None:
    for frame in whole_frames(protocol):
        for at in range(len(frame.data)):
            damaged = frame.data[:at] + frame.data[at + 1 :]
            if damaged != frame.data[:-1]:  # one of two equal bytes at the end
                assert some_finding(frame.described(damaged, frame.direction)), damaged.hex()


@pytest.mark.parametrize("protocol", WITH_LENGTH)
def test_a_frame_cut_anywhere_is_incomplete(protocol: str) -> None:
    for frame in whole_frames(protocol):
        for end in range(1, len(frame.data)):
            (only,) = frame.described(frame.data[:end], frame.direction)
            assert (only.message, only.fields) == ("incomplete", {}), frame.data[:end].hex()
            assert only.findings, frame.data[:end].hex()


@pytest.mark.parametrize("frame", MORE_FRAMES, ids=name_of)
def test_wrong_bits_and_lost_bytes_are_told_in_words_and_each_finding_once(frame: Frame) -> None:
    for at in range(min(len(frame.data), 60)):
        flipped = frame.data[:at] + bytes((frame.data[at] ^ 0x84,)) + frame.data[at + 1 :]
        for damaged in (flipped, frame.data[:at] + frame.data[at + 1 :], frame.data[:at] + b"\xff" + frame.data[at:]):
            for one in frame.described(damaged, frame.direction) if damaged else []:
                assert one.message
                assert len(set(one.findings)) == len(one.findings)


def some_finding(described: list[Described]) -> bool:
    return any(one.findings for one in described)


def test_a_capture_of_torn_frames_is_checked_once_for_each_place() -> None:
    """Frames of three bytes, none of them sound: a search that began anew behind each took time with its square."""
    checked: list[int] = []

    def is_sound(frame: bytes) -> bool:
        checked.append(len(frame))
        return False

    framing = Framing(lambda data: data[0] == 0x1E, lambda _: 3, is_sound)
    data = bytes((0x1E, 0x00, 0x00, 0x55)) * 1_000
    assert len(framing.cut(data)) == 1_000
    assert len(checked) <= 3 * len(data) // 4


def test_a_raster_of_a_whole_receipt() -> None:
    data = bytes.fromhex("1D7630004800BC02") + b"\xaa" * 50_400
    fields: dict[str, FieldValue] = {"mode": 0, "width_bytes": 72, "height": 700, "data": "AA" * 50_400}
    assert describer("escpos")(data, None) == [Described("raster", fields)]
    cut = describer("escpos")(data[:-1], None)
    assert [(one.message, one.findings) for one in cut] == [("raster", ["frame-truncated"])]


def test_a_report_of_three_hundred_tags() -> None:
    epcs = [f"{number:024X}" for number in range(300)]
    body = b"".join(bytes.fromhex(f"00F000148D{epc}810001") for epc in epcs)
    data = bytes.fromhex(f"043D{len(body) + 10:08X}00000007") + body
    tags: list[FieldValue] = [{"epc": epc, "antenna": 1} for epc in epcs]
    assert describer("llrp")(data, None) == [Described("ro-access-report", {"id": 7, "tags": tags})]


@pytest.mark.parametrize("size", [248, 249, 255, 1_000, 65_527])
def test_an_advanced_feig_answer_of_any_size(size: int) -> None:
    """STX and ALENGTH, which counts all: 65,535 bytes are the most."""
    content = bytes.fromhex("00B000") + bytes(size)[: 65_535 - 8]
    data = b"\x02" + (len(content) + 5).to_bytes(2) + content
    data += crc16.mcrf4xx(data).to_bytes(2, "little")
    fields: dict[str, FieldValue] = {"address": 0, "status": 0, "data": content[3:].hex().upper()}
    assert describer("feig")(data, FROM_DEVICE) == [Described("iso-host", fields)]
    assert describer("feig")(data[:-1], FROM_DEVICE) == [Described("incomplete", {}, ["frame-truncated"])]


@pytest.mark.parametrize(
    ("size", "described"),
    [
        (4_096, Described("scan", {"code": "7" * 4_096})),
        (4_097, Described("scan", {}, ["length-invalid"])),
    ],
)
def test_a_code_has_at_most_4096_bytes(size: int, described: Described) -> None:
    assert describer("scanner")(b"7" * size + b"\r", None) == [described]


def test_ten_kilobytes_without_an_end_are_no_code() -> None:
    assert describer("scanner")(b"7" * 10_000, None) == [Described("incomplete", {}, ["no-terminator"])]


def test_printer_answers_behind_each_other_with_noise_between() -> None:
    told = describer("escpos")(bytes.fromhex("FF 18000000 FF 13 11 5F4550534F4E00 FF"), FROM_DEVICE)
    assert [(one.message, one.findings) for one in told] == [
        ("automatic-status", ["noise-skipped"]),
        ("xoff", ["noise-skipped"]),
        ("xon", []),
        ("identity", ["noise-skipped"]),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("006600", "get-reader-info"),
        ("007700", "get-counter"),
        ("0065", "get-software-version"),
        ("0022 00FF", "advanced-read-buffer"),
    ],
)
def test_a_feig_question_to_a_reader_on_a_bus_is_told_by_its_layout(content: str, message: str) -> None:
    """An answer has a status, and with status 0 the data that were asked for."""
    body = bytes.fromhex(content)
    data = bytes((len(body) + 3,)) + body
    (only,) = describer("feig")(data + crc16.mcrf4xx(data).to_bytes(2, "little"), None)
    assert (only.message, only.findings) == (message, [])
    assert "status" not in only.fields
