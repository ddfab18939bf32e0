"""Whatever a reader, its connection and the people in the gate do: nothing raises, and afterwards the gate works."""

from __future__ import annotations

import struct
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from drivers.gates.llrp import LlrpGate
from drivers.gates.protocol import GateCommand, GateEvent, TagPassed
from drivers.health import Faulted, Recovered
from drivers.llrp.settings import LlrpSettings
from tests.gates.llrp_reader import (
    ADD_ROSPEC,
    CAPABILITIES,
    DELETE_ROSPEC,
    GET_CONFIG,
    PARAMETER_ERROR,
    SET_CONFIG,
    START_ROSPEC,
    Desk,
    Reader,
    Tag,
    antenna_event,
    exception,
    greeting,
    message,
    rospec_ended,
    tlv,
)

BOOKS = [Tag(bytes((number,)) * 8, 0x2507) for number in range(3)]
STEPS = [CAPABILITIES, DELETE_ROSPEC, SET_CONFIG, ADD_ROSPEC, 24, START_ROSPEC, GET_CONFIG, 72, 64]
BLIND_S = 20.0
"""A piece of a message that never ends swallows what follows, until three keepalives are missed."""
LONGEST_CALM_S = 300.0

framed = st.builds(
    message, st.sampled_from([11, 12, 13, 30, 31, 61, 62, 63, 100, 999]), st.integers(0, 9), st.binary(max_size=30)
)
unasked = st.one_of(
    st.binary(max_size=30),
    framed,
    st.sampled_from([greeting(0), greeting(2), greeting(4), rospec_ended(), exception("hot")]),
    st.builds(antenna_event, st.integers(1, 4), connected=st.just(True)),
)


class AnyGate(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.desk: Desk[GateEvent, GateCommand] = Desk(LlrpGate(LlrpSettings()), Reader())
        self.desk.reader.report_s = 0.1
        self.desk.connect()

    @rule(books=st.lists(st.sampled_from(BOOKS), max_size=3, unique_by=lambda book: book.uii))
    def people_pass(self, books: list[Tag]) -> None:
        self.desk.reader.tags = books

    @rule(seconds=st.sampled_from([0.0, 0.001, 0.05, 0.5, 3.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.desk.run(seconds)

    @rule(data=unasked)
    def the_reader_says_something(self, data: bytes) -> None:
        self.desk.hears(data)

    @rule(size=st.integers(1, 30))
    def the_line_splits(self, size: int) -> None:
        self.desk.cuts = lambda data: [data[at : at + size] for at in range(0, len(data), size)]

    @rule(kind=st.sampled_from(STEPS))
    def the_reader_refuses(self, kind: int) -> None:
        self.desk.reader.refuses[kind] = PARAMETER_ERROR

    @rule(kind=st.sampled_from(STEPS))
    def the_reader_ignores(self, kind: int) -> None:
        self.desk.reader.ignores.add(kind)

    @rule(silent=st.booleans(), outcome=st.sampled_from([0, 0, 2, 3]))
    def the_reader_changes_its_mind(self, *, silent: bool, outcome: int) -> None:
        self.desk.reader.silent, self.desk.reader.outcome = silent, outcome

    @rule()
    def the_connection_goes(self) -> None:
        self.desk.lose()

    @rule(unplugged=st.booleans())
    def the_cable(self, *, unplugged: bool) -> None:
        self.desk.unplugged = unplugged

    @rule(at=st.integers(0, 40), bit=st.integers(0, 7))
    def reports_are_damaged(self, at: int, bit: int) -> None:
        def spoil(report: bytes) -> bytes:
            if at >= len(report):
                return report[:at]
            return report[:at] + bytes((report[at] ^ 1 << bit,)) + report[at + 1 :]

        self.desk.reader.spoils = spoil

    @invariant()
    def no_fault_is_told_twice_in_a_row(self) -> None:
        told = [event for event in self.desk.events if isinstance(event, Faulted | Recovered)]
        assert all(one != other for one, other in pairwise(told) if isinstance(one, Faulted))

    def teardown(self) -> None:
        """In peace it works again, and a book that passes is told once."""
        reader = self.desk.reader
        reader.tags, reader.silent, reader.outcome, self.desk.unplugged = [], False, 0, False
        reader.refuses.clear()
        reader.ignores.clear()
        reader.spoils = lambda report: report
        self.desk.run(BLIND_S)
        calm_until_s = self.desk.now_s + LONGEST_CALM_S
        while not self._is_well() and self.desk.now_s < calm_until_s:
            self.desk.run(5.0)
        assert self._is_well()
        book = Tag(b"\xaa" * 8, 0x25C2)
        reader.tags = [book]
        passed = [event.uid for event in self.desk.run(1.0) if isinstance(event, TagPassed)]
        assert passed == ["AA" * 8]

    def _is_well(self) -> bool:
        health = [event for event in self.desk.events if isinstance(event, Faulted | Recovered)]
        return bool(health) and isinstance(health[-1], Recovered) and self.desk.reader.running


AnyGate.TestCase.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestAnyGate = AnyGate.TestCase


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 63), st.integers(1, 255), st.integers(1, 64))
def test_a_report_with_any_byte_changed_never_raises(at: int, change: int, size: int) -> None:
    """The report is followed by a keepalive, so that a changed length finds something to swallow."""
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    report = message(61, 7, tlv(240, b"\x8d" + bytes(12), b"\x81\0\x01\x86\xce\x82" + struct.pack(">Q", 5)))
    data = greeting() + report + message(62, 9)
    at %= len(data)
    data = data[:at] + bytes((data[at] ^ change,)) + data[at + 1 :]
    events = [event for start in range(0, len(data), size) for event in core.receive(data[start : start + size], 0.0)]
    assert len(events) <= 3


def test_a_gate_that_sees_ever_new_tags_fills_no_memory() -> None:
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    core.receive(greeting(), 0.0)
    told = 0
    for first in range(0, 20_000, 500):
        tags = b"".join(tlv(240, b"\x8d" + number.to_bytes(12)) for number in range(first, first + 500))
        told += len(core.receive(message(61, 1, tags), 0.0))
    assert told == 20_000
    assert len(core._told_s) <= 4_096


def test_a_reader_that_says_all_the_time_that_it_is_alive_fills_no_memory() -> None:
    """Nothing takes the answers off our hands."""
    core = LlrpGate(LlrpSettings())
    core.port_opened(0.0)
    for number in range(10_000):
        core.receive(message(62, number), 0.0)
    assert len(core.take_outgoing()) < 64 * 1024
