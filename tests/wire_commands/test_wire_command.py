"""`kiosk wire decode` as a technician types it."""

from __future__ import annotations

import argparse
import json

import pytest

from kiosk.commands.wire import register


def kiosk(line: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="kiosk")
    register(parser.add_subparsers(required=True))
    arguments = parser.parse_args(line)
    code: int = arguments.run(arguments)
    return code


def test_one_frame_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(["wire", "decode", "--json", "scanner", "5D4330503030310D"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "message": "scan",
        "fields": {"code": "P001", "symbology": "code-128"},
        "findings": [],
    }


def test_several_frames_are_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(["wire", "decode", "escpos", "1B 40 1D:61:FF\n10 04 01", "--json"]) == 0
    assert [each["message"] for each in json.loads(capsys.readouterr().out)] == [
        "initialise",
        "automatic-status-request",
        "status-request",
    ]


def test_hex_may_be_typed_with_spaces_and_without_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(["wire", "decode", "--direction", "host-to-device", "pcsc", "FF", "CA", "00", "00", "00"]) == 0
    assert capsys.readouterr().out == "message   get-uid\n  le = 0\nfindings  none\n"


def test_text_shows_yes_no_lists_and_findings(capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(["wire", "decode", "escpos:4", "16"]) == 0
    assert capsys.readouterr().out == (
        "message   status-4\n  near_end = yes\n  end = no\nfindings  status-bits-disagree\n"
    )
    assert kiosk(["wire", "decode", "pcsc", "C0030090008F01009000"]) == 0
    assert 'objects = [{tag = "8F", value = "00"}]' in capsys.readouterr().out


def test_an_unknown_protocol_names_the_known_and_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert kiosk(["wire", "decode", "escpo", "12"]) == 2
    said = capsys.readouterr().err
    assert "no protocol is named 'escpo'" in said
    assert "Did you mean escpos" in said
    assert "scan_engine" in said


@pytest.mark.parametrize(
    ("hex_text", "complaint"),
    [
        ("12 3", "3 hex digits are an odd number, the last at position 4"),
        ("12 3G", "'G' at position 5"),
        ("", "no hex digits"),
    ],
)
def test_hex_that_is_none_is_refused_with_its_place(
    hex_text: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert kiosk(["wire", "decode", "scanner", hex_text]) == 2
    assert complaint in capsys.readouterr().err


def test_the_direction_decides_what_the_same_bytes_mean(capsys: pytest.CaptureFixture[str]) -> None:
    kiosk(["wire", "decode", "--json", "--direction", "device-to-host", "escpos", "10040300"])
    assert json.loads(capsys.readouterr().out)["message"] == "automatic-status"
    kiosk(["wire", "decode", "--json", "--direction", "host-to-device", "escpos", "10040300"])
    assert json.loads(capsys.readouterr().out)[0]["message"] == "status-request"


def test_text_of_a_device_gives_a_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    """A bar code's bytes 1B and 9B begin control sequences."""
    assert kiosk(["wire", "decode", "escpos", "1D6B49047B421B9B"]) == 0
    assert 'data = "{B\\u001b\\u009b"' in capsys.readouterr().out
