"""Both databases and both brokers, really running. A server that is not installed fails the tests."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from sqlalchemy import Engine, create_engine, text

from kiosk.central.store import open_store, upgrade
from tests.central.library import Central, fill
from tests.central.running import CentralProcess, central_command
from tests.real_parts import free_port
from tests.uplink.conftest import RunningBroker

POSTGRES_BIN = "/usr/lib/postgresql/15/bin"
NO_FLUSH = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
OUTLIVES_KILLS = ["-c", "fsync=off", "-c", "full_page_writes=off"]
"""What is committed stays when every process of the server is killed; a power cut of the machine is another matter."""


@dataclass(slots=True)
class Postgres:
    """A PostgreSQL server of our own, on a loopback port and a socket."""

    folder: Path
    port: int
    options: list[str] = field(default_factory=lambda: NO_FLUSH)
    process: subprocess.Popen[str] | None = None
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def start(self) -> None:
        options = ["-D", str(self.folder / "data"), "-k", str(self.folder), "-p", str(self.port)]
        self.process = subprocess.Popen(
            [_program("postgres"), *options, "-c", "listen_addresses=127.0.0.1", *self.options],
            stderr=subprocess.PIPE,
            text=True,
            user=_user(),
        )
        assert self.process.stderr is not None
        said: list[str] = []
        for line in self.process.stderr:
            said.append(line)
            if "ready to accept connections" in line:
                threading.Thread(target=_read_on, args=(self.process.stderr,), daemon=True).start()
                return
        raise AssertionError("PostgreSQL did not start: " + "".join(said))

    def stop(self) -> None:
        """At once, open connections or not."""
        if self.process is not None:
            self.process.terminate()
            self.process.send_signal(3)  # SIGQUIT: immediate shutdown
            self.process.wait()
            self.process = None

    def kill(self) -> None:
        """All its processes with SIGKILL, as a unit's would be: none of them can say anything to anybody."""
        if self.process is None:
            return
        process, self.process = self.process, None
        family = [process.pid, *map(int, Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())]
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def new_database(self, template: str = "template1") -> str:
        """The URL of a database that nobody has used."""
        name = f"central_{next(self.numbers)}"
        engine = create_engine(self.url("postgres").replace("://", "+psycopg://"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        engine.dispose()
        return self.url(name)


def _read_on(log: IO[str]) -> None:
    """A server whose log nobody reads stands still when the pipe is full."""
    for _ in log:
        pass


def _program(name: str) -> str:
    found = shutil.which(name, path=f"{POSTGRES_BIN}:{os.environ['PATH']}")
    assert found, f"{name} is missing: apt-get install postgresql"
    return found


def _user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if os.geteuid() == 0 else None


def make_postgres(folder: Path, options: list[str] | None = None) -> Postgres:
    """A server with an empty cluster in `folder`, not started yet."""
    if (user := _user()) is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    subprocess.run(
        [_program("initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        user=user,
    )
    return Postgres(folder, free_port(), NO_FLUSH if options is None else options)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="central-pg-", ignore_cleanup_errors=True) as folder:
        server = make_postgres(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that the test may stop and start."""
    with tempfile.TemporaryDirectory(prefix="central-pg-", ignore_cleanup_errors=True) as folder:
        server = make_postgres(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """The name of a database with the schema, to make others from."""
    url = postgres.new_database()
    engine = open_store(url)
    upgrade(engine)
    engine.dispose()
    return url.rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table. Each test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'central.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with the schema and no row. Each test runs on both."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'central.sqlite'}"
        engine = open_store(url)
        upgrade(engine)
        engine.dispose()
        return url
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(request.getfixturevalue("postgres_template"))


@pytest.fixture
def store(url: str) -> Iterator[Engine]:
    """The library of these tests: patrons and items of `library.py`."""
    engine = open_store(url)
    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def central(store: Engine) -> Central:
    return Central(store)


@pytest.fixture(params=["mosquitto", "iotcore"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    """Each test runs on both."""
    running = RunningBroker(request.param, free_port(), tmp_path / "broker")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def central_process(tmp_path: Path) -> Iterator[CentralProcess]:
    """`kiosk central` with the demo's library on SQLite; its broker's port is set before it is started."""
    process = CentralProcess(central_command(f"sqlite:///{tmp_path / 'running.sqlite'}"), tmp_path / "central.log")
    yield process
    process.kill()
