"""The units of `systemd/` start, are watched, come back after a crash, and stop cleanly."""

from __future__ import annotations

import socket
import subprocess

import pytest

from tests.real_parts import free_port
from tests.services.conftest import UNITS, Machine, until

KIOSK = """\
site = "main"
station = "kiosk-1"
[library]
name_zh = "城市图书馆"
name_en = "City Library"
[screen]
mode = "headless"
[pad]
port = "/dev/serial/by-id/usb-pad"
[broker]
port = {broker}
[mirror]
port = {mirror}
"""
CENTRAL = """\
site = "main"
[broker]
port = {broker}
[http]
port = {http}
"""
FLEET = """\
[[site]]
name = "main"
[broker]
port = {broker}
[http]
port = {http}
"""
GATE = """\
site = "main"
station = "gate-1"
ledger = "/var/lib/kiosk-gate/gate.sqlite"
[[gates]]
driver = "lsp2"
port = "tcp://127.0.0.1:{gate}"
first_index = 0
[copy]
path = "/var/lib/kiosk-gate/copy"
[broker]
port = {broker}
[page]
port = {page}
"""


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_kiosk_says_when_it_is_ready_and_comes_back_after_a_crash(machine: Machine) -> None:
    machine.boot({"kiosk.toml": KIOSK.format(broker=free_port(), mirror=(mirror := free_port()))})
    started = machine.run("systemctl", "start", "kiosk.service")
    assert started.returncode == 0, started.stderr + machine.log.read_text(errors="replace")[-3000:]
    assert machine.show("kiosk.service", "ActiveState") == "active"
    assert listens(mirror), "the picture is shown before the service counts as started"
    assert machine.show("kiosk.service", "User") == "kiosk"
    first = machine.show("kiosk.service", "MainPID")

    machine.run("systemctl", "kill", "--signal=SIGKILL", "kiosk.service")
    until(
        lambda: (
            machine.show("kiosk.service", "NRestarts") == "1"
            and machine.show("kiosk.service", "ActiveState") == "active"
        ),
        "the kiosk did not come back",
        machine.log,
    )
    assert machine.show("kiosk.service", "MainPID") != first

    stopped = machine.run("systemctl", "stop", "kiosk.service")
    assert stopped.returncode == 0
    assert machine.show("kiosk.service", "Result") == "success"
    assert not listens(mirror)
    assert machine.show("kiosk.service", "StartLimitIntervalUSec") == "0", "it is started again, however often it ended"


def test_a_kiosk_that_hangs_is_restarted_by_its_watchdog(machine: Machine) -> None:
    machine.boot({"kiosk.toml": KIOSK.format(broker=free_port(), mirror=free_port())}, hurry="WatchdogSec=2\n")
    machine.run("systemctl", "start", "kiosk.service")
    machine.run("systemctl", "kill", "--signal=SIGSTOP", "kiosk.service")
    until(lambda: machine.show("kiosk.service", "NRestarts") == "1", "the watchdog did not bark", machine.log, 60.0)


def test_central_starts_and_stops(machine: Machine) -> None:
    machine.boot({"central.toml": CENTRAL.format(broker=free_port(), http=(http := free_port()))})
    started = machine.run("systemctl", "start", "kiosk-central.service")
    assert started.returncode == 0, started.stderr
    until(lambda: listens(http), "central's page did not come up", machine.log)
    assert machine.run("systemctl", "stop", "kiosk-central.service").returncode == 0
    assert machine.show("kiosk-central.service", "Result") == "success"


def test_the_gate_says_when_it_is_ready_and_comes_back_after_a_crash(machine: Machine) -> None:
    page = free_port()
    machine.boot({"gate.toml": GATE.format(broker=free_port(), gate=free_port(), page=page)})
    started = machine.run("systemctl", "start", "kiosk-gate.service")
    assert started.returncode == 0, started.stderr + machine.log.read_text(errors="replace")[-3000:]
    assert listens(page), "the guard's page is served before the service counts as started"
    machine.run("systemctl", "kill", "--signal=SIGKILL", "kiosk-gate.service")
    until(
        lambda: (
            machine.show("kiosk-gate.service", "NRestarts") == "1"
            and machine.show("kiosk-gate.service", "ActiveState") == "active"
        ),
        "the gate did not come back",
        machine.log,
    )
    assert machine.run("systemctl", "stop", "kiosk-gate.service").returncode == 0
    assert machine.show("kiosk-gate.service", "Result") == "success"
    assert not listens(page)


def test_the_fleet_page_starts_and_stops(machine: Machine) -> None:
    machine.boot({"fleet.toml": FLEET.format(broker=free_port(), http=(http := free_port()))})
    started = machine.run("systemctl", "start", "kiosk-fleet.service")
    assert started.returncode == 0, started.stderr
    until(lambda: listens(http), "the fleet page did not come up", machine.log)
    assert machine.run("systemctl", "stop", "kiosk-fleet.service").returncode == 0
    assert machine.show("kiosk-fleet.service", "Result") == "success"


def test_systemd_finds_nothing_to_say_of_the_units(machine: Machine) -> None:
    """`verify` returns 0 for settings that it does not know; so what counts is that it prints nothing."""
    machine.boot({})
    units = [f"/opt/library-kiosk/systemd/{unit}" for unit in UNITS]
    checked = machine.run("systemd-analyze", "verify", *units)
    assert checked.stderr + checked.stdout == ""


@pytest.mark.parametrize("unit", UNITS)
def test_each_unit_is_shut_in_as_far_as_a_service_with_a_network_can_be(unit: str) -> None:
    """`systemd-analyze` counts 0.8 for having a network and Internet sockets at all (docs/adr/0211); the kiosk's has a
    screen and devices as well (docs/adr/0264)."""
    most = 14 if unit == "kiosk.service" else 12
    checked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", f"systemd/{unit}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
