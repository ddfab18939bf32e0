"""Scenario files as tests of `pytest`, in any folder: what a developer sees who was handed one by a technician."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LENDING = """\
name = "A book is lent"
story = "Wei borrows a book."
[[step]]
do = "lay-down"
books = ["35555000012346"]
[[step]]
do = "tap-card"
card = "{card}"
expect = {{ items = [{{ book = "35555000012346", state = "{state}" }}], within_s = 4 }}
"""


def pytest_in(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """As somebody runs it who has the project installed; pytest's own settings are not this project's."""
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *words, str(folder)]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=False)


def test_a_scenario_that_holds_passes_and_one_that_does_not_shows_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "good.scenario.toml").write_text(LENDING.format(card="wei", state="done"), encoding="utf-8")
    (tmp_path / "bad.scenario.toml").write_text(LENDING.format(card="wei", state="refused"), encoding="utf-8")
    ran = pytest_in(tmp_path, f"--basetemp={tmp_path / 'kept'}")
    assert "1 failed, 1 passed" in ran.stdout, ran.stdout + ran.stderr
    assert "step 2 (tap-card): within 4 s, expected item 35555000012346 as `refused`, it is `done`" in ran.stdout
    assert "borrow.item.1 [done] 日不落家" in ran.stdout
    assert "pad host-to-device write afi := C2" in ran.stdout
    pictures = list((tmp_path / "kept").rglob("screen.png"))
    assert [picture.read_bytes()[:4] for picture in pictures] == [b"\x89PNG"]
    assert str(pictures[0]) in ran.stdout
    assert "Traceback" not in ran.stdout


def test_a_typing_error_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "typo.scenario.toml"
    file.write_text(LENDING.format(card="wie", state="done"), encoding="utf-8")
    ran = pytest_in(tmp_path)
    assert f'{file}:8: step.2.card: expected a card that is there (did you mean "wei"?), found "wie"' in ran.stdout


def test_what_needs_processes_is_played_on_them_or_skipped(tmp_path: Path) -> None:
    text = LENDING.format(card="wei", state="done") + '[setting]\ntime = "real"\n'
    (tmp_path / "real.scenario.toml").write_text(text, encoding="utf-8")
    assert "1 skipped" in pytest_in(tmp_path, "--scenario-time=virtual").stdout
    assert "1 passed" in pytest_in(tmp_path).stdout


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("x = 1\n", encoding="utf-8")
    assert "no tests ran" in pytest_in(tmp_path).stdout
