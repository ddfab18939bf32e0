"""Backups while central runs, and restoring them: nothing lost, nothing doubled, never half of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert, inspect, select, text, update

from kiosk.central.backup import BackupFailed, backup, restore
from kiosk.central.store import open_store, upgrade, writing
from kiosk.central.store.running import InUse, working_on
from kiosk.central.store.tables import items, metadata, set_aside
from kiosk.commands import main
from tests.central.conftest import POSTGRES_BIN, Postgres
from tests.central.library import MONDAY, Central, Kiosk, fill, made, opened, returned
from tests.central.running import CentralProcess, central_command
from tests.real_parts import PATIENCE_S


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


def test_a_central_that_starts_while_a_backup_is_restored_changes_nothing(
    empty_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = open_store(empty_url)
    command = [*central_command(empty_url), "--set", "http.port=0", "--set", "broker.port=1"]
    with working_on(engine, alone=True):
        ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        keys = [command[3], "keys", "list", *command[4:]]
        assert main(keys) == 1
    assert (ended.returncode, "being restored" in ended.stderr) == (1, True)
    assert "being restored" in capsys.readouterr().err
    assert inspect(engine).get_table_names() == []
    engine.dispose()


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


def test_a_backup_ends_although_central_writes_all_the_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    with writing(engine) as connection:
        large = {"topic": "t", "payload": bytes(20_000_000), "why": "", "received_at": MONDAY}
        connection.execute(insert(set_aside), large)
    stop = threading.Event()
    during: list[int] = []

    def writes() -> None:
        while not stop.is_set():
            with writing(engine) as connection:
                connection.execute(update(set_aside).where(set_aside.c.id == 1).values(why=f"{len(during)}"))
            during.append(1)

    writer = threading.Thread(target=writes)
    writer.start()
    try:
        backup(url, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()
        engine.dispose()
    assert during, "nothing was held up"


def test_nobody_else_may_read_a_backup(store: Engine, url: str, tmp_path: Path) -> None:
    backup(url, tmp_path / "backup")
    assert stat.S_IMODE((tmp_path / "backup").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.glob("*backup*")] == ["backup"]


def test_a_backup_of_an_earlier_schema_is_restored_and_brought_up_to_date(url: str, tmp_path: Path) -> None:
    engine = open_store(url)
    upgrade(engine, "0001")
    backup(url, tmp_path / "backup")
    upgrade(engine)
    engine.dispose()
    restore(url, tmp_path / "backup", force=True)
    again = open_store(url)
    upgrade(again)
    with again.connect() as connection:
        assert all(again.dialect.has_table(connection, name) for name in metadata.tables)
    again.dispose()


def test_a_backup_of_a_later_version_is_refused(store: Engine, url: str, tmp_path: Path) -> None:
    with store.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BackupFailed, match="later version"):
        backup(url, tmp_path / "backup")  # nor would this version know what it saves
    assert list(tmp_path.glob("*backup*")) == []


def test_a_damaged_database_is_replaced_when_that_is_wanted(tmp_path: Path) -> None:
    database = tmp_path / "central.sqlite"
    url = f"sqlite:///{database}"
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    engine.dispose()
    backup(url, tmp_path / "backup")
    database.write_bytes(b"what a broken disk left " * 1_000)
    with pytest.raises(BackupFailed, match="--force"):
        restore(url, tmp_path / "backup", force=False)
    restore(url, tmp_path / "backup", force=True)
    restored = open_store(url)
    with restored.connect() as connection:
        assert connection.execute(select(items)).first() is not None
    restored.dispose()


def test_what_the_old_database_had_in_its_log_is_not_applied_to_the_new_one(tmp_path: Path) -> None:
    database = tmp_path / "central.sqlite"
    url = f"sqlite:///{database}"
    engine = open_store(url)
    upgrade(engine)
    backup(url, tmp_path / "backup")
    fill(engine)
    log, kept = database.with_name(f"{database.name}-wal"), tmp_path / "kept"
    shutil.copy(log, kept)
    engine.dispose()
    shutil.copy(kept, log)  # as a power cut leaves it
    restore(url, tmp_path / "backup", force=True)
    with closing(sqlite3.connect(database)) as new:
        assert new.execute("SELECT count(*) FROM items").fetchone() == (0,)


def test_a_database_that_somebody_else_has_open_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'central.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    fill(engine)
    backup(url, tmp_path / "backup")
    with engine.connect() as reading:
        reading.execute(select(items))
        with pytest.raises(BackupFailed, match="end what uses it"):
            restore(url, tmp_path / "backup", force=True)
    with engine.connect() as connection:
        assert connection.execute(select(items)).first() is not None
    engine.dispose()


def test_a_central_keeps_its_lock_when_the_server_starts_anew(own_postgres: Postgres) -> None:
    url = own_postgres.new_database()
    central, other = open_store(url), open_store(url)
    with working_on(central, alone=False):
        own_postgres.stop()
        own_postgres.start()
        with central.connect() as connection:
            connection.execute(select(1))
        with pytest.raises(InUse), working_on(other, alone=True):
            pass
    other.dispose()
    with working_on(other, alone=True), pytest.raises(InUse), working_on(central, alone=False):
        pass
    for engine in (central, other):
        engine.dispose()


def stand_in(folder: Path, name: str, script: str) -> None:
    """A program of this name that is found before, or instead of, the real one."""
    tool = folder / name
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o700)


@pytest.mark.parametrize(
    ("version", "says"), [(None, "pg_dump is missing"), ("11.22", "pg_dump is older than the server")]
)
def test_the_client_must_be_there_and_as_new_as_the_server(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str | None, says: str
) -> None:
    if version is not None:
        stand_in(tmp_path, "pg_dump", f"echo 'pg_dump (PostgreSQL) {version}'")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match=says):
        backup(postgres.new_database(), tmp_path / "backup")


def test_a_password_goes_by_the_environment(
    postgres: Postgres, postgres_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.new_database(postgres_template).replace("postgres@", "postgres:secret-word@")
    told = tmp_path / "told"
    for name in ("pg_dump", "pg_restore", "psql"):
        stand_in(tmp_path, name, f'echo "$0 $@ / $PGPASSWORD" >> {told}\nexec {POSTGRES_BIN}/{name} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    backup(url, tmp_path / "backup")
    restore(url, tmp_path / "backup", force=True)
    lines = told.read_text().splitlines()
    assert {Path(line.split()[0]).name for line in lines} == {"pg_dump", "pg_restore", "psql"}
    assert all(line.partition(" / ")[2] == "secret-word" for line in lines)
    assert "secret-word" not in " ".join(line.partition(" / ")[0] for line in lines)


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
