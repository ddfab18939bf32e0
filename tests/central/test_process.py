"""`kiosk central` as a process: how it starts, what stops it from starting, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from kiosk.central.store import open_store, upgrade
from tests.central.conftest import Postgres
from tests.central.running import DEMO, CentralProcess, central_command
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker


def refusal(*words: str, url: str = "sqlite:////nowhere/at/all.sqlite", config: Path = DEMO) -> tuple[int, str]:
    """How a start that must fail ends: exit code, and what it says."""
    command = [*central_command(url, config), "--set", "http.port=0", "--set", "broker.port=1", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    return ended.returncode, ended.stderr


def test_it_starts_without_a_broker_and_says_so_in_its_health(central_process: CentralProcess) -> None:
    central_process.start()
    answer = central_process.get("/api/v1/health")
    assert answer.status_code == 503
    told = answer.json()
    assert (told["ok"], told["broker"], told["store"], told["worker"]) == (False, False, True, True)
    assert len(central_process.get("/api/v1/items").json()["items"]) >= 20


def test_with_a_broker_it_is_healthy(central_process: CentralProcess, broker: RunningBroker) -> None:
    central_process.settings["broker.port"] = str(broker.port)
    central_process.start()
    wait_until(lambda: central_process.get("/api/v1/health").status_code == 200)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order(central_process: CentralProcess, number: signal.Signals) -> None:
    central_process.start()
    process = central_process.process
    assert process is not None
    process.send_signal(number)
    process.communicate(timeout=PATIENCE_S)
    central_process.process = None
    assert process.returncode == 0


IN_A_CALLBACK = """\
import os, pathlib, signal, sys, weakref
from sqlalchemy import event
from sqlalchemy.pool import Pool
from kiosk.central.process import run
from kiosk.central.settings import CentralSettings
from kiosk.settings import load

class Thing: pass

@event.listens_for(Pool, "connect")
def told_to_end(*_):
    thing = Thing()
    kept = weakref.ref(thing, lambda _: os.kill(os.getpid(), signal.SIGTERM))
    del thing

folder = pathlib.Path(sys.argv[1])
changes = {"database.url": "sqlite:///" + sys.argv[2], "http.port": "0", "broker.port": "1"}
run(load(CentralSettings, folder / "central.toml", changes))
"""
"""Told to end while it starts, at a moment where Python ignores exceptions."""


def test_told_to_end_while_it_starts_it_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-c", IN_A_CALLBACK, str(DEMO), str(tmp_path / "c.sqlite")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (ended.returncode, ended.stdout) == (0, "")


def test_an_open_page_does_not_hold_up_the_end(central_process: CentralProcess) -> None:
    central_process.start()
    with socket.create_connection(("127.0.0.1", central_process.port)) as page:
        page.sendall(b"GET /live HTTP/1.1\r\nhost: localhost\r\n\r\n")
        assert b"200" in page.recv(12)
        assert central_process.stop() == 0
    assert "graceful shutdown exceeded" not in central_process.log.read_text()


def test_it_runs_on_postgresql_and_seeds_it_once(postgres: Postgres, tmp_path: Path) -> None:
    process = CentralProcess(central_command(postgres.new_database()), tmp_path / "log")
    for _ in range(2):
        process.start()
        assert len(process.get("/api/v1/items").json()["items"]) == 24
        assert process.stop() == 0
    assert (tmp_path / "log").read_text().count("filled the empty database") == 1


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, says = refusal("--set", f"http.port={port}", url=f"sqlite:///{tmp_path / 'c.sqlite'}")
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in says
    assert "http.port" in says


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "c.sqlite").write_text("this is no database, " * 100)
    code, says = refusal(url=f"sqlite:///{tmp_path / 'c.sqlite'}")
    assert code == 1
    assert "file is not a database" in says
    assert "database.url" in says


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    code, says = refusal(url=f"sqlite:///{tmp_path / 'file' / 'c.sqlite'}")
    assert (code, "database.url" in says) == (1, True)


def test_a_server_that_is_not_there() -> None:
    code, says = refusal(url="postgresql://postgres:secret-word@127.0.0.1:1/central")
    assert code == 1
    assert "cannot use the database" in says
    assert "secret-word" not in says


def test_a_schema_of_a_later_version(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    engine = open_store(url)
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    code, says = refusal(url=url)
    assert (code, "use a later version" in says) == (1, True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("http.port=99999", "http.port"),
        ("site=Main", "site"),
        ("rules.lines=1", "did you mean `line`"),
        ("seed.items=nowhere.toml", "nowhere.toml"),
        ("http.host=0.0.0.0", "token_file"),
    ],
)
def test_faults_of_the_configuration(tmp_path: Path, change: str, says: str) -> None:
    code, said = refusal("--set", change, url=f"sqlite:///{tmp_path / 'c.sqlite'}")
    assert code == 2
    assert says in said


def test_secrets_that_cannot_be_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'c.sqlite'}"
    for key in ("broker.password_file", "http.token_file"):
        code, said = refusal("--set", f"{key}={tmp_path / 'none'}", url=url)
        assert (code, key in said) == (1, True)
