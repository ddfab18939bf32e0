"""A scanner that types: shift, repeats, keys without a letter, cut records, dropped records, and other devices."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.evdev import ENTER_KEYS
from drivers.scanners.events import CodeRejected, CodeScanned, Rejection, ScannerEvent, StartScanning
from drivers.scanners.reading import Finding
from drivers.scanners.wedge import WedgeCore, WedgeSettings
from tests.scanners.keyboard import (
    DOWN,
    DROPPED,
    ENTER,
    F1,
    LEFT_SHIFT,
    NUM_LOCK,
    REPEAT,
    REPORT,
    TAB,
    UP,
    a_scan,
    key,
    press,
    record,
    typed,
)


def a_wedge(settings: WedgeSettings | None = None) -> WedgeCore:
    wedge = WedgeCore(settings or WedgeSettings())
    assert wedge.port_opened(0.0) == []
    return wedge


def codes(events: Iterable[ScannerEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, CodeScanned)]


def test_capitals_digits_and_signs_are_typed_with_shift() -> None:
    assert a_wedge().receive(a_scan("]C0LIB-0042/x.y"), 0.0) == [CodeScanned("LIB-0042/x.y", "code-128")]


def test_every_cut_of_the_records_reads_the_same() -> None:
    stream = a_scan("P001") + a_scan("b-2")
    for cut in range(len(stream) + 1):
        wedge = a_wedge()
        assert codes(wedge.receive(stream[:cut], 0.0) + wedge.receive(stream[cut:], 0.01)) == ["P001", "b-2"]


def test_a_key_held_down_is_one_letter() -> None:
    held = key(3, DOWN) + key(3, REPEAT) * 5 + key(3, UP)
    assert codes(a_wedge().receive(held + press(ENTER), 0.0)) == ["2"]


def test_shift_is_down_until_it_goes_up_even_where_the_code_ends_between() -> None:
    wedge = a_wedge()
    assert codes(wedge.receive(key(LEFT_SHIFT, DOWN) + press(16) + press(ENTER), 0.0)) == ["Q"]
    assert codes(wedge.receive(press(17) + key(LEFT_SHIFT, UP) + press(17) + press(ENTER), 1.0)) == ["Ww"]


def test_silence_ends_a_code_without_enter() -> None:
    wedge = a_wedge()
    assert wedge.receive(typed("p001"), 0.0) == []
    due_s = wedge.due_s()
    assert due_s == 0.1
    assert wedge.tick(0.09) == []
    assert wedge.tick(0.1) == [CodeScanned("p001", None, (Finding.NO_TERMINATOR,))]
    assert wedge.due_s() is None


def test_a_tab_may_end_a_code() -> None:
    stream = typed("p001") + press(TAB)
    assert codes(a_wedge(WedgeSettings(end_keys=ENTER_KEYS | {TAB})).receive(stream, 0.0)) == ["p001"]
    assert a_wedge().receive(stream + press(ENTER), 0.0) == [CodeRejected(Rejection.KEYS_LOST)]


def test_the_keypad_types_digits_and_its_lock_is_no_letter() -> None:
    assert codes(a_wedge().receive(press(NUM_LOCK) + press(79) + press(82) + press(73) + press(96), 0.0)) == ["109"]


def test_a_key_without_a_letter_spoils_the_code_it_is_in() -> None:
    wedge = a_wedge()
    assert wedge.receive(typed("p0") + press(F1) + typed("01") + press(ENTER), 0.0) == [
        CodeRejected(Rejection.KEYS_LOST)
    ]
    assert codes(wedge.receive(a_scan("p001"), 1.0)) == ["p001"]


def test_a_key_without_a_letter_alone_is_nothing() -> None:
    wedge = a_wedge()
    assert wedge.receive(press(F1), 0.0) == []
    assert wedge.tick(0.1) == []
    assert codes(wedge.receive(a_scan("p001"), 1.0)) == ["p001"]


def test_records_that_the_kernel_dropped_spoil_the_code_and_release_shift() -> None:
    wedge = a_wedge()
    stream = key(LEFT_SHIFT, DOWN) + press(25) + DROPPED + press(11) + press(ENTER)
    assert wedge.receive(stream, 0.0) == [CodeRejected(Rejection.KEYS_LOST)]
    assert codes(wedge.receive(a_scan("p001"), 1.0)) == ["p001"]


def test_what_comes_between_a_drop_and_the_next_report_counts_for_nothing() -> None:
    wedge = a_wedge()
    assert wedge.receive(DROPPED + record(1, 30, DOWN) + REPORT, 0.0) == []
    assert wedge.tick(0.1) == []
    assert codes(wedge.receive(a_scan("p001"), 1.0)) == ["p001"]


def test_a_record_that_stays_cut_spoils_its_code_only() -> None:
    wedge = a_wedge()
    assert wedge.receive(typed("p0") + record(1, 2, DOWN)[:13], 0.0) == []
    assert wedge.tick(0.1) == [CodeRejected(Rejection.KEYS_LOST)]
    assert codes(wedge.receive(a_scan("p001"), 0.2)) == ["p001"]


@pytest.mark.parametrize(
    "noise",
    [
        b"\xff" * 24,
        b"P001\r" * 10,
        record(1, 30, 7),
        record(1, 0x300, DOWN),
        record(0x20, 0, 0),
        record(0, 0, 0, microseconds=1_000_000),
        record(0, 0, 0, seconds=-1),
    ],
)
def test_what_are_no_input_records_is_said_so_and_over_with_silence(noise: bytes) -> None:
    wedge = a_wedge()
    events: list[ScannerEvent] = []
    for at_s in (0.0, 1.0, 2.0):
        events += wedge.receive(noise, at_s)
        events += wedge.receive(noise, at_s + 0.05)
        events += wedge.tick(at_s + 0.5)
    assert events == [CodeRejected(Rejection.KEYS_LOST)] * 3 + [
        Faulted(
            FaultCode.NOISE,
            "no scanner, or not its input device: 3 codes in a row were damaged, and what came are no input records",
        )
    ]
    assert wedge.receive(a_scan("p001"), 3.0) == [Recovered("scanner"), CodeScanned("p001", None)]


def test_thousands_of_keys_without_an_end_are_refused_once() -> None:
    wedge = a_wedge()
    events = wedge.receive(typed("7" * 5_000), 0.0)
    assert events[0] == CodeRejected(Rejection.TOO_LONG)
    assert isinstance(events[1], Faulted)
    assert len(events) == 2
    assert wedge.tick(0.1) == []
    assert wedge.receive(a_scan("p001"), 1.0) == [Recovered("scanner"), CodeScanned("p001", None)]


def test_prefix_and_suffix_are_typed_and_taken_off() -> None:
    assert codes(a_wedge(WedgeSettings(prefix=b"*", suffix=b"#")).receive(a_scan("*p001#"), 0.0)) == ["p001"]


def test_the_same_code_at_once_is_one_scan() -> None:
    wedge = a_wedge()
    assert codes(wedge.receive(a_scan("p001") * 3, 0.0)) == ["p001"]
    assert codes(wedge.receive(a_scan("p001"), 2.0)) == ["p001"]


def test_a_keyboard_is_never_written_to() -> None:
    wedge = a_wedge()
    wedge.submit(StartScanning(), 0.0)
    assert wedge.take_outgoing() == b""


def test_an_unplugged_wedge_forgets_half_a_code_and_the_shift_key() -> None:
    wedge = a_wedge()
    wedge.receive(typed("p0") + key(LEFT_SHIFT, DOWN), 0.0)
    assert wedge.port_lost("unplugged", 0.01) == [Faulted(FaultCode.PORT_GONE, "unplugged")]
    assert wedge.port_opened(1.0) == [Recovered("scanner")]
    assert codes(wedge.receive(a_scan("b2"), 1.1)) == ["b2"]


def test_a_silence_of_nothing_is_refused() -> None:
    with pytest.raises(BadSetting):
        WedgeSettings(silence_s=0)
