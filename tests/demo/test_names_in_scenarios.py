"""A scenario with a typing error is refused before anything starts: file, line, what was expected, the nearest word."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.commands import main
from kiosk.demo.checking import faults_of
from kiosk.demo.house import DEMO_CONFIG

SCENARIOS = Path(__file__).parents[1] / "scenarios"
HEAD = 'name = "A story"\n'


@pytest.mark.parametrize(
    ("text", "line", "key", "meant"),
    [
        ('[[step]]\ndo = "lay-don"', 3, "step.1.do", '"lay-down"'),
        (
            '[[step]]\ndo = "lay-down"\nbooks = ["35555000012346", "35555000012345"]',
            4,
            "step.1.books.2",
            '"35555000012',
        ),
        ('[[step]]\ndo = "look"\n\n[[step]]\ndo = "tap-card"\ncard = "wie"', 7, "step.2.card", '"wei"'),
        ('[[step]]\ndo = "fault"\ndevice = "pda"\nfault = "noise"', 4, "step.1.device", '"pad"'),
        ('[[step]]\ndo = "fault"\ndevice = "pad"\nfault = "nosie"', 5, "step.1.fault", '"noise"'),
        ('[[step]]\ndo = "fault"\ndevice = "printer"\nfault = "torn-write"', 5, "step.1.fault", "fault of printer"),
        ('[[step]]\ndo = "fault"\ndevice = "exit"\nfault = "overflo"', 5, "step.1.fault", '"overflow"'),
        ('[[step]]\ndo = "walk-through"\ngate = "exti"', 4, "step.1.gate", '"exit"'),
        ('[[step]]\ndo = "paper"\nstate = "near-and"', 4, "step.1.state", '"near-end"'),
        ('[[step]]\ndo = "scan"\nhex = "3335zz"', 4, "step.1.hex", "pairs of hex digits"),
        ('[[step]]\ndo = "look"\nexpect = { screen = "borow" }', 4, "step.1.expect.screen", '"borrow"'),
        (
            '[[step]]\ndo = "look"\n[step.expect]\nitems = [\n  { book = "1", state = "doen" },\n]',
            6,
            "step.1.expect.items.1.state",
            '"done"',
        ),
        ('[setting]\non_pad = ["x"]\n[[step]]\ndo = "look"', 3, "setting.on_pad.1", "a book that is there"),
        (
            '[[step]]\ndo = "look"\n[expect]\nloans = [{ patron = "Wei", book = "35555000012346" }]',
            5,
            "expect.loans.1.patron",
            '"wei"',
        ),
        ('[[step]]\ndo = "look"\n[[step]\n', 4, "", "TOML"),
        ('[[step]]\ndo = "look"\nwithn_s = 3', 4, "step.1.withn_s", "known key"),
        ('[[step]]\ndo = "wait"\nseconds = -1', 2, "step.1", "0 or more"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, key: str, meant: str) -> None:
    file = tmp_path / "story.scenario.toml"
    file.write_text(HEAD + text + "\n", encoding="utf-8")
    faults = faults_of(file, DEMO_CONFIG)
    assert [(fault.line, fault.key) for fault in faults] == [(line, key)], faults
    assert meant in faults[0].expected
    assert str(faults[0]).startswith(f"{file}:{line}: ")


def test_a_file_is_checked_without_being_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = tmp_path / "wrong.scenario.toml"
    wrong.write_text(HEAD + '[[step]]\ndo = "tap-card"\ncard = "wie"\n', encoding="utf-8")
    right = SCENARIOS / "patron" / "stack_and_slot.scenario.toml"
    assert main(["demo", "--check", str(right)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["demo", "--check", str(right), str(wrong)]) == 1
    assert 'did you mean "wei"?' in capsys.readouterr().out


def test_every_scenario_of_ours_names_what_is_there() -> None:
    found = [str(fault) for file in SCENARIOS.rglob("*.scenario.toml") for fault in faults_of(file, DEMO_CONFIG)]
    assert found == []
