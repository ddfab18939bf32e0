"""A conversation with a scan engine in packet mode: every packet acknowledged, every code once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.events import CodeRejected, CodeScanned, Rejection, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.ssi_scanner import SsiCore, SsiSettings

ACK, HOST_ACK = bytes.fromhex("04D00000FF2C"), bytes.fromhex("04D00400FF28")
HOST_RESEND = bytes.fromhex("05D1040001FF25")
START, STOP = bytes.fromhex("04E40400FF14"), bytes.fromhex("04E50400FF13")
START_AGAIN = bytes.fromhex("04E40401FF13")
BOOK = bytes.fromhex("0FF3000003424B2D30303132333435FCE2")
"""Code 128, BK-0012345 (tests/vectors/scan_engine.toml)."""


def packet(opcode: int, content: bytes = b"", status: int = 0) -> bytes:
    """What a scanner sends; written apart from the driver."""
    body = bytes([4 + len(content), opcode, 0, status]) + content
    total = (0x10000 - sum(body)) % 0x10000
    return body + bytes([total // 256, total % 256])


def a_code(text: str, code_type: int = 3, status: int = 0) -> bytes:
    return packet(0xF3, bytes([code_type]) + text.encode(), status)


def an_engine() -> SsiCore:
    engine = SsiCore(SsiSettings())
    assert engine.port_opened(0.0) == []
    return engine


def codes(events: Iterable[ScannerEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, CodeScanned)]


def after(engine: SsiCore, now_s: float, until_s: float) -> list[ScannerEvent]:
    """Everything that happens by itself until `until_s`."""
    events: list[ScannerEvent] = []
    while (due_s := engine.due_s()) is not None and due_s <= until_s:
        now_s = max(now_s, due_s)
        events += engine.tick(now_s)
    return events


def test_the_packets_here_are_those_of_the_vectors() -> None:
    assert a_code("BK-0012345") == BOOK
    assert packet(0xD0) == ACK


def test_a_session_is_started_a_code_acknowledged_and_the_session_stopped() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == START
    assert engine.receive(ACK, 0.1) == []
    assert engine.receive(BOOK, 1.0) == [CodeScanned("BK-0012345", "code-128")]
    assert engine.take_outgoing() == HOST_ACK
    engine.submit(StopScanning(), 1.1)
    assert engine.take_outgoing() == STOP
    assert engine.receive(ACK, 1.2) == []
    assert engine.due_s() is None


def test_a_code_sent_again_because_our_acknowledgement_was_lost_is_one_code() -> None:
    engine = an_engine()
    assert codes(engine.receive(BOOK, 0.0)) == ["BK-0012345"]
    again = a_code("BK-0012345", status=1)
    assert engine.receive(again, 2.0) == []
    assert engine.receive(again, 4.0) == []
    assert engine.take_outgoing() == HOST_ACK * 3, "acknowledged all the same"


def test_a_code_sent_again_because_it_came_damaged_is_taken() -> None:
    engine = an_engine()
    damaged = BOOK[:-1] + b"\x00"
    assert engine.receive(damaged, 0.0) == []
    assert engine.tick(0.2) == []
    assert engine.take_outgoing() == HOST_RESEND
    assert engine.receive(a_code("BK-0012345", status=1), 0.3) == [CodeScanned("BK-0012345", "code-128")]
    assert after(engine, 0.3, 60.0) == []


def test_a_damaged_code_that_does_not_come_again_is_asked_of_the_patron() -> None:
    engine = an_engine()
    engine.receive(BOOK[:9], 0.0)
    assert after(engine, 0.0, 60.0) == [CodeRejected(Rejection.CHECKSUM)]
    assert engine.receive(BOOK, 61.0) == [CodeScanned("BK-0012345", "code-128")]


def test_the_same_code_scanned_again_later_is_another_scan() -> None:
    engine = an_engine()
    assert codes(engine.receive(BOOK, 0.0)) == ["BK-0012345"]
    assert codes(engine.receive(BOOK, 3.0)) == ["BK-0012345"]
    assert codes(engine.receive(a_code("BK-0012345", status=1), 60.0)) == ["BK-0012345"]


def test_a_long_code_comes_in_several_packets_each_acknowledged() -> None:
    engine = an_engine()
    first, second, last = "读者" * 30, "B" * 200, "END"
    assert engine.receive(a_code(first, 0x1C, status=2), 0.0) == []
    assert engine.receive(a_code(second, 0x1C, status=2), 0.1) == []
    assert engine.receive(a_code(second, 0x1C, status=3), 2.1) == [], "sent again: not twice in the code"
    assert engine.receive(a_code(last, 0x1C), 2.2) == [CodeScanned(first + second + last, "qr")]
    assert engine.take_outgoing() == HOST_ACK * 4


def test_a_character_may_be_cut_by_the_edge_of_a_packet() -> None:
    engine = an_engine()
    raw = "读".encode()
    engine.receive(packet(0xF3, b"\x1c" + raw[:1], 2), 0.0)
    assert codes(engine.receive(packet(0xF3, b"\x1c" + raw[1:]), 0.1)) == ["读"]


def test_a_long_code_whose_end_does_not_come_is_given_up() -> None:
    engine = an_engine()
    engine.receive(a_code("A" * 200, status=2), 0.0)
    assert after(engine, 0.0, 60.0) == [CodeRejected(Rejection.CHECKSUM)]
    assert codes(engine.receive(BOOK, 61.0)) == ["BK-0012345"]


def test_packets_of_two_codes_are_never_one_code() -> None:
    engine = an_engine()
    engine.receive(a_code("A" * 200, 3, status=2), 0.0)
    assert engine.receive(a_code("9787111544937", 0x0B), 0.1) == [CodeRejected(Rejection.CHECKSUM)]


def test_an_endless_code_is_a_fault_and_the_next_one_is_read() -> None:
    engine = an_engine()
    events = [event for _ in range(50) for event in engine.receive(a_code("7" * 250, status=2), 0.0)]
    assert events[0] == CodeRejected(Rejection.TOO_LONG)
    assert isinstance(events[1], Faulted)
    assert "4,096 bytes came without an end" in events[1].detail
    assert len(events) == 2
    assert engine.receive(a_code("7"), 1.0) == []
    assert engine.receive(BOOK, 2.0) == [Recovered("scanner"), CodeScanned("BK-0012345", "code-128")]


@pytest.mark.parametrize(
    ("code_type", "sent", "code", "symbology"),
    [
        (0x01, "LIB-0042", "LIB-0042", "code-39"),
        (0x02, "A35555000012345B", "35555000012345", "codabar"),
        (0x0B, "9787111544937", "9787111544937", "ean-13"),
        (0x77, "P001", "P001", None),
        (0x77, "]C0P001", "P001", "code-128"),
    ],
)
def test_the_type_of_code_is_kept_as_symbology(code_type: int, sent: str, code: str, symbology: str | None) -> None:
    assert an_engine().receive(a_code(sent, code_type), 0.0) == [CodeScanned(code, symbology)]


def test_an_order_is_sent_three_times_and_then_the_engine_counts_as_silent() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == START
    assert engine.tick(2.0) == []
    assert engine.take_outgoing() == START_AGAIN
    assert engine.tick(4.0) == []
    assert engine.take_outgoing() == START_AGAIN
    assert engine.tick(6.0) == [
        Faulted(FaultCode.NO_ANSWER, "wrong baud rate or other device: the scanner does not acknowledge its trigger")
    ]
    assert engine.take_outgoing() == START, "it is wanted still"
    assert engine.receive(ACK, 6.1) == [Recovered("scanner")]


def test_an_engine_that_did_not_understand_is_told_again_but_not_for_ever() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == START
    for _ in range(2):
        assert engine.receive(bytes.fromhex("05D1000001FF29"), 0.1) == []
        assert engine.take_outgoing() == START_AGAIN
    assert engine.receive(bytes.fromhex("05D1000001FF29"), 0.2) == []
    assert engine.take_outgoing() == b""


def test_an_engine_that_refuses_says_why() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    assert engine.receive(packet(0xD1, b"\x06"), 0.1) == [
        Faulted(FaultCode.DEVICE_ERROR, "the engine refused its trigger (06): not allowed: is scanning disabled?")
    ]
    assert engine.receive(BOOK, 0.2)[0] == Recovered("scanner")


def test_after_a_code_the_session_is_started_again_while_one_is_wanted() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    engine.receive(ACK, 0.1)
    engine.take_outgoing()
    engine.receive(BOOK, 1.0)
    assert engine.take_outgoing() == HOST_ACK
    engine.tick(1.5)
    assert engine.take_outgoing() == START


def test_what_else_a_scanner_tells_is_acknowledged_and_means_nothing() -> None:
    engine = an_engine()
    assert engine.receive(packet(0xF6, b"\x01"), 0.0) == []
    assert engine.take_outgoing() == HOST_ACK


def test_a_crackle_on_the_line_is_nothing() -> None:
    engine = an_engine()
    engine.receive(b"\x00\xff", 0.0)
    assert after(engine, 0.0, 60.0) == []
    assert engine.take_outgoing() == b""


def test_a_code_behind_a_damaged_length_is_found_after_silence() -> None:
    engine = an_engine()
    damaged = b"\xff" + BOOK[1:]
    assert engine.receive(damaged + a_code("P001"), 0.0) == []
    assert codes(engine.tick(0.2)) == ["P001"]


@pytest.mark.parametrize(
    ("noise", "hint"),
    [
        (b"9787111544937\r", "; it sends plain text, so set it to packets, or take the serial driver"),
        (b"\xf8\x80\x06\x78\xe0\x1e\x66", ""),
    ],
)
def test_one_scan_after_the_other_without_packets_is_a_wrong_speed_or_mode(noise: bytes, hint: str) -> None:
    engine = an_engine()
    events: list[ScannerEvent] = []
    for at_s in (0.0, 10.0, 20.0):
        events += engine.receive(noise, at_s)
        events += after(engine, at_s, at_s + 5)
    assert events[:3] == [CodeRejected(Rejection.CHECKSUM)] * 3
    assert events[3:] == [
        Faulted(FaultCode.NOISE, f"wrong baud rate or other device: 3 codes in a row were damaged{hint}")
    ]
    assert engine.receive(BOOK, 30.0) == [Recovered("scanner"), CodeScanned("BK-0012345", "code-128")]


def test_an_engine_that_was_unplugged_begins_anew_and_is_still_wanted() -> None:
    engine = an_engine()
    engine.submit(StartScanning(), 0.0)
    engine.receive(a_code("A" * 100, status=2), 0.1)
    assert engine.port_lost("unplugged", 0.2) == [Faulted(FaultCode.PORT_GONE, "unplugged")]
    assert engine.take_outgoing() == b""
    assert engine.port_opened(1.0) == [Recovered("scanner")]
    assert engine.take_outgoing() == START
    assert codes(engine.receive(a_code("P001"), 1.1)) == ["P001"], "nothing of the half code is in it"


def test_an_answer_time_of_nothing_is_refused() -> None:
    with pytest.raises(BadSetting):
        SsiSettings(answer_s=0)
