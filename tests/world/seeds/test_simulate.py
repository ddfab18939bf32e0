"""`kiosk simulate`: the same seed tells the same story, what it writes can be played, and it finds what is planted."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.demo.house import DEMO_CONFIG
from kiosk.demo.scenario import Scenario, read_scenario
from kiosk.demo.scenario_text import scenario_text
from kiosk.world.seeds.chance import Cast, Chance, Kind
from kiosk.world.seeds.trial import again, tried

HOUSE = Path(__file__).resolve().parents[3]
CAST = Cast.of(DEMO_CONFIG)
LONGEST_S = 300


def simulate(*words: str, code: Path = HOUSE) -> tuple[int, str, str]:
    """In the working folder `code`, so that its packages are those that run."""
    command = [sys.executable, "-m", "kiosk", "simulate", *words]
    ended = subprocess.run(command, cwd=code, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_the_same_seed_tells_the_same_story() -> None:
    first, second = (tried(Chance(7, CAST, frozenset(Kind)), 25, DEMO_CONFIG) for _ in range(2))
    assert first == second
    assert again(first, first.steps, DEMO_CONFIG).journal == first.journal


def test_some_seeds_hold() -> None:
    """CI looks at a few; thousands are for a night."""
    code, said, errors = simulate("--seeds", "1-8", "--steps", "30", "--jobs", "1", "--json")
    assert errors == ""
    told = json.loads(said)
    assert (code, told["seeds"], told["failed"]) == (0, 8, [])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sets(st.sampled_from(Kind)))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, seed: int, kinds: set[Kind]) -> None:
    teller = Chance(seed, CAST, frozenset(kinds))
    steps = [teller.next(None) for _ in range(30)]
    scenario = Scenario("“quoted” \\ and\n two lines", (*steps, *teller.ending()), setting=teller.setting)
    path = tmp_path_factory.mktemp("seed") / "s.scenario.toml"
    path.write_text(scenario_text(scenario), encoding="utf-8")
    assert read_scenario(path) == scenario


@dataclass(frozen=True)
class Bug:
    """A mistake that somebody could make."""

    file: str
    right: str
    wrong: str
    seeds: str
    faults: str = "none"


BUGS = {
    "a tag is written without a loan": Bug(
        "kiosk/session/lending.py",
        "    turn.journal(_row(RowKind.LOAN_MADE, visit, row), made)\n",
        "",
        "2-3",
    ),
}


@pytest.mark.parametrize("name", BUGS)
def test_a_planted_bug_is_found_and_cut_down(name: str, tmp_path: Path) -> None:
    bug = BUGS[name]
    for package in ("kiosk", "drivers", "firmware_sim", "config"):
        shutil.copytree(HOUSE / package, tmp_path / package)
    sick = tmp_path / bug.file
    text = sick.read_text(encoding="utf-8")
    assert bug.right in text
    sick.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
    words = ["--seeds", bug.seeds, "--steps", "25", "--faults", bug.faults, "--first", "--jobs", "1", "--keep", "found"]
    code, said, errors = simulate(*words, code=tmp_path)
    assert code == 1, said + errors
    found = sorted((tmp_path / "found").glob("*.scenario.toml"))
    assert found
    scenario = read_scenario(found[0])
    assert len(scenario.step) < 20


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--seeds", "5-1"], "expected A-B, such as 1-100"),
        (["--seeds", "many"], "expected A-B, such as 1-100"),
        (["--seeds", "1", "--faults", "pad,rain"], "expected some of pad, cards"),
        (["--seeds", "1", "--steps", "0"], "expected a whole number from 1 to 1000"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: list[str], says: str) -> None:
    code, _, errors = simulate(*words)
    assert code == 2
    assert says in errors
