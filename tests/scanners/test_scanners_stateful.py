"""Any bytes, in any pieces and order, at any time: no exception, no growth, and the next code is read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from drivers.conversation import Conversation
from drivers.health import FaultCode, Faulted, Recovered
from drivers.scanners.events import (
    CodeRejected,
    CodeScanned,
    Rejection,
    ScannerCommand,
    ScannerEvent,
    StartScanning,
    StopScanning,
)
from drivers.scanners.serial_scanner import ScannerCore, ScannerSettings
from drivers.scanners.ssi_scanner import SsiCore, SsiSettings
from drivers.scanners.triggers import TRIGGERS, Dialect
from drivers.scanners.wedge import WedgeCore, WedgeSettings
from tests.scanners.keyboard import a_scan, press, record

Core = Conversation[ScannerEvent, ScannerCommand]
MOST_OUTGOING = 8192
QUIET_S = 10.0


def an_ssi_code(text: str, status: int = 0) -> bytes:
    body = bytes([5 + len(text), 0xF3, 0, status, 3]) + text.encode()
    return body + (-sum(body) & 0xFFFF).to_bytes(2)


class AnyScanner(RuleBasedStateMachine):
    """A scanner that is plugged, unplugged, triggered, and says anything."""

    make: Callable[[], Core]
    a_code: Callable[[str], bytes]

    def __init__(self) -> None:
        super().__init__()
        self.core = type(self).make()
        self.now_s = 0.0
        self.fault: FaultCode | None = None
        self.codes = 0
        self.hear(self.core.port_opened(self.now_s))

    def hear(self, events: list[ScannerEvent]) -> list[str]:
        codes: list[str] = []
        for event in events:
            match event:
                case Faulted():
                    assert event.code is FaultCode.PORT_GONE or event.code is not self.fault, "told once"
                    self.fault = event.code
                case Recovered():
                    assert self.fault is not None, "well again only after a fault"
                    self.fault = None
                case CodeScanned():
                    assert event.code
                    assert event.code.isprintable() or not event.code.isascii()
                    codes.append(event.code)
                case CodeRejected():
                    assert event.why in Rejection
        return codes

    @rule(data=st.binary(max_size=300))
    def noise(self, data: bytes) -> None:
        self.hear(self.core.receive(data, self.now_s))

    @rule(byte=st.integers(0, 255), count=st.integers(1, 9000))
    def endless(self, byte: int, count: int) -> None:
        self.hear(self.core.receive(bytes([byte]) * count, self.now_s))

    @rule(text=st.text("abc0123", min_size=1, max_size=30), cuts=st.lists(st.integers(0, 2000), max_size=3))
    def code(self, text: str, cuts: list[int]) -> None:
        stream = type(self).a_code(text)
        edges = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
        for start, end in pairwise(edges):
            self.hear(self.core.receive(stream[start:end], self.now_s))

    @rule(kind=st.integers(0, 0x1F), code=st.integers(0, 0x2FF), value=st.integers(0, 2))
    def a_record(self, kind: int, code: int, value: int) -> None:
        self.hear(self.core.receive(record(kind, code, value), self.now_s))

    @rule(text=st.text("abc0123", max_size=60), status=st.integers(0, 3))
    def a_packet(self, text: str, status: int) -> None:
        self.hear(self.core.receive(an_ssi_code(text, status), self.now_s))

    @rule(answer=st.sampled_from(["04D00000FF2C", "05D1000001FF29", "05D1000006FF24", "02000001003331"]))
    def an_answer(self, answer: str) -> None:
        self.hear(self.core.receive(bytes.fromhex(answer), self.now_s))

    @rule(command=st.sampled_from([StartScanning(), StopScanning()]))
    def order(self, command: ScannerCommand) -> None:
        self.core.submit(command, self.now_s)

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        for _ in range(200):
            due_s = self.core.due_s()
            if due_s is None or due_s > until_s:
                break
            self.now_s = max(self.now_s, due_s)
            self.hear(self.core.tick(self.now_s))
        else:
            raise AssertionError("never at rest")
        self.now_s = until_s

    @rule()
    def unplugged(self) -> None:
        self.hear(self.core.port_lost("unplugged", self.now_s))
        assert self.fault is FaultCode.PORT_GONE
        assert self.core.take_outgoing() == b""

    @rule()
    def plugged_in(self) -> None:
        self.hear(self.core.port_opened(self.now_s))
        assert self.fault is None

    @rule()
    def recovers(self) -> None:
        """After silence the next code is read, whatever came before, and the scanner is well."""
        self.time_passes(QUIET_S)
        self.codes += 1
        code = f"c{self.codes}"
        assert self.hear(self.core.receive(type(self).a_code(code), self.now_s)) == [code]
        assert self.fault is None

    @invariant()
    def sends_little(self) -> None:
        assert len(self.core.take_outgoing()) <= MOST_OUTGOING


class AnySerial(AnyScanner):
    make = staticmethod(lambda: ScannerCore(ScannerSettings(trigger=TRIGGERS[Dialect.GM65])))
    a_code = staticmethod(lambda text: text.encode() + b"\r\n")


class AnySsi(AnyScanner):
    make = staticmethod(lambda: SsiCore(SsiSettings()))
    a_code = staticmethod(an_ssi_code)


class AnyWedge(AnyScanner):
    make = staticmethod(lambda: WedgeCore(WedgeSettings()))
    a_code = staticmethod(lambda text: press(42) + a_scan(text))
    """A shift that noise held down goes up first, as it does on a keyboard that types."""


@pytest.mark.parametrize("machine", [AnySerial, AnySsi, AnyWedge])
def test_whatever_happens_the_next_code_is_read(machine: type[AnyScanner]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


ENDLESS = [
    b"7",
    b"\x00",
    b"\xff\x00\x00\x02",
    b"\xff\xf3\x00\x00",
    an_ssi_code("7" * 200, status=2),
    press(8),
    bytes(23),
]
MOST_KEPT = 65_536


@pytest.mark.parametrize("core", [AnySerial, AnySsi, AnyWedge])
@pytest.mark.parametrize("pattern", ENDLESS, ids=lambda pattern: pattern[:4].hex())
def test_a_scanner_that_never_ends_fills_no_memory(core: type[AnyScanner], pattern: bytes) -> None:
    scanner = core.make()
    scanner.port_opened(0.0)
    piece = pattern * (4096 // len(pattern))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for _ in range(20):
        scanner.receive(piece, 0.0)
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < MOST_KEPT
