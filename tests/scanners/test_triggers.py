"""Engines that read when they are told: each dialect's bytes, its answers on the data line, and the trigger again."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from drivers.errors import BadSetting
from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.events import CodeScanned, ScannerEvent, StartScanning, StopScanning
from drivers.scanners.serial_scanner import ScannerCore, ScannerSettings
from drivers.scanners.triggers import TRIGGERS, Dialect, TriggerBytes, trigger_of

NEWLAND_TAKEN = bytes.fromhex("020130303030 23 53434E54524731 06 3B03")
NEWLAND_REFUSED = bytes.fromhex("020130303030 23 53434E54524731 15 3B03")
REFUSED = Faulted(FaultCode.DEVICE_ERROR, "the engine refused its trigger; is it the right dialect?")


def an_engine(dialect: Dialect) -> ScannerCore:
    return ScannerCore(ScannerSettings(trigger=trigger_of(dialect)))


def codes(events: Iterable[ScannerEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, CodeScanned)]


@pytest.mark.parametrize(
    ("dialect", "on", "off"),
    [
        (Dialect.HONEYWELL, "16540D", "16550D"),
        (Dialect.NEWLAND, "7E013030303023 53434E54524731 3B03", "7E013030303023 53434E54524730 3B03"),
        (Dialect.NEWLAND_SHORT, "015404", ""),
        (Dialect.GM65, "7E000801000201ABCD", "7E000801000200ABCD"),
        (Dialect.ZEBRA, "04E40400FF14", "04E50400FF13"),
        (Dialect.NONE, "", ""),
    ],
)
def test_each_dialect_is_told_in_its_own_bytes(dialect: Dialect, on: str, off: str) -> None:
    engine = an_engine(dialect)
    engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == bytes.fromhex(on)
    engine.submit(StopScanning(), 1.0)
    assert engine.take_outgoing() == bytes.fromhex(off)
    assert engine.due_s() is None


@pytest.mark.parametrize(
    ("dialect", "answer"),
    [
        (Dialect.GM65, bytes.fromhex("02000001003331")),
        (Dialect.NEWLAND, NEWLAND_TAKEN),
        (Dialect.ZEBRA, bytes.fromhex("04D00000FF2C")),
    ],
)
@pytest.mark.parametrize("cut", [0, 1, 3, 6])
def test_the_answer_to_a_trigger_is_taken_off_before_the_code(dialect: Dialect, answer: bytes, cut: int) -> None:
    engine = an_engine(dialect)
    stream = answer + answer + b"]C0P001\r"
    assert engine.receive(stream[:cut], 0.0) == []
    assert engine.receive(stream[cut:], 0.05) == [CodeScanned("P001", "code-128")]


@pytest.mark.parametrize("answer", [bytes.fromhex("02000001003331"), b""])
def test_an_answer_alone_is_nothing_and_does_not_wait_for_a_code(answer: bytes) -> None:
    engine = an_engine(Dialect.GM65)
    assert engine.receive(answer, 0.0) == []
    assert engine.tick(0.2) == []
    assert codes(engine.receive(b"P001\r", 1.0)) == ["P001"]


def test_an_engine_that_refuses_is_a_fault_until_it_takes_an_order() -> None:
    engine = an_engine(Dialect.NEWLAND)
    engine.receive(NEWLAND_REFUSED, 0.0)
    assert engine.tick(0.1) == [REFUSED]
    engine.receive(NEWLAND_REFUSED, 1.0)
    assert engine.tick(1.1) == [], "told once"
    engine.receive(NEWLAND_TAKEN, 2.0)
    assert engine.tick(2.1) == [Recovered("scanner")]


def test_a_zebra_engine_that_refuses_says_so_on_the_same_line() -> None:
    engine = an_engine(Dialect.ZEBRA)
    assert engine.receive(bytes.fromhex("05D1000006FF24") + b"P001\r", 0.0) == [
        REFUSED,
        Recovered("scanner"),
        CodeScanned("P001", None),
    ]


def test_while_a_code_is_wanted_the_trigger_is_given_again() -> None:
    engine = an_engine(Dialect.HONEYWELL)
    on = TRIGGERS[Dialect.HONEYWELL].on
    engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == on
    assert engine.due_s() == 5.0
    engine.tick(4.9)
    assert engine.take_outgoing() == b""
    engine.tick(5.0)
    assert engine.take_outgoing() == on
    assert codes(engine.receive(b"P001\r", 6.0)) == ["P001"]
    assert engine.take_outgoing() == b"", "the patron first takes the card away"
    engine.tick(6.5)
    assert engine.take_outgoing() == on


def test_an_engine_that_comes_back_is_told_again_what_is_wanted() -> None:
    engine = an_engine(Dialect.HONEYWELL)
    engine.submit(StartScanning(), 0.0)
    engine.port_lost("unplugged", 1.0)
    assert engine.take_outgoing() == b""
    assert engine.port_opened(2.0) == [Recovered("scanner")]
    assert engine.take_outgoing() == TRIGGERS[Dialect.HONEYWELL].on
    engine.submit(StopScanning(), 3.0)
    engine.take_outgoing()
    engine.port_lost("unplugged", 4.0)
    engine.port_opened(5.0)
    assert engine.take_outgoing() == b""


def test_orders_that_nobody_sends_do_not_pile_up() -> None:
    engine = an_engine(Dialect.GM65)
    for _ in range(1000):
        engine.submit(StartScanning(), 0.0)
    assert engine.take_outgoing() == TRIGGERS[Dialect.GM65].on


def test_a_library_may_set_bytes_of_its_own() -> None:
    assert trigger_of(Dialect.BYTES, "16 54 0D", "16 55 0D") == TriggerBytes(b"\x16T\r", b"\x16U\r")
    assert trigger_of(Dialect.BYTES, "015404") == TriggerBytes(b"\x01T\x04")


@pytest.mark.parametrize(
    ("dialect", "on", "off", "says"),
    [
        (Dialect.BYTES, "", "", "needs trigger_on"),
        (Dialect.BYTES, "165", "", "pairs of hex digits"),
        (Dialect.BYTES, "16540D", "zz", "trigger_off"),
        (Dialect.BYTES, "00" * 65, "", "64 are allowed"),
        (Dialect.BYTES, "7E0130303030 40 53434E54524731 3B03", "", "store a setting"),
        (Dialect.GM65, "16540D", "", "bytes of its own"),
    ],
)
def test_bytes_that_cannot_be_meant_are_refused(dialect: Dialect, on: str, off: str, says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        trigger_of(dialect, on, off)


def test_no_dialect_stores_a_setting_for_good() -> None:
    permanent = bytes.fromhex("7E0130303030") + b"@"
    assert all(permanent not in each.on and permanent not in each.off for each in TRIGGERS.values())
