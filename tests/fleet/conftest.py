"""A broker, a fleet page, a teller."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

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
