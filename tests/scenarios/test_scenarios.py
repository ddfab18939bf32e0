"""Scenarios against the real processes that `pytest` has played in virtual time already, one or more of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.conftest import SCENARIOS, played

ON_PROCESSES_TOO = frozenset(
    {
        "broker_goes_and_comes",
        "cards",
        "everything_loses_power",
        "five_books",
        "torn_write",
    }
)


def name_of(path: Path) -> str:
    return path.name.removesuffix(".scenario.toml")


FILES = sorted(path for path in SCENARIOS.rglob("*.scenario.toml") if name_of(path) in ON_PROCESSES_TOO)


@pytest.mark.parametrize("scenario", FILES, ids=name_of)
def test_scenario(scenario: Path, tmp_path: Path) -> None:
    told = played(scenario, tmp_path)
    assert told.failures() == []
    assert told.code == 0


FALSE_END = """
[expect]
loans = [{ patron = "wei", book = "35555000012361" }]
afi = [{ book = "35555000012346", afi = 0xC2 }]
journal = ["loan.made"]
receipts = 1
receipts_say = ["Walden"]
within_s = 0
"""


def test_each_end_that_is_not_as_expected_fails_the_scenario_and_is_named(tmp_path: Path) -> None:
    scenario = tmp_path / "false.toml"
    step = '[[step]]\ndo = "look"\nexpect = { screen = "attract" }'
    scenario.write_text(f'name = "False"\n{step}\n{FALSE_END}')
    told = played(scenario, tmp_path / "kept")
    assert told.code == 1
    assert {failure.partition(":")[0] for failure in told.failures()} == {
        "loans",
        "afi",
        "journal",
        "receipts",
        "receipts_say",
    }


def test_a_screen_that_never_comes_fails_the_step_and_says_what_was_missing(tmp_path: Path) -> None:
    scenario = tmp_path / "false.toml"
    scenario.write_text(
        'name = "False"\n[[step]]\ndo = "look"\n[[step]]\ndo = "look"\n'
        'expect = { screen = "home", says = ["Narnia"], within_s = 0.5 }\n[[step]]\ndo = "look"\n'
    )
    told = played(scenario, tmp_path / "kept")
    assert told.code == 1
    assert len(told.table("steps")) == 2, "the play ends at the step that failed"
    assert "screen `home`, it shows `attract`" in str(told.table("steps")[1]["failure"])
    assert "'Narnia'" in str(told.table("steps")[1]["failure"])


def test_a_file_that_is_no_scenario_is_refused_with_every_fault(tmp_path: Path) -> None:
    scenario = tmp_path / "broken.toml"
    scenario.write_text('name = 3\n[[step]]\ndo = "lay-don"\n[[step]]\ndo = "scan"\nbook = "x"\n')
    told = played(scenario, tmp_path / "kept")
    assert told.code == 2
    for place in ("name", "step.1.do", "step.2"):
        assert place in told.errors
    assert "lay-down" in told.errors
