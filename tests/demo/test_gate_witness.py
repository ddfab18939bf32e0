"""What is made of that which gates tell, and the end of a scenario that expects it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drivers.gates.protocol import TagPassed
from kiosk.demo.ending import lacking
from kiosk.demo.gate_witness import GateSeen, seen_at
from kiosk.demo.scenario import EndExpected, GateExpected
from tests.demo.test_evidence import a_good_story

ON_LOAN = 0xC2
UID = "E004015012345678"
TAG = bytes.fromhex("110620564B254E3A0201A003091B81E440300AC1A699650110").ljust(32, b"\0")
BOOK = "35555000012346"


def test_a_gate_that_tells_of_alarms_alone_is_understood_by_the_number_on_the_tag() -> None:
    assert seen_at("exit", TagPassed(None, data=TAG), ON_LOAN, {}) == GateSeen("exit", BOOK, "", True, None)


def test_a_gate_that_tells_everything_is_understood_by_afi_and_uid() -> None:
    passed = TagPassed(UID, afi=ON_LOAN, direction=2)
    assert seen_at("door", passed, ON_LOAN, {UID: BOOK}) == GateSeen("door", BOOK, UID, False, 2)
    assert seen_at("door", replace(passed, afi=0x07), ON_LOAN, {UID: BOOK}).alarm


RUNG = GateSeen("exit", BOOK, "", True, None)


@pytest.mark.parametrize(
    ("seen", "expected", "said"),
    [
        ((), (), None),
        ((), (GateExpected("exit", BOOK, alarm=False),), None),
        ((RUNG,), (GateExpected("exit", BOOK, alarm=True),), None),
        ((replace(RUNG, alarm=False),), (), None),
        ((RUNG,), None, None),
        ((), (GateExpected("exit", BOOK, alarm=True),), "no alarm"),
        ((replace(RUNG, alarm=False),), (GateExpected("exit", BOOK, alarm=True),), "no alarm"),
        ((replace(RUNG, gate="door"),), (GateExpected("exit", BOOK, alarm=True),), "no alarm"),
        ((RUNG,), (GateExpected("exit", BOOK, alarm=False),), "not expected"),
        ((RUNG,), (), "not expected"),
    ],
)
def test_exactly_the_expected_books_set_the_gates_off(
    seen: tuple[GateSeen, ...], expected: tuple[GateExpected, ...] | None, said: str | None
) -> None:
    failures = lacking(replace(a_good_story(), gate=seen), EndExpected(gate=expected))
    assert (said or "") in "".join(failures)
    assert bool(failures) == bool(said)
