"""`kiosk search` by its exit codes and what it prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.commands import main
from tests.central.search.conftest import FILES

CATALOGUE = [str(file) for file in FILES]


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["search", *arguments])
    return code, capsys.readouterr().out


def test_it_prints_control_numbers_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = asked(capsys, "--json", "新月派的绅士", "--catalogue", *CATALOGUE)
    assert (code, json.loads(said)) == (0, {"find": ["00310550"]})


def test_the_query_may_stand_behind_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = asked(capsys, "--json", "--catalogue", *CATALOGUE, "tabelts")
    assert (code, json.loads(said)) == (0, {"find": ["01027258"], "how": "spelled", "meant": "tablets"})


def test_people_are_told_titles(capsys: pytest.CaptureFixture[str]) -> None:
    code, said = asked(capsys, "novelization", "--catalogue", *CATALOGUE)
    assert code == 0
    assert said.startswith("00267971  ")


def test_derived_cnmarc_finds_the_same_in_both_character_sets(capsys: pytest.CaptureFixture[str]) -> None:
    told = [
        asked(capsys, "--json", "中国", "--catalogue", f"tests/data/cnmarc_derived_200_{coding}.iso")
        for coding in ("utf8", "gb18030")
    ]
    assert told[0] == told[1]
    assert json.loads(told[0][1])["find"]


@pytest.mark.parametrize("arguments", [["x"], ["--catalogue", CATALOGUE[0]], ["x", "--catalogue", "no-such-file.mrc"]])
def test_what_cannot_be_asked_is_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", *arguments]) == 2
    assert capsys.readouterr().err


def test_a_file_that_is_no_catalogue_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    junk = tmp_path / "junk.mrc"
    junk.write_bytes(b"this is not MARC")
    assert main(["search", "x", "--catalogue", str(junk)]) == 2
    assert "junk.mrc" in capsys.readouterr().err
