"""A serial scanner's bytes become codes, each once, and nothing that is broken becomes a code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.events import CodeRejected, CodeScanned, Rejection, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.reading import CodabarLetters, Finding
from drivers.scanners.serial_scanner import CODE_LIMIT, ScannerCore, ScannerSettings
from drivers.scanners.triggers import TRIGGERS, Dialect

PLAIN = ScannerSettings()
ENDLESS = Faulted(
    FaultCode.NOISE,
    "wrong baud rate or other device: more than 4,096 bytes came without an end; is a terminator set?",
)


def a_scanner(as_set_up: ScannerSettings = PLAIN) -> ScannerCore:
    return ScannerCore(as_set_up)


def codes(events: Iterable[ScannerEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, CodeScanned)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_each_terminator_ends_one_code(end: bytes) -> None:
    scanner = a_scanner()
    assert scanner.receive(b"P001" + end + b"B002" + end, 0.0) == [
        CodeScanned("P001", None),
        CodeScanned("B002", None),
    ]


def test_crlf_that_comes_in_two_pieces_ends_one_code() -> None:
    scanner = a_scanner()
    assert codes(scanner.receive(b"P001\r", 0.0)) == ["P001"]
    assert codes(scanner.receive(b"\nB002\r", 0.01)) == ["B002"]


def test_silence_ends_a_code_without_a_terminator() -> None:
    scanner = a_scanner()
    assert scanner.receive(b"P0", 0.0) == []
    assert scanner.receive(b"01", 0.05) == []
    due_s = scanner.due_s()
    assert due_s is not None
    assert due_s == pytest.approx(0.15)
    assert scanner.tick(due_s - 0.001) == []
    assert scanner.tick(due_s) == [CodeScanned("P001", None, (Finding.NO_TERMINATOR,))]
    assert scanner.due_s() is None


def test_prefix_identifier_and_suffix_are_taken_off() -> None:
    scanner = a_scanner(ScannerSettings(prefix=b"\x02", suffix=b"\x03"))
    assert scanner.receive(b"\x02]C0P001\x03\r", 0.0) == [CodeScanned("P001", "code-128")]


def test_codabar_letters_stay_where_the_library_wants_them() -> None:
    assert codes(a_scanner().receive(b"]F0A123B\r", 0.0)) == ["123"]
    assert codes(a_scanner(ScannerSettings(codabar=CodabarLetters.KEEP)).receive(b"]F0A123B\r", 0.0)) == ["A123B"]
    assert codes(a_scanner().receive(b"]A0A123B\r", 0.0)) == ["A123B"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"A35555000012345B\r", "35555000012345"),
        (b"]F0A35555000012345B\r", "35555000012345"),
        (b"]A0A35555000012345B\r", "A35555000012345B"),
        (b"A35555000012345\r", "A35555000012345"),
        (b"AB-12C\r", "AB-12C"),
        (b"A12B\r", "12"),
    ],
)
def test_a_scanner_that_names_no_symbology_may_be_guessed_at(raw: bytes, code: str) -> None:
    assert codes(a_scanner(ScannerSettings(codabar=CodabarLetters.GUESS)).receive(raw, 0.0)) == [code]
    assert codes(a_scanner().receive(b"A12B\r", 0.0)) == ["A12B"], "only where the library wants it"


def test_the_same_code_twice_within_a_second_is_one_scan() -> None:
    scanner = a_scanner()
    assert codes(scanner.receive(b"P001\r", 0.0)) == ["P001"]
    assert codes(scanner.receive(b"P001\r", 0.9)) == []
    assert codes(scanner.receive(b"B002\r", 1.0)) == ["B002"]
    assert codes(scanner.receive(b"P001\r", 1.1)) == ["P001"]
    assert codes(scanner.receive(b"P001\r", 2.1)) == ["P001"]


def test_ten_thousand_bytes_without_an_end_are_refused_once_and_the_next_code_is_read() -> None:
    scanner = a_scanner()
    events: list[ScannerEvent] = []
    for index in range(100):
        events += scanner.receive(b"7" * 100, index * 0.01)
    assert events == [CodeRejected(Rejection.TOO_LONG), ENDLESS]
    assert scanner.receive(b"77\rP001\r", 1.0) == [Recovered("scanner"), CodeScanned("P001", None)]


def test_after_an_endless_code_silence_is_an_end_too() -> None:
    scanner = a_scanner()
    assert scanner.receive(b"7" * (CODE_LIMIT + 1), 0.0) == [CodeRejected(Rejection.TOO_LONG), ENDLESS]
    assert scanner.tick(0.2) == []
    assert codes(scanner.receive(b"P001\r", 0.3)) == ["P001"]


def test_the_longest_code_allowed_is_read() -> None:
    assert codes(a_scanner().receive(b"7" * CODE_LIMIT + b"\r", 0.0)) == ["7" * CODE_LIMIT]


@pytest.mark.parametrize(
    ("raw", "why"),
    [(b"P00\x1b[2J1\r", Rejection.CONTROL_BYTES), (b"P\xff\xfe01\r", Rejection.NOT_TEXT)],
)
def test_a_damaged_code_is_refused_because_it_could_be_another_number(raw: bytes, why: Rejection) -> None:
    assert a_scanner().receive(raw, 0.0) == [CodeRejected(why)]


def test_a_chinese_code_is_read() -> None:
    assert codes(a_scanner().receive("]Q1读者P001\r".encode(), 0.0)) == ["读者P001"]


def test_bare_terminators_are_nothing() -> None:
    assert a_scanner().receive(b"\r\r\n\n", 0.0) == []


def test_an_engine_is_triggered_and_its_answer_is_not_a_code() -> None:
    scanner = a_scanner(ScannerSettings(trigger=TRIGGERS[Dialect.GM65]))
    scanner.submit(StartScanning(), 0.0)
    assert scanner.take_outgoing() == bytes.fromhex("7E000801000201ABCD")
    assert codes(scanner.receive(bytes.fromhex("02000001003331") + b"P001\r", 0.1)) == ["P001"]
    scanner.submit(StopScanning(), 0.2)
    assert scanner.take_outgoing() == bytes.fromhex("7E000801000200ABCD")
    assert scanner.take_outgoing() == b""


def test_an_unplugged_scanner_forgets_half_a_code_and_says_when_it_is_back() -> None:
    scanner = a_scanner()
    assert scanner.port_opened(0.0) == []
    scanner.receive(b"P00", 0.0)
    assert scanner.port_lost("unplugged", 0.01) == [Faulted(FaultCode.PORT_GONE, "unplugged")]
    assert scanner.port_opened(1.0) == [Recovered("scanner")]
    assert codes(scanner.receive(b"B002\r", 1.1)) == ["B002"]


@pytest.mark.parametrize("raw", [b"]C0*P001#\r", b"*]C0P001#\r", b"]C0P001\r", b"]C0*P001\r"])
def test_a_prefix_stands_before_the_identifier_or_behind_it_or_is_missing(raw: bytes) -> None:
    scanner = a_scanner(ScannerSettings(prefix=b"*", suffix=b"#"))
    assert scanner.receive(raw, 0.0) == [CodeScanned("P001", "code-128")]


def test_a_scanner_may_end_its_codes_with_a_tab() -> None:
    scanner = a_scanner(ScannerSettings(terminators=b"\t"))
    assert codes(scanner.receive(b"P001\tB002\t", 0.0)) == ["P001", "B002"]


def test_a_scanner_that_sends_no_terminator_ends_with_silence_only() -> None:
    scanner = a_scanner(ScannerSettings(terminators=b""))
    assert scanner.receive(b"P001", 0.0) == []
    assert codes(scanner.tick(0.1)) == ["P001"]


@pytest.mark.parametrize(
    "settings_of",
    [
        lambda: ScannerSettings(silence_s=0),
        lambda: ScannerSettings(suffix=b"\r"),
        lambda: ScannerSettings(trigger=TRIGGERS[Dialect.GM65], again_s=0.01),
    ],
)
def test_settings_that_cannot_work_are_refused(settings_of: Callable[[], ScannerSettings]) -> None:
    with pytest.raises(BadSetting):
        settings_of()


def test_one_damaged_code_after_the_other_is_a_wrong_speed_until_a_code_is_read() -> None:
    scanner = a_scanner()
    events = [event for at_s in range(4) for event in scanner.receive(b"\xf8\x80\xfe\r", float(at_s))]
    assert events[:3] == [CodeRejected(Rejection.NOT_TEXT)] * 3
    assert events[3] == Faulted(FaultCode.NOISE, "wrong baud rate or other device: 3 codes in a row were damaged")
    assert events[4:] == [CodeRejected(Rejection.NOT_TEXT)], "the fault is told once"
    assert scanner.receive(b"P001\r", 5.0) == [Recovered("scanner"), CodeScanned("P001", None)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_in_any_pieces_never_raise_and_never_grow(pieces: list[bytes]) -> None:
    scanner = a_scanner()
    now_s = 0.0
    for piece in pieces:
        scanner.receive(piece, now_s)
        now_s += 0.05
        scanner.tick(now_s)
    scanner.tick(now_s + 1)
    assert scanner.due_s() is None


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text(alphabet="ABC0123-读", min_size=1, max_size=20), min_size=1, max_size=5, unique=True),
    st.lists(st.integers(0, 200), max_size=5),
)
def test_how_bytes_are_cut_into_pieces_does_not_matter(texts: list[str], cuts: list[int]) -> None:
    stream = b"".join(text.encode() + b"\r\n" for text in texts)
    edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    scanner = a_scanner()
    read = [code for start, end in pairwise(edges) for code in codes(scanner.receive(stream[start:end], 0.0))]
    assert read == texts
