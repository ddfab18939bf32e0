"""No patron's data leaves in a recording, and what is left is a true exchange still."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.described import Direction
from drivers.protocols import describer
from kiosk.technician import masking
from kiosk.technician.recording import Recording, split
from tests.vectors_read import VECTORS, exchanges

CARD = "20230001"
OUT, IN = Direction.HOST_TO_DEVICE, Direction.DEVICE_TO_HOST


def test_a_scanned_card_number_is_gone_and_its_length_stays() -> None:
    frame = b"]F0" + CARD.encode() + b"\r"
    hidden = masking.masked("scanner", frame, masking.of_text(CARD))
    assert hidden == b"]F077777777\r"


def test_a_tag_of_a_patron_is_gone_from_a_feig_answer_whose_crc_is_right_again() -> None:
    frame = bytes.fromhex("1100b0000103 00e0040150123456 78ba40")
    hidden = masking.masked("feig", frame, masking.of_uid("E004015012345678", 1))
    assert b"\x12\x34\x56\x78" not in hidden
    (described,) = describer("feig")(hidden, IN)
    assert described.findings == []


def test_a_wrong_crc_stays_wrong() -> None:
    frame = bytes.fromhex("1100b0000103 00e0040150123456 78ba41")
    hidden = masking.masked("feig", frame, masking.of_uid("E004015012345678", 1))
    assert hidden != frame
    (described,) = describer("feig")(hidden, IN)
    assert described.findings == ["crc-mismatch"]


def test_the_key_of_a_card_never_leaves() -> None:
    hidden = masking.masked("pcsc", bytes.fromhex("FF82000006A0A1A2A3A4A5"), [])
    assert hidden.hex().upper() == "FF82000006FFFFFFFFFFFF"


@pytest.mark.parametrize("hex_", ["1100b000010300e004015012345678ba40", "06005200fca8"])
def test_what_holds_no_secret_is_left_alone(hex_: str) -> None:
    frame = bytes.fromhex(hex_)
    assert masking.masked("feig", frame, masking.of_uid("E004015099999999", 1)) == frame


def test_what_was_typed_by_a_wedge_is_gone() -> None:
    typed = bytes.fromhex(next(each["hex"] for each in exchanges("evdev") if each["fields"] == {"code": "lib-42"}))
    (described,) = describer("evdev")(masking.masked("evdev", typed, []), IN)
    assert described.fields == {"code": "xxx-77"}


@given(st.text(alphabet="0123456789ABC", min_size=3, max_size=20), st.binary(max_size=30), st.binary(max_size=30))
def test_no_secret_is_left_wherever_it_stands(code: str, before: bytes, after: bytes) -> None:
    hidden = masking.masked("scanner", before + code.encode() + after, masking.of_text(code))
    assert len(hidden) == len(before) + len(code) + len(after)
    assert code.encode() not in hidden or set(code) <= set("7X")


@pytest.mark.parametrize("protocol", [each for each in VECTORS if each not in ("evdev", "scanner", "scan_engine")])
def test_a_recorded_conversation_reads_as_the_vectors_do(protocol: str) -> None:
    """Every exchange of the vectors, recorded one after the other, comes back with the same words."""
    recording = Recording()
    wanted = [each for each in exchanges(protocol) if each["message"] != "incomplete" and not each["findings"]]
    # What a single status byte of a printer means depends on the question before it.
    wanted = [each for each in wanted if not each["message"].startswith("status-")]
    for place, each in enumerate(wanted):
        recording.note(Direction(each["direction"]), bytes.fromhex(each["hex"]), float(place))
    told = tomllib.loads(recording.as_toml(protocol, [], "a test"))["exchange"]
    heads = ("hex", "message", "fields", "findings")
    assert [[each[head] for head in heads] for each in told] == [[each[head] for head in heads] for each in wanted]


@pytest.mark.parametrize("protocol", ["scanner", "scan_engine"])
def test_everything_that_a_scanner_says_is_masked(protocol: str) -> None:
    for each in exchanges(protocol):
        code = each["fields"].get("code", "")
        if each["direction"] == IN.value and code and not set(code) & {"7", "X"}:
            hidden = masking.masked(protocol, bytes.fromhex(each["hex"]), [])
            assert code.encode() not in hidden
            assert describer(protocol)(hidden, IN)[0].message == each["message"]


def test_two_answers_in_one_breath_are_two_exchanges() -> None:
    one, two = bytes.fromhex("06005200FCA8"), bytes.fromhex("06006900F6FA")
    assert list(split("feig", one + two, IN)) == [one, two]


def test_a_message_that_the_end_of_the_recording_cut_is_left_out() -> None:
    recording = Recording()
    recording.note(OUT, bytes.fromhex("06FF52000F6E"), 0.0)
    recording.note(IN, bytes.fromhex("060052"), 1.0)
    told = tomllib.loads(recording.as_toml("feig", [], "cut"))["exchange"]
    assert [each["message"] for each in told] == ["baud-rate-detection"]


def test_a_recording_that_is_full_keeps_what_it_has() -> None:
    recording = Recording()
    recording.note(IN, b"\x06\x00\x52\x00\xfc\xa8", 0.0)
    recording.note(IN, bytes(2_000_000), 1.0)
    assert recording.full
    assert len(tomllib.loads(recording.as_toml("feig", [], "full"))["exchange"]) == 1
