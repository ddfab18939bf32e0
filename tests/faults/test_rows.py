"""Every row of what can go wrong has a test, and every test that names a row names one that there is."""

from __future__ import annotations

from docs.faults_page import NAMED, ids_of, rows
from docs.faults_page import test_functions as every_test
from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import DiskTrouble, RoadState, Step, Verb
from kiosk.world.seeds import chance
from kiosk.world.seeds.chance import Cast, Chance, Kind

OTHERS = "wi"
"""Letters of the users' wishes (`test_w13_…`) and of the promises (`test_i4_…`)."""
CI_SEEDS = range(1, 26)


def test_no_row_is_without_a_test() -> None:
    assert [row.id for row in rows() if not row.tests] == []
    every = [one for row in rows() for one in ids_of(row.id)]
    assert len(every) == len(set(every)) == 86


def test_every_test_that_names_a_row_names_one_that_there_is() -> None:
    known = {one.lower() for row in rows() for one in ids_of(row.id)}
    named = [(test, found) for test in every_test() if (found := NAMED.match(test.partition("::")[2])) is not None]
    assert [test for test, found in named if found[1] not in OTHERS and found[1] + found[2] not in known] == []


def test_kinds_that_rows_name_are_kinds_of_the_seeds() -> None:
    kinds = {word for row in rows() for word in row.seeds.split(", ") if word}
    assert kinds - {"patrons"} == set(Kind)


def test_the_seeds_of_ci_bring_about_every_fault_that_there_is() -> None:
    steps = [step for seed in CI_SEEDS for step in _told(seed)]
    faults = {(step.device, step.fault) for step in steps if step.do is Verb.FAULT}
    assert {("pad", name) for name in chance.PAD_FAULTS} - faults == set()
    assert {("scanner", name) for name in chance.SCANNER_FAULTS} <= faults
    assert {("printer", name) for name in chance.PRINTER_FAULTS} <= faults
    assert {step.state for step in steps if step.do is Verb.NETWORK} == set(RoadState)
    assert {step.state for step in steps if step.do is Verb.DISK} == set(DiskTrouble)
    assert {step.row for step in steps if step.do is Verb.ARM_POWER_CUT} == set(chance.CUTS)


def _told(seed: int) -> list[Step]:
    teller = Chance(seed, Cast.of(DEMO_CONFIG), frozenset(Kind))
    return [teller.next(None) for _ in range(40)]
