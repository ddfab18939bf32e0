"""The lines to a broker that speaks TLS: it is believed by its certificate alone, and without TLS nothing leaves the
machine."""

from __future__ import annotations

import queue
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.errors import BadSetting
from kiosk.central.line import Line as CentralLine
from kiosk.central.messages import LineUp as CentralUp
from kiosk.central.settings import SharedBroker
from kiosk.settings.broker import BrokerSettings
from kiosk.station.broker import address_of
from kiosk.station.uplink_line import Line, LineEvent, LineLost, LineUp
from kiosk.wire import Station
from tests.certificates import two_authorities
from tests.real_parts import PATIENCE_S, free_port

HERE = BrokerSettings("localhost")


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two authorities, and the broker's certificate for `localhost` by the first."""
    folder = two_authorities(tmp_path_factory.mktemp("tls"), "broker")
    (folder / "broker.key").chmod(0o644)  # mosquitto reads it as its own user
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def broker(signed: Path) -> Iterator[BrokerSettings]:
    port = free_port()
    (signed / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n"
        f"certfile {signed / 'broker.pem'}\nkeyfile {signed / 'broker.key'}\n"
    )
    running = subprocess.Popen(
        ["mosquitto", "-v", "-c", str(signed / "mosquitto.conf")], stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    assert any("running" in line for line in running.stderr), "mosquitto did not start"
    yield BrokerSettings("localhost", port, tls=True, authority=signed / "ours.pem")
    running.kill()
    running.communicate()


def first_word_of(settings: BrokerSettings) -> LineEvent:
    """What becomes of one try to connect."""
    heard: queue.Queue[LineEvent] = queue.Queue()
    line = Line(Station("main", "kiosk-1"), address_of(settings), b"gone", lambda _, event: heard.put(event))
    line.open()
    try:
        return heard.get(timeout=PATIENCE_S)
    finally:
        line.close(None)


def test_a_broker_of_the_librarys_own_authority_is_believed(broker: BrokerSettings) -> None:
    assert first_word_of(broker) == LineUp()


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_b07_another_certificate_is_no_line_and_the_operator_is_told(
    broker: BrokerSettings, signed: Path, host: str
) -> None:
    """Signed by somebody else; or for another name than the one that was asked for."""
    authority = signed / ("theirs.pem" if host == "localhost" else "ours.pem")
    lost = first_word_of(replace(broker, host=host, authority=authority))
    assert isinstance(lost, LineLost)
    assert lost.operator
    assert "certificate verify failed" in lost.reason


def test_who_speaks_in_clear_gets_no_line(broker: BrokerSettings) -> None:
    assert isinstance(first_word_of(replace(broker, tls=False, authority=None)), LineLost)


def test_central_believes_it_too(broker: BrokerSettings) -> None:
    up: queue.Queue[object] = queue.Queue()
    line = CentralLine("main", SharedBroker("localhost", broker.port, tls=True, authority=broker.authority), up.put)
    line.open()
    try:
        assert isinstance(up.get(timeout=PATIENCE_S), CentralUp)
    finally:
        line.close()


def test_a_certificate_of_our_own_goes_with_its_key_and_with_tls(tmp_path: Path, signed: Path) -> None:
    own = replace(HERE, tls=True, certificate=signed / "broker.pem", key=signed / "broker.key")
    assert address_of(own).tls is not None
    with pytest.raises(BadSetting, match=r"theirs\.key"):
        address_of(replace(own, key=signed / "theirs.key"))
    with pytest.raises(ValueError, match="certificate and key"):
        replace(HERE, tls=True, certificate=tmp_path / "own.pem")
    with pytest.raises(ValueError, match="expected tls = true"):
        replace(HERE, certificate=tmp_path / "own.pem", key=tmp_path / "own.key")


@pytest.mark.parametrize("kind", [BrokerSettings, SharedBroker])
def test_nothing_leaves_the_machine_in_clear_unless_somebody_says_so(
    kind: type[BrokerSettings],
) -> None:
    for host in ("broker.example", "192.0.2.7", "2001:db8::1"):
        with pytest.raises(ValueError, match="expected tls = true"):
            kind(host)
        assert kind(host, tls=True).tls
        assert kind(host, in_clear=True).in_clear
    with pytest.raises(ValueError, match="authority"):
        kind("localhost", authority=Path("ca.pem"))
    with pytest.raises(ValueError, match="not both"):
        kind("localhost", tls=True, in_clear=True)


def test_an_authority_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    for file in (tmp_path / "ca.pem", tmp_path / "missing.pem"):
        with pytest.raises(BadSetting, match=file.name):
            address_of(replace(HERE, tls=True, authority=file))
