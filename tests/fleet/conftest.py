"""A broker, a fleet page, a teller."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.wire.signing import own_key
from tests.central.conftest import Postgres, make_postgres
from tests.fleet.desk import Desk, a_desk
from tests.fleet.house import FleetProcess, Teller
from tests.real_parts import free_port
from tests.uplink.conftest import RunningBroker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningBroker]:
    running = RunningBroker("mosquitto", free_port(), tmp_path / "broker")
    running.start()
    yield running
    running.kill()


@pytest.fixture
def fleet(tmp_path: Path, broker: RunningBroker) -> Iterator[FleetProcess]:
    one = FleetProcess(f"sqlite:///{tmp_path / 'fleet.sqlite'}", broker.port, tmp_path / "fleet.log")
    one.account()
    one.start()
    yield one
    one.stop()


@pytest.fixture
def teller(broker: RunningBroker) -> Iterator[Teller]:
    with Teller(broker.port) as one:
        yield one


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with tempfile.TemporaryDirectory(prefix="fleet-pg-", ignore_cleanup_errors=True) as folder:
        server = make_postgres(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table. Each test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'fleet.sqlite'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def desk(tmp_path: Path, keys: Path) -> Iterator[Desk]:
    with a_desk(f"sqlite:///{tmp_path / 'desk.sqlite'}", keys) as one:
        yield one


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    own_key(folder)
    return folder
