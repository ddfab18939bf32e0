"""An order at the command line, and the running fleet that says it to a station until it has answered."""

from __future__ import annotations

import json
import queue
from pathlib import Path

import pytest

from kiosk.commands import main
from kiosk.wire import key_id_of
from kiosk.wire.signing import own_key
from tests.fleet.house import FleetProcess, Teller
from tests.real_parts import PATIENCE_S, wait_until
from tests.uplink.conftest import RunningBroker


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    folder = tmp_path / "keys"
    own_key(folder)
    return folder


def state_of(fleet: FleetProcess, order: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["fleet", "command", "show", "--store", fleet.url, "--json", order]) == 0
    return str(json.loads(capsys.readouterr().out)["state"])


def test_a_message_is_ordered_signed_said_and_done(
    broker: RunningBroker, keys: Path, teller: Teller, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fleet = FleetProcess(
        f"sqlite:///{tmp_path / 'fleet.sqlite'}", broker.port, tmp_path / "fleet.log", {"keys": str(keys)}
    )
    fleet.start()
    try:
        said: queue.Queue[bytes] = queue.Queue()
        teller.obeys("kiosk-1", said.put)
        teller.born("kiosk-1")
        words = ["message", "kiosk-1", "--text", "en=Closed at noon", "--for", "7200"]
        assert main(["fleet", "command", "order", "--store", fleet.url, "--as", "ann", *words]) == 0
        order = capsys.readouterr().out.split()[0]
        command = json.loads(said.get(timeout=PATIENCE_S))
        told = json.loads(command["data"])
        assert told["kind"] == "message"
        assert told["key"] == key_id_of(own_key(keys).public_key())
        assert command["signature"]
        assert state_of(fleet, order, capsys) == "running"
        teller.done("kiosk-1", command["id"])
        wait_until(lambda: state_of(fleet, order, capsys) == "finished", "the order does not end")
    finally:
        fleet.stop()


def test_without_keys_nothing_is_sent_and_the_page_goes_on(
    fleet: FleetProcess, teller: Teller, capsys: pytest.CaptureFixture[str]
) -> None:
    teller.born("kiosk-1")
    words = ["order", "--store", fleet.url, "--as", "ann", "rescan", "kiosk-1"]
    assert main(["fleet", "command", *words]) == 0
    order = capsys.readouterr().out.split()[0]
    assert state_of(fleet, order, capsys) == "running"
    assert fleet.signed_in().get("/").status_code == 200
