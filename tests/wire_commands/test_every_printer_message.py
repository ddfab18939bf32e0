"""ESC/POS beyond the captures: every command that the page names, and all that a printer may say in between."""

from __future__ import annotations

import pytest

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import describer

WELL: dict[str, FieldValue] = {
    "drawer": False,
    "offline": False,
    "cover_open": False,
    "feed_button": False,
    "recoverable_error": False,
    "cutter_error": False,
    "unrecoverable_error": False,
    "auto_recoverable_error": False,
    "paper_near_end": False,
    "paper_end": False,
}
LONG = "A" * 300


def to_printer(data: str) -> list[Described]:
    return describer("escpos")(bytes.fromhex(data), Direction.HOST_TO_DEVICE)


def from_printer(data: str) -> list[Described]:
    return describer("escpos")(bytes.fromhex(data), Direction.DEVICE_TO_HOST)


@pytest.mark.parametrize(
    ("data", "message", "fields", "findings"),
    [
        ("1D5601", "cut", {"mode": "partial"}, []),
        ("1D5630", "cut", {"mode": "full"}, []),
        ("1D564105", "cut", {"mode": "full", "feed": 5}, []),
        ("1B69", "cut", {"mode": "partial"}, []),
        ("1B6D", "cut", {"mode": "partial"}, []),
        ("1D5637", "unknown-command", {"data": "1D5637"}, ["unknown-command"]),
        ("1B6101", "align", {"n": 1}, []),
        ("1D2111", "size", {"n": 0x11}, []),
        ("1B4501", "bold", {"n": 1}, []),
        ("1B3901", "chinese-code-system", {"n": 1}, []),
        ("100502", "recover", {"n": 2}, []),
        ("1D4942", "identify-request", {"n": 66}, []),
        (
            "1D7630030200 0001 FFFF",
            "raster",
            {"mode": 3, "width_bytes": 2, "height": 256, "data": "FFFF"},
            ["frame-truncated"],
        ),
        ("1D76310001000100", "unknown-command", {"data": "1D76310001000100"}, ["unknown-command"]),
        ("1D286B03003145" + "33", "qr-level", {"level": "H"}, []),
        ("1D286B03003145" + "39", "qr-level", {"level": "39"}, []),
        ("1D286B0300315130", "qr-print", {}, []),
        ("1D286B0400314308" + "09", "qr-size", {}, ["length-invalid"]),
        ("1D286B2F01315030" + LONG.encode().hex(), "qr-store", {"data": LONG}, []),
        ("1D286B010031", "incomplete", {}, ["length-invalid"]),
        ("1D284102000000", "unknown-command", {"data": "1D284102000000"}, ["unknown-command"]),
        ("1D6B044142434400", "barcode", {"system": "code39", "data": "ABCD"}, []),
        ("1D6B0441424344", "barcode", {"system": "code39", "data": "ABCD"}, ["frame-truncated"]),
        ("1D6B4903414243", "barcode", {"system": "code128", "data": "ABC"}, []),
        ("1D6B6003414243", "barcode", {"system": "60", "data": "ABC"}, []),
        ("1D4C0102", "unknown-command", {"data": "1D4C0102"}, ["unknown-command"]),
    ],
)
def test_commands_to_a_printer(data: str, message: str, fields: dict[str, FieldValue], findings: list[str]) -> None:
    assert to_printer(data) == [Described(message, fields, findings)]


def test_a_barcode_without_its_end_takes_nothing_that_follows_its_zero() -> None:
    assert [each.message for each in to_printer("1D6B0441420043440A1B40")] == ["barcode", "text", "initialise"]


@pytest.mark.parametrize(
    "cut", ["1B", "1D56", "1D5641", "1D76", "1D763000", "1D286B", "1D6B", "1D6B49", "1004", "1D61"]
)
def test_a_command_without_its_parameters_is_incomplete(cut: str) -> None:
    assert to_printer(cut) == [Described("incomplete", {}, ["frame-truncated"])]


@pytest.mark.parametrize(
    ("data", "described"),
    [
        ("10000000", [Described("automatic-status", WELL)]),
        ("10000100", [Described("automatic-status", WELL | {"paper_near_end": True}, ["status-bits-disagree"])]),
        ("10000800", [Described("automatic-status", WELL | {"paper_end": True}, ["status-bits-disagree"])]),
        ("14000000", [Described("automatic-status", WELL | {"drawer": True})]),
        ("50000000", [Described("automatic-status", WELL | {"feed_button": True})]),
        ("10240000", [Described("automatic-status", WELL | {"recoverable_error": True, "unrecoverable_error": True})]),
        ("10400000", [Described("automatic-status", WELL | {"auto_recoverable_error": True})]),
        ("1000000010000000", [Described("automatic-status", WELL)] * 2),
        ("00000000", [Described("automatic-status", {}, ["not-a-status-byte"])]),
        ("000000", [Described("incomplete", {}, ["not-a-status-byte"])]),
        ("0000000000", [Described("incomplete", {}, ["not-a-status-byte"])]),
        ("100000", [Described("incomplete", {}, ["frame-truncated"])]),
        ("8010000000", [Described("automatic-status", WELL, ["noise-skipped"])]),
        ("1000000080", [Described("automatic-status", WELL, ["noise-skipped"])]),
        ("001000000080", [Described("automatic-status", WELL, ["noise-skipped"])]),
        ("12", [Described("status", {"value": 0x12})]),
        ("11", [Described("xon")]),
        ("13", [Described("xoff")]),
        ("5F4142005F4300", [Described("identity", {"text": "AB"}), Described("identity", {"text": "C"})]),
        ("5F4142", [Described("incomplete", {}, ["frame-truncated"])]),
        ("1210000000", [Described("status", {"value": 0x12}), Described("automatic-status", WELL)]),
    ],
)
def test_what_a_printer_says(data: str, described: list[Described]) -> None:
    assert from_printer(data) == described


STATES = {
    1: {0x04: "drawer_pin_high", 0x08: "offline", 0x20: "waiting_for_recovery", 0x40: "feed_button"},
    2: {0x04: "cover_open", 0x08: "feeding_by_button", 0x20: "stopped_by_paper_end", 0x40: "error"},
    3: {0x04: "recoverable", 0x08: "cutter", 0x20: "unrecoverable", 0x40: "auto_recoverable"},
    4: {0x0C: "near_end", 0x60: "end"},
}
"""Epson ESC/POS command reference, DLE EOT: question to bits to state."""


@pytest.mark.parametrize("question", [1, 2, 3, 4])
def test_every_status_byte_of_every_question(question: int) -> None:
    for value in range(256):
        (described,) = describer(f"escpos:{question}")(bytes([value]), None)
        assert described.message == f"status-{question}"
        if value & 0x13 != 0x12:
            assert (described.fields, described.findings) == ({}, ["not-a-status-byte"])
            continue
        assert described.fields == {name: bool(value & bits) for bits, name in STATES[question].items()}
        halves = question == 4 and any(0 < value & bits < bits for bits in STATES[4])
        assert described.findings == (["status-bits-disagree"] if halves else [])
