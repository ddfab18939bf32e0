"""A keyboard scanner types what the vectors hold, in the records of a real keyboard."""

from __future__ import annotations

import struct
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.devices.wedge import MOST_STROKES, REPORT_S, Wedge
from firmware_sim.devices.wedge_layout import KEYS, TAB
from firmware_sim.faults.words import WedgeFault
from tests.firmware_sim.scan_engine_time import pass_time

VECTORS = tomllib.loads(Path("tests/vectors/evdev.toml").read_text(encoding="utf-8"))["exchange"]
BY_NAME = {vector["name"]: bytes.fromhex(vector["hex"]) for vector in VECTORS}
Record = tuple[int, int, int]
"""Type, code, value."""
SYN, KEY, MSC = 0, 1, 4
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"~<>?', "1234567890-=[]\\;'`,./", strict=True))


def records_of(data: bytes) -> list[tuple[float, Record]]:
    """Each with its time in seconds."""
    return [
        (seconds + rest / 1e6, (kind, code, value))
        for seconds, rest, kind, code, value in struct.iter_unpack("<qqHHi", data)
    ]


def typed(text: str) -> list[Record]:
    wedge = Wedge()
    wedge.fire(text)
    return [record for _, record in records_of(pass_time(wedge, 60.0))]


def read_back(records: list[Record]) -> str:
    """What a US keyboard means by them. Codes of the first key of each row: Linux `input-event-codes.h`."""
    rows = {2: "1234567890-=", 16: "qwertyuiop[]", 30: "asdfghjkl;'`", 43: "\\zxcvbnm,./", 57: " ", 28: "\n", 15: "\t"}
    plain = {first + place: character for first, row in rows.items() for place, character in enumerate(row)}
    shifted, text = False, ""
    for kind, code, value in records:
        if kind == KEY and code == 42:
            shifted = value == 1
        elif kind == KEY and value == 1:
            above = {below: above for above, below in SHIFTED.items()}
            text += above.get(plain[code], plain[code].upper()) if shifted else plain[code]
    return text


@pytest.mark.parametrize("code", ["P001", "lib-42"])
def test_keys_and_syns_are_the_vectors(code: str) -> None:
    expected = [record for _, record in records_of(BY_NAME[code])]
    assert [record for record in typed(code) if record[0] != MSC] == expected


def test_each_key_change_comes_with_its_scan_code_and_a_syn() -> None:
    assert typed("A")[:6] == [
        (MSC, 4, 0x700E1),
        (KEY, 42, 1),
        (SYN, 0, 0),
        (MSC, 4, 0x70004),
        (KEY, 30, 1),
        (SYN, 0, 0),
    ]
    assert [record[0] for record in typed("Ab/")] == [MSC, KEY, SYN] * 10


def test_keys_come_one_after_the_other_at_the_keyboards_pace_with_the_time_of_day() -> None:
    wedge = Wedge(epoch_s=1_700_000_000.0)
    wedge.fire("12")
    wedge.tick(5.0)
    assert len(wedge.take_outgoing()) == 72
    wedge.tick(5.0)
    assert wedge.take_outgoing() == b""
    told = records_of(pass_time(wedge, 6.0))
    assert [round(time_s - 1_700_000_005, 6) for time_s, _ in told] == [
        round(turn * REPORT_S, 6) for turn in range(1, 6) for _ in range(3)
    ]


def test_every_key_that_prints_is_what_a_us_keyboard_has() -> None:
    printable = "".join(chr(number) for number in range(0x20, 0x7F))
    assert set(printable) <= set(KEYS)
    assert read_back(typed(printable)) == printable + "\n"


def test_what_has_no_key_is_left_out_and_the_end_is_as_it_was_set() -> None:
    assert read_back(typed("读者P001")) == "P001\n"
    wedge = Wedge(end=TAB)
    wedge.fire("P001", "]C0")
    assert read_back([record for _, record in records_of(pass_time(wedge, 9.0))]) == "]C0P001\t"
    endless = Wedge(end=None)
    endless.fire("7")
    endless.fire("8")
    assert read_back([record for _, record in records_of(pass_time(endless, 9.0))]) == "78"


def test_noise_loses_reports_and_flips_bits_but_records_stay_whole() -> None:
    wedge = Wedge()
    wedge.set_fault(WedgeFault.NOISE)
    wedge.fire("35555000012345" * 10)
    told = pass_time(wedge, 60.0)
    good = len(typed("35555000012345" * 10)) * 24
    assert len(told) % 24 == 0
    assert good / 2 < len(told) < good
    assert read_back(typed("35555000012345" * 10)).strip() == "35555000012345" * 10


def test_bytes_are_said_as_they_are_and_too_much_is_refused() -> None:
    wedge = Wedge()
    wedge.fire_bytes(BY_NAME["cut in the middle of a record"])
    assert wedge.take_outgoing() == BY_NAME["cut in the middle of a record"]
    with pytest.raises(ValueError, match=f"at most {MOST_STROKES} key changes"):
        wedge.fire("1" * MOST_STROKES)
    assert wedge.due_s() is None


@given(st.text(max_size=40), st.binary(max_size=30))
def test_any_text_is_typed_as_far_as_it_has_keys_whatever_the_host_writes(text: str, lamps: bytes) -> None:
    wedge = Wedge(end=None)
    wedge.fire(text)
    wedge.receive(lamps, 0.0)
    told = [record for _, record in records_of(pass_time(wedge, 60.0))]
    assert read_back(told) == "".join(character for character in text.replace("\r", "\n") if character in KEYS)
