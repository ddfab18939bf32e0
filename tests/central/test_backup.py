"""Backups while central runs, and restoring them: nothing lost, nothing doubled, never half of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from kiosk.central.backup import BackupFailed, backup, restore
from kiosk.central.store import open_store, upgrade
from kiosk.central.store.running import InUse, working_on
from kiosk.commands import main
from tests.central.conftest import POSTGRES_BIN
from tests.central.library import Central, Kiosk, fill, made, opened, returned
from tests.central.running import CentralProcess, central_command


@pytest.fixture
def url(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PATH", f"{POSTGRES_BIN}:{os.environ['PATH']}")
    return empty_url


@pytest.fixture
def store(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    yield engine
    engine.dispose()


def test_after_a_restored_backup_stations_tell_again_what_it_lacks(store: Engine, url: str, tmp_path: Path) -> None:
    central, kiosk = Central(store), Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    kiosk.does(opened("i1", "snow"))
    assert central.hears(kiosk) == 2
    backup(url, tmp_path / "backup")
    kiosk.does(returned("snow"), 5)
    kiosk.does(made("i2", "amy", "zahir"), 6)
    assert central.hears(kiosk) == 4
    store.dispose()
    restore(url, tmp_path / "backup", force=True)
    assert central.on_loan() == {"snow": "wei"}
    assert central.hears(kiosk, kiosk.hello()) == 2, "central says where it stands now"
    assert central.hears(kiosk, kiosk.message(3)) == 4
    assert central.on_loan() == {"zahir": "amy"}
    assert central.ends() == {"i1": "returned", "i2": None}


def test_a_database_that_holds_something_is_not_overwritten_by_mistake(store: Engine, url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "backup")
    with pytest.raises(BackupFailed, match="--force"):
        restore(url, tmp_path / "backup", force=False)


def test_nothing_is_restored_under_a_central_that_works(store: Engine, url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "backup")
    with working_on(store, alone=False), pytest.raises(BackupFailed, match="stop it first"):
        restore(url, tmp_path / "backup", force=True)
    with working_on(store, alone=False), working_on(store, alone=False):
        pass  # several centrals may work on one database
    with working_on(store, alone=True), pytest.raises(InUse), working_on(store, alone=False):
        pass


@pytest.mark.parametrize("content", [b"", b"nonsense" * 100, b"PGDMP but no more"])
def test_what_is_no_backup_changes_nothing(store: Engine, url: str, tmp_path: Path, content: bytes) -> None:
    central, kiosk = Central(store), Kiosk()
    kiosk.does(made("i1", "wei", "snow"))
    central.hears(kiosk)
    (tmp_path / "backup").write_bytes(content)
    store.dispose()
    with pytest.raises(BackupFailed):
        restore(url, tmp_path / "backup", force=True)
    assert central.on_loan() == {"snow": "wei"}


def test_a_backup_of_a_later_version_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    engine.dispose()
    backup(url, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
        later.commit()
    with pytest.raises(BackupFailed, match="later version"):
        restore(url, tmp_path / "backup", force=True)


def test_a_backup_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere' / 'central.sqlite'}"
    (tmp_path / "backup").write_bytes(b"the one before")
    with pytest.raises(BackupFailed, match="there is no database"):
        backup(url, tmp_path / "backup")
    assert (tmp_path / "backup").read_bytes() == b"the one before"
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_the_commands_beside_a_real_central(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = CentralProcess(central_command(url), tmp_path / "log")
    words = process.command[3:]
    process.start()
    assert main([*words[:1], "backup", *words[1:], str(tmp_path / "backup")]) == 0
    assert main([*words[:1], "restore", *words[1:], str(tmp_path / "backup"), "--force"]) == 1
    assert "stop it first" in capsys.readouterr().err
    assert process.stop() == 0
    assert main([*words[:1], "restore", *words[1:], str(tmp_path / "backup"), "--force"]) == 0
    process.start()
    assert process.get("/api/v1/patrons").json()["patrons"]
    process.stop()


def test_keys_are_made_used_and_revoked(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    process = CentralProcess(central_command(url), tmp_path / "log")
    words = process.command[3:]
    keys = [*words[:1], "keys"]
    assert main([*keys, "add", *words[1:], "shelf app", "--scopes", "items:read,loans:write", "--days", "30"]) == 0
    key = capsys.readouterr().out.strip()
    process.start()
    bearer = {"authorization": f"Bearer {key}"}
    assert process.get("/api/v1/items", **bearer).status_code == 200
    refused = process.get("/api/v1/patrons", **bearer)
    assert (refused.status_code, refused.json()["detail"]) == (403, "this key lacks the scope patrons:read")
    assert main([*keys, "list", *words[1:]]) == 0
    listed = capsys.readouterr().out
    assert "shelf app" in listed
    assert key.split("_")[2] not in listed
    assert main([*keys, "revoke", *words[1:], key.split("_")[1]]) == 0
    assert process.get("/api/v1/items", **bearer).status_code == 401
    assert main([*keys, "revoke", *words[1:], "none"]) == 1
    assert main([*keys, "add", *words[1:], "x", "--scopes", "all:everything"]) == 2
    process.stop()


def test_a_later_schema_is_said_by_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    words = central_command(url)[3:]
    assert main([*words[:1], "keys", "list", *words[1:]]) == 1
    assert "use a later version" in capsys.readouterr().err
