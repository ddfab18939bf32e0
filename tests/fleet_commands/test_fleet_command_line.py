"""`kiosk fleet command` and `kiosk fleet keys` as an operator types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kiosk.commands import main


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'fleet.sqlite'}"


def test_a_dangerous_order_is_made_by_one_and_agreed_to_by_another(
    store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["fleet", "command", "order", "--store", store, "--as", "ann", "restart", "kiosk-1", "kiosk-2"]
    assert main(order) == 0
    said = capsys.readouterr().out
    assert "somebody else" in said
    id_ = said.split()[0]
    agree = ["fleet", "command", "agree", "--store", store, id_]
    assert main([*agree, "--as", "ann"]) == 1
    assert "cannot agree" in capsys.readouterr().err
    assert main([*agree, "--as", "bob"]) == 0
    capsys.readouterr()
    assert main(["fleet", "command", "show", "--store", store, "--json", id_]) == 0
    assert json.loads(capsys.readouterr().out) == {"order": id_, "kind": "restart", "state": "running", "stations": []}
    assert main(["fleet", "command", "list", "--store", store]) == 0
    assert "ann  running" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["message", "kiosk-1", "--text", "hello"], "LANG=TEXT"),
        (["configure", "kiosk-1", "--version", "7"], "arguments.text"),
        (["configure", "kiosk-1", "--version", "7", "--file", "/none/such"], "/none/such"),
        (["rescan", "kiosk-1", "kiosk-1"], "found twice"),
        (["update", "kiosk-1"], "arguments.url"),
    ],
)
def test_an_order_that_makes_no_sense_is_told_what_is_wrong(
    store: str, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "command", "order", "--store", store, *words]) == 1
    assert why in capsys.readouterr().err


def test_keys_are_made_once_and_the_secret_one_is_for_its_owner_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "keys", str(tmp_path / "keys")]) == 0
    first = capsys.readouterr().out
    assert main(["fleet", "keys", str(tmp_path / "keys")]) == 0
    assert capsys.readouterr().out == first
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o077 == 0
