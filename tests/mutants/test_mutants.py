"""Every planted bug still fits the code, and some of them are found here; `make mutants` looks for all of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.planting import TREE, Found, Mutant, applied, copied, looked_for, mutants, run_tests

EVERY = {mutant.name: mutant for mutant in mutants()}
HERE = ("acknowledged-before-commit", "order-before-commit", "item-forgotten-on-time-out")
"""One of central, one of the station, one of the reducer: quick ones."""


def test_there_are_enough_of_them() -> None:
    assert len(EVERY) >= 30


@pytest.mark.parametrize("name", EVERY)
def test_it_still_fits(name: str) -> None:
    assert applied(EVERY[name], TREE, only_try=True) == "", "mend the patch, or the planted bug is none any more"
    files = [test.partition("::")[0] for test in EVERY[name].tests]
    assert [file for file in files if not (TREE / file).exists()] == []


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("sound"))


def test_without_them_the_tests_pass(sound: Path) -> None:
    code, said = run_tests([test for name in HERE for test in EVERY[name].tests], sound)
    assert code == 0, said


@pytest.mark.parametrize("name", HERE)
def test_it_is_found(name: str, tmp_path: Path) -> None:
    tree = copied(tmp_path / "tree")
    assert applied(EVERY[name], tree) == ""
    found, said = looked_for(EVERY[name], tree)
    assert found is Found.FOUND, said


def test_a_file_without_a_head_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bare.patch").write_text("--- a/kiosk/x.py\n+++ b/kiosk/x.py\n", encoding="utf-8")
    monkeypatch.setattr("tests.mutants.planting.PATCHES", tmp_path)
    with pytest.raises(ValueError, match=r"bare\.patch: expected a sentence"):
        mutants()


def test_a_bug_that_nobody_finds_is_told_as_such(sound: Path) -> None:
    harmless = Mutant("harmless", "", ("tests/wire/sip2/test_framing.py",), Path())
    nowhere = Mutant("nowhere", "", ("tests/no_such_file.py",), Path())
    assert looked_for(harmless, sound)[0] is Found.SURVIVED
    assert looked_for(nowhere, sound)[0] is Found.NOT_LOOKED_FOR
