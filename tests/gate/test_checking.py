"""The morning's walk with the test tag: what came of it at each gate is written down once, and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from kiosk.gate.effects import Occasion, Signal
from kiosk.gate.events import CheckAnswered, ChecksBegun, Disturbed, Stopping, WatchKept
from kiosk.gate.history import reading, remembered
from kiosk.gate.judging import Kind, Standing
from kiosk.gate.policy import GatePolicy
from kiosk.ledger import Ledger, verify
from kiosk.model.gate_facts import CheckResult, GateChecked
from kiosk.session.effects import Journal
from kiosk.wire import Station
from tests.gate.building import LE_ZAHIR, ON_LOAN, Walk, a_sighting

TEST_TAG = a_sighting("35555000019999")


def a_morning() -> Walk:
    """Two gates are heard; a test tag is known."""
    walk = Walk()
    walk.state = replace(walk.state, policy=GatePolicy(test_tags=frozenset({str(TEST_TAG.uid)})))
    for gate in ("exit", "yard"):
        walk.happens(WatchKept(gate))
    return walk


def checked(walk: Walk) -> list[tuple[str, CheckResult, str]]:
    return [(fact.gate, fact.result, fact.by) for fact in walk.facts if isinstance(fact, GateChecked)]


def test_the_test_tag_rings_at_each_gate_and_is_no_alarm() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    effects = walk.seen(replace(TEST_TAG, rssi_dbm=-58), Standing.UNKNOWN)
    assert effects[0] == Signal(Occasion.ALARM, "exit")
    assert walk.alarms == []
    assert checked(walk) == [("exit", CheckResult.RANG, "Mei")]
    assert walk.state.checks["exit"].rssi_dbm == -58
    assert walk.state.checks["yard"].waits
    walk.wait(3)
    assert walk.seen(TEST_TAG, Standing.UNKNOWN) == [], "still in the field: it does not ring a second time"


def test_nobody_else_is_missed_meanwhile() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.seen(a_sighting(LE_ZAHIR))
    assert len(walk.alarms) == 1
    assert walk.state.checks["exit"].waits


def test_without_a_check_the_test_tag_is_a_tag_as_others_are() -> None:
    walk = a_morning()
    walk.seen(TEST_TAG, Standing.UNKNOWN)
    assert len(walk.alarms) == 1


def test_a_test_tag_whose_own_mark_is_open_says_so() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.seen(replace(TEST_TAG, afi=ON_LOAN, kind=Kind.NO_LIBRARY), Standing.UNKNOWN)
    assert checked(walk) == [("exit", CheckResult.TAG_OPEN, "Mei")]
    assert walk.rang == 0


def test_staff_say_what_no_gate_can_tell() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.happens(CheckAnswered("yard", CheckResult.SILENT, "Mei"))
    walk.seen(TEST_TAG, Standing.UNKNOWN)
    walk.happens(CheckAnswered("exit", CheckResult.NO_SIGNAL, "Bo"))
    assert checked(walk) == [
        ("yard", CheckResult.SILENT, "Mei"),
        ("exit", CheckResult.RANG, "Mei"),
        ("exit", CheckResult.NO_SIGNAL, "Bo"),
    ]
    facts = [fact for fact in walk.facts if isinstance(fact, GateChecked)]
    assert facts[1].intent == facts[2].intent, "the later word is about the same walk"


def test_what_does_not_fit_changes_nothing() -> None:
    walk = a_morning()
    for result in CheckResult:
        walk.happens(CheckAnswered("exit", result, "Mei"))
    walk.happens(ChecksBegun("Mei"))
    walk.happens(CheckAnswered("exit", CheckResult.RANG, "Mei"))
    walk.happens(CheckAnswered("nowhere", CheckResult.SILENT, "Mei"))
    assert checked(walk) == []


def test_a_walk_that_nobody_makes_is_written_down_as_not_finished() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.seen(TEST_TAG, Standing.UNKNOWN)
    walk.time_passes(29 * 60)
    assert len(checked(walk)) == 1
    walk.time_passes(2 * 60)
    assert checked(walk)[1:] == [("yard", CheckResult.UNFINISHED, "Mei")]
    walk.time_passes(3_600)
    assert len(checked(walk)) == 2


def test_a_clock_that_is_set_back_ends_a_walk_and_so_does_the_end_of_the_process() -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.now = replace(walk.now, utc=walk.now.utc - timedelta(days=1))
    walk.time_passes(1)
    assert [result for _, result, _ in checked(walk)] == [CheckResult.UNFINISHED] * 2
    walk.happens(ChecksBegun("Mei"))
    walk.happens(Stopping())
    assert len(checked(walk)) == 4


def test_disturbances_since_the_last_check_are_told_with_it() -> None:
    walk = a_morning()
    for _ in range(3):
        walk.happens(Disturbed("exit"))
    walk.happens(ChecksBegun("Mei"))
    walk.seen(TEST_TAG, Standing.UNKNOWN)
    walk.happens(Disturbed("exit"))
    walk.happens(CheckAnswered("exit", CheckResult.NO_SIGNAL, "Mei"))
    assert [fact.noise for fact in walk.facts if isinstance(fact, GateChecked)] == [3, 3]


def test_the_next_run_knows_the_last_check(tmp_path: Path) -> None:
    walk = a_morning()
    walk.happens(ChecksBegun("Mei"))
    walk.seen(replace(TEST_TAG, rssi_dbm=-58), Standing.UNKNOWN)
    path = tmp_path / "gate.sqlite"
    ledger = Ledger.open(path, Station("main", "gate-1"))
    ledger.commit([effect for effect in walk.effects if isinstance(effect, Journal)], walk.now)
    ledger.close()
    with reading(path) as connection:
        (check,) = remembered(connection).checks.values()
    before = walk.state.checks["exit"]
    assert (check.intent, check.result, check.by, check.rssi_dbm) == (before.intent, before.result, "Mei", -58)
    assert verify(path) == []
