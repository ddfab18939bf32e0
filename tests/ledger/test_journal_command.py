"""`kiosk journal` as a technician runs it: a process of its own, beside the kiosk that holds the file."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from kiosk.ledger import Ledger
from kiosk.model.journal import RowKind

KIOSK = Path(sys.executable).with_name("kiosk")


class Story(Protocol):
    ledger: Ledger

    def only(self, kind: RowKind, intent: str) -> tuple[int, ...]: ...
    def borrows(self, intent: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


def journal(*words: str | Path) -> Ran:
    done = subprocess.run([KIOSK, "journal", *words], capture_output=True, encoding="utf-8")
    return Ran(done.returncode, done.stdout, done.stderr)


def told_problems(*words: str | Path) -> list[str]:
    ran = journal("verify", "--json", *words)
    document = json.loads(ran.out)
    assert set(document) == {"ledger", "problems"}
    assert (ran.code, ran.err) == (1, "")
    return [problem["what"] for problem in document["problems"]]


def test_a_sound_journal_is_verified_while_its_kiosk_runs(story: Story, path: Path) -> None:
    story.borrows("a")
    assert journal("verify", path) == Ran(0, f"{path}: no problem found\n", "")
    ran = journal("verify", path, "--json")
    assert (ran.code, json.loads(ran.out)) == (0, {"ledger": str(path), "problems": []})
    assert not story.ledger.path.with_suffix(".sqlite-journal").exists()


def test_the_journal_of_a_configuration_is_found(story: Story, path: Path, tmp_path: Path) -> None:
    story.borrows("a")
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "kiosk.toml").write_text(
        'site = "main"\nstation = "k1"\n[library]\nname_zh = "a"\nname_en = "a"\n[pad]\nport = "/dev/pad"\n'
        f'[ledger]\npath = "{path}"\n',
        encoding="utf-8",
    )
    assert journal("verify", "--config", folder).code == 0
    path_from_folder = journal("verify", "--config", tmp_path)
    assert path_from_folder.code == 2
    assert "kiosk.toml: expected a readable file" in path_from_folder.err


def test_two_places_at_once_are_refused(path: Path, tmp_path: Path) -> None:
    ran = journal("verify", path, "--config", tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert "one of them" in ran.err


def test_the_place_of_a_real_kiosk_is_looked_at_where_none_is_named() -> None:
    """A machine that has no kiosk says where it looked; one that has is verified."""
    ran = journal("verify")
    assert ran.out.startswith("/var/lib/kiosk/ledger.sqlite: ")
    if ran.code:
        assert "give PATH or --config DIR for another" in ran.out


@pytest.mark.parametrize("name", ["none.sqlite", "", "n" * 300])
def test_no_file_is_a_problem_with_its_path(tmp_path: Path, name: str) -> None:
    (problem,) = told_problems(tmp_path / name)
    assert str(tmp_path / name) in problem
    assert "no such file" in problem


def test_a_file_that_is_no_database_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise " * 1000)
    assert "cannot be read" in told_problems(tmp_path / "noise")[0]
    (tmp_path / "empty").touch()
    assert "version 0" in told_problems(tmp_path / "empty")[0]


def test_a_newer_ledger_is_a_problem_that_names_both_versions(story: Story, path: Path) -> None:
    story.borrows("a")
    story.ledger.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    assert "ledger version 999, this program reads version" in told_problems(path)[0]
    shown = journal("show", path)
    assert (shown.code, shown.out) == (1, "")
    assert "version 999" in shown.err


def test_a_damaged_file_is_a_problem_and_stays_as_it_is(story: Story, path: Path) -> None:
    for number in range(40):
        story.borrows(str(number))
    story.ledger.close()
    damaged = bytearray(path.read_bytes())
    damaged[4096 : 4096 + 200] = b"\xff" * 200
    path.write_bytes(damaged)
    assert told_problems(path)
    assert path.read_bytes() == damaged


def test_an_order_that_must_not_be_is_told_by_row(story: Story, path: Path) -> None:
    story.only(RowKind.BORROW_DONE, "b")
    assert told_problems(path) == ["intent b begins with borrow.done"]


def test_rows_end_quietly_where_the_reader_goes(story: Story, path: Path) -> None:
    for number in range(300):
        story.borrows(str(number))
    piped = f"'{KIOSK}' journal show '{path}' | head -n 1"
    done = subprocess.run(["bash", "-c", piped], capture_output=True, encoding="utf-8")
    assert "borrow.intended" in done.stdout
    assert done.stderr == ""
