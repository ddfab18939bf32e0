"""`kiosk fleet command` and `kiosk fleet keys` as an operator types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kiosk.commands import main
from tests.fleet.house import DEMO, PASSWORD


class Console:
    """A terminal: what is typed, and the password on standard input."""

    def __init__(self, store: str, patch: pytest.MonkeyPatch) -> None:
        self._config = ["--config", str(DEMO), "--set", f"database.url={store}"]
        self._patch = patch

    def account(self, name: str, role: str) -> None:
        self._typed(PASSWORD)
        assert main(["fleet", "account", *self._config, name, "--role", role]) == 0

    def types(self, *words: str, who: str | None = None, password: str = PASSWORD) -> int:
        self._typed(password)
        verb, *rest = words
        named = [] if who is None else ["--as", who]
        return main(["fleet", "command", verb, *self._config, *named, *rest])

    def _typed(self, password: str) -> None:
        self._patch.setattr("sys.stdin", io.StringIO(password + "\n"))


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    return Console(f"sqlite:///{tmp_path / 'fleet.sqlite'}", monkeypatch)


def test_a_dangerous_order_is_made_by_one_and_agreed_to_by_another(
    console: Console, capsys: pytest.CaptureFixture[str]
) -> None:
    console.account("ann", "operator")
    console.account("bob", "operator")
    capsys.readouterr()
    assert console.types("order", "restart", "kiosk-1", "kiosk-2", who="ann") == 0
    said = capsys.readouterr().out
    assert "somebody else" in said
    id_ = said.split()[0]
    assert console.types("agree", id_, who="ann") == 1
    assert "cannot agree" in capsys.readouterr().err
    assert console.types("agree", id_, who="bob") == 0
    capsys.readouterr()
    assert console.types("show", "--json", id_) == 0
    assert json.loads(capsys.readouterr().out) == {"order": id_, "kind": "restart", "state": "running", "stations": []}
    assert console.types("list") == 0
    assert "ann  running" in capsys.readouterr().out


def test_a_name_alone_opens_nothing(console: Console, capsys: pytest.CaptureFixture[str]) -> None:
    console.account("ann", "operator")
    console.account("tec", "technician")
    order = ("order", "configure", "kiosk-1", "--file", str(DEMO / "fleet.toml"), "--version", "7")
    assert console.types(*order, who="ann", password="a guess") == 1
    assert "name or password is wrong" in capsys.readouterr().err
    assert console.types(*order, who="nobody") == 1
    assert console.types("list") == 0
    assert capsys.readouterr().out == ""
    assert console.types(*order, who="ann") == 0
    id_ = capsys.readouterr().out.split()[0]
    assert console.types("agree", id_, who="tec") == 1
    assert "it needs fleet.approve" in capsys.readouterr().err
    for _ in range(5):
        console.types("agree", id_, who="tec", password="a guess")
    capsys.readouterr()
    assert console.types("withdraw", id_, who="tec") == 1
    assert "too many wrong passwords" in capsys.readouterr().err


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
    console: Console, words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    console.account("ann", "technician")
    assert console.types("order", *words, who="ann") == 1
    assert why in capsys.readouterr().err


def test_keys_are_made_once_and_the_secret_one_is_for_its_owner_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fleet", "keys", str(tmp_path / "keys")]) == 0
    first = capsys.readouterr().out
    assert main(["fleet", "keys", str(tmp_path / "keys")]) == 0
    assert capsys.readouterr().out == first
    assert (tmp_path / "keys" / "signing.key").stat().st_mode & 0o077 == 0
