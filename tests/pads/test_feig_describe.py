"""FEIG frames in words: as the vectors say, and the same for captures that nobody has seen yet."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

import pytest
from fastcrc import crc16
from hypothesis import given
from hypothesis import strategies as st

from drivers.described import Described, Direction
from drivers.protocols import describer

describe = describer("feig")
ASKED, ANSWERED = Direction.HOST_TO_DEVICE, Direction.DEVICE_TO_HOST
VECTORS = Path(__file__).parent.parent / "vectors" / "feig.toml"
UID = "E004015012345678"


def exchanges() -> list[object]:
    return [pytest.param(each, id=each["name"]) for each in tomllib.loads(VECTORS.read_text())["exchange"]]


def frame(body: str) -> bytes:
    """A standard frame around COM-ADR, COMMAND and what follows."""
    content = bytes.fromhex(body)
    counted = bytes((len(content) + 3,)) + content
    return counted + struct.pack("<H", crc16.mcrf4xx(counted))


def told(data: bytes, direction: Direction | None) -> Described:
    described = describe(data, direction)
    assert len(described) == 1
    return described[0]


@pytest.mark.parametrize("exchange", exchanges())
def test_a_frame_is_described_as_its_vector_says(exchange: dict[str, object]) -> None:
    one = told(bytes.fromhex(str(exchange["hex"])), Direction(exchange["direction"]))
    assert (one.message, one.fields, one.findings) == (exchange["message"], exchange["fields"], exchange["findings"])


@pytest.mark.parametrize("exchange", exchanges())
def test_every_frame_of_the_vectors_tells_its_direction_by_itself(exchange: dict[str, object]) -> None:
    data = bytes.fromhex(str(exchange["hex"]))
    assert describe(data, None) == describe(data, Direction(exchange["direction"]))


@pytest.mark.parametrize(
    ("body", "message", "fields"),
    [
        ("FF B0 25 01" + UID, "select", {"mode": 1, "uid": UID}),
        ("FF B0 26 02", "reset-to-ready", {"mode": 2}),
        ("FF B0 28 01" + UID, "lock-afi", {"mode": 1, "uid": UID}),
        ("FF B0 29 01" + UID + "06", "write-dsfid", {"mode": 1, "uid": UID, "dsfid": 6}),
        ("FF B0 2C 00 02 05", "get-block-security", {"mode": 0, "first_block": 2, "blocks": 5}),
        ("FF B0 01 A0", "inventory", {"mode": 0xA0}),
        ("FF 80 03", "read-configuration", {"block": 3, "eeprom": False}),
        ("FF 77 00", "get-counter", {}),
    ],
)
def test_requests_that_no_vector_shows(body: str, message: str, fields: dict[str, object]) -> None:
    one = told(frame(body), ASKED)
    assert one == Described(message, {"address": 255} | fields, [])  # type: ignore[arg-type]
    assert told(frame(body), None) == one


@pytest.mark.parametrize(
    ("body", "message", "fields", "findings"),
    [
        ("00 65 80", "get-software-version", {"status": 0x80}, []),
        ("03 B0 96 0A", "iso-host", {"address": 3, "status": 0x96, "data": "0A"}, []),
        ("00 22 92", "advanced-read-buffer", {"status": 0x92}, []),
        (
            "00 31 85 0010 0000 0000",
            "read-buffer-info",
            {"status": 0x85, "tab_size": 16, "tab_start": 0, "tab_len": 0},
            [],
        ),
        ("00 B0 7E", "iso-host", {"status": 0x7E}, ["unknown-status"]),
        ("00 6E 00 0102", "unknown-6E", {"status": 0, "data": "0102"}, ["unknown-command"]),
        ("00 65 00 0107", "get-software-version", {"status": 0, "data": "0107"}, ["length-invalid"]),
    ],
)
def test_answers_that_no_vector_shows(body: str, message: str, fields: dict[str, object], findings: list[str]) -> None:
    one = told(frame(body), ANSWERED)
    assert one == Described(message, {"address": 0} | fields, findings)  # type: ignore[arg-type]
    assert told(frame(body), None) == one


def test_a_gate_record_with_everything_in_the_maker_s_order() -> None:
    record = (
        "03 00 0A 07 3E"
        + UID
        + "0002 04 1111111122222222 0E1E1F40 0102030405 02 AAAA 0A0B0C0D0E0F 01 01 28 00000000 01"
    )
    body = bytes.fromhex(record)
    data = frame("00 22 00 F3 37 0001" + struct.pack(">H", len(body) + 2).hex() + body.hex())
    assert told(data, ANSWERED).fields["records"] == [
        {
            "tr_type": 3,
            "iddt": 0,
            "afi": 7,
            "dsfid": 0x3E,
            "uid": UID,
            "block_size": 4,
            "data": "1111111122222222",
            "time": "0E1E1F40",
            "date": "0102030405",
            "antenna": 2,
            "direction": 1,
        }
    ]


def test_a_record_may_be_longer_than_its_flags_say() -> None:
    data = frame("00 22 00 01 0002" + "000F 03 00 08" + UID + "BEEF" + "000D 03 00 08" + UID)
    one = told(data, ANSWERED)
    assert one.fields["records"] == [{"tr_type": 3, "iddt": 0, "uid": UID}] * 2
    assert one.findings == []


def test_a_request_to_a_reader_s_own_address_is_known_by_its_layout() -> None:
    assert told(frame("00 B0 27 01" + UID + "C2"), None).message == "write-afi"
    assert told(frame("00 B0 01"), None) == Described("iso-host", {"address": 0, "status": 1})


@pytest.mark.parametrize(
    ("hexed", "message", "findings"),
    [
        ("FFA500" + "0600B000D500", "iso-host", ["noise-skipped", "crc-mismatch"]),
        ("0600B000D500" + "0600B0015C63", "iso-host", ["crc-mismatch", "trailing-bytes"]),
        ("FFA500" + "1100B0000203", "incomplete", ["noise-skipped", "frame-truncated"]),
        ("0600B0015C63" + "AA", "iso-host", ["trailing-bytes"]),
        ("0700B0015C63", "incomplete", ["frame-truncated"]),
        ("0000000000", "incomplete", ["length-invalid"]),
        ("", "incomplete", ["frame-truncated"]),
    ],
)
def test_damage_on_the_line_is_named(hexed: str, message: str, findings: list[str]) -> None:
    one = told(bytes.fromhex(hexed), ANSWERED)
    assert (one.message, one.findings) == (message, findings)


def test_a_block_write_whose_blocks_are_missing_is_named() -> None:
    one = told(frame("FF B0 24 01" + UID + "00 02 04 11223344"), ASKED)
    assert one.fields["data"] == "11223344"
    assert one.findings == ["length-invalid"]


def whole_exchanges() -> list[object]:
    damaged = {"frame-truncated", "noise-skipped", "length-invalid", "crc-mismatch", "trailing-bytes"}
    return [
        pytest.param(bytes.fromhex(each["hex"]), Direction(each["direction"]), id=each["name"])
        for each in tomllib.loads(VECTORS.read_text())["exchange"]
        if not damaged.intersection(each["findings"])
    ]


@pytest.mark.parametrize(("data", "direction"), whole_exchanges())
def test_a_frame_cut_anywhere_is_incomplete(data: bytes, direction: Direction) -> None:
    cuts = [told(data[:cut], direction) for cut in range(1, len(data))]
    assert set(map(str, cuts)) == {str(Described("incomplete", {}, ["frame-truncated"]))}


@pytest.mark.parametrize(("data", "direction"), whole_exchanges())
@pytest.mark.parametrize("noise", ["00", "55AA00", "FFFFFF"])
def test_noise_before_a_frame_is_skipped_and_said(data: bytes, direction: Direction, noise: str) -> None:
    alone = told(data, direction)
    noisy = told(bytes.fromhex(noise) + data, direction)
    assert noisy == Described(alone.message, alone.fields, ["noise-skipped", *alone.findings])


@pytest.mark.parametrize(("data", "direction"), whole_exchanges())
def test_a_torn_frame_does_not_hide_the_whole_one_behind_it(data: bytes, direction: Direction) -> None:
    alone = told(data, direction)
    behind = told(data[: len(data) // 2] + data, direction)
    assert (behind.message, behind.fields) == (alone.message, alone.fields)


whole_frames = st.binary(min_size=2, max_size=40).map(lambda body: frame(body.hex()))


@given(st.one_of(st.binary(max_size=80), whole_frames), st.sampled_from([*Direction, None]))
def test_any_bytes_are_described_and_never_raise(data: bytes, direction: Direction | None) -> None:
    assert len(describe(data, direction)) == 1


@given(whole_frames, st.sampled_from([*Direction, None]), st.data())
def test_a_frame_cut_short_never_counts_as_whole(data: bytes, direction: Direction | None, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(1, len(data) - 1))
    assert told(data[:cut], direction).findings != []
