"""What `kiosk doctor` says of the machine and of what its settings name, on machines that the test makes."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kiosk.fleet.enrolling.authority import Authority, End
from kiosk.ledger import Ledger
from kiosk.settings.broker import BrokerSettings
from kiosk.technician import kept, machine
from kiosk.technician.findings import Finding, State
from kiosk.wire import Station

NOW = datetime.now(UTC)
TOUCHING = """\
I: Bus=0003 Vendor=0eef Product=0001 Version=0001
N: Name="eGalax Touchscreen"
B: PROP=2
B: EV=b

I: Bus=0011 Vendor=0001 Product=0001 Version=ab41
N: Name="AT Keyboard"
B: PROP=0
B: EV=120013
"""


def states(found: Iterator[Finding] | list[Finding]) -> dict[str, State]:
    return {one.where: one.state for one in found}


def put(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def test_a_kiosk_as_it_should_be_has_a_screen_touch_and_sound(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/drm/card0-HDMI-A-1/status", "connected\n")
    put(tmp_path, "sys/class/drm/card0-HDMI-A-1/modes", "1080x1920\n800x600\n")
    put(tmp_path, "sys/class/drm/card0-DP-1/status", "disconnected\n")
    put(tmp_path, "proc/bus/input/devices", TOUCHING)
    put(tmp_path, "proc/asound/cards", " 0 [PCH  ]: HDA-Intel - HDA Intel PCH\n      at 0xf7f10000 irq 30\n")
    (screen,) = machine.screens(tmp_path)
    (touch,) = machine.touch(tmp_path)
    (sound,) = machine.sound(tmp_path)
    assert (screen.where, screen.what) == ("screen HDMI-A-1", "1080x1920")
    assert (touch.what, sound.what) == ("eGalax Touchscreen", "HDA-Intel - HDA Intel PCH")
    assert {one.state for one in (screen, touch, sound)} == {State.OK}


def test_a_screen_whose_cable_is_out_is_a_fault_and_a_server_without_graphics_none(tmp_path: Path) -> None:
    assert states(machine.screens(tmp_path)) == {"screen": State.NOTE}
    put(tmp_path, "sys/class/drm/card0-HDMI-A-1/status", "disconnected\n")
    assert states(machine.screens(tmp_path)) == {"screen": State.FAULT}


def test_a_clock_that_follows_nothing_is_a_fault_that_says_what_mends_it() -> None:
    (fault,) = machine.clock(synchronised=False)
    assert (fault.state, "timedatectl set-ntp true" in fault.mend) == (State.FAULT, True)


def test_a_machine_in_another_time_zone_than_the_library_is_told(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Berlin")
    (note,) = machine.time_zone("Asia/Shanghai", tmp_path)
    assert (note.state, note.mend) == (State.NOTE, "timedatectl set-timezone Asia/Shanghai")
    assert states(machine.time_zone("Europe/Berlin", tmp_path)) == {"time zone": State.OK}


def test_a_journal_is_looked_through_and_what_waits_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    assert states(kept.journal(path)) == {str(path): State.NOTE}
    Ledger.open(path, Station("main", "kiosk-1")).close()
    assert states(kept.journal(path)) == {str(path): State.OK, "outbox": State.OK}
    path.write_bytes(b"no database" * 100)
    assert states(kept.journal(path)) == {str(path): State.FAULT}


def test_keys_that_others_may_read_are_a_fault_and_their_content_is_not_shown(tmp_path: Path) -> None:
    key = tmp_path / "central.key"
    key.write_text("a secret")
    key.chmod(0o640)
    (fault,) = kept.keys({"central.key_file": key, "staff_file": None})
    assert (fault.state, "640" in fault.what) == (State.FAULT, True)
    assert "a secret" not in str(fault)
    key.chmod(0o600)
    assert list(kept.keys({"central.key_file": key})) == []


@pytest.mark.parametrize(("days", "state"), [(100, State.OK), (20, State.NOTE), (-1, State.FAULT)])
def test_a_certificate_says_how_long_it_is_good(tmp_path: Path, days: int, state: State) -> None:
    begun = min(NOW, NOW + timedelta(days=days - 10))
    authority = Authority.of(tmp_path, "main", begun)
    key, made = authority.made_here("kiosk-1", begun, (NOW + timedelta(days=days) - begun).days, End.USER)
    (tmp_path / "own.key").write_bytes(key)
    (tmp_path / "own.pem").write_bytes(made)
    settings = BrokerSettings("b", tls=True, certificate=tmp_path / "own.pem", key=tmp_path / "own.key")
    (found,) = kept.certificates(settings, NOW)
    assert found.state is state
    assert (found.mend.startswith("kiosk enrol")) == (state is not State.OK)


def test_a_broker_is_believed_by_its_certificate_or_the_doctor_says_why_not(tmp_path: Path) -> None:
    ours, theirs = Authority.of(tmp_path / "ours", "main", NOW), Authority.of(tmp_path / "theirs", "other", NOW)
    for name, authority in (("good", ours), ("bad", theirs)):
        key, made = authority.made_here("localhost", NOW, 90, End.BROKER)
        (tmp_path / f"{name}.pem").write_bytes(key + made)
    with served(tmp_path / "good.pem") as port:
        settings = BrokerSettings("localhost", port, tls=True, authority=tmp_path / "ours/authority.pem")
        (good,) = kept.broker(settings, NOW)
    assert (good.state, "89 days" in good.what or "90 days" in good.what) == (State.OK, True)
    with served(tmp_path / "bad.pem") as port:
        (bad,) = kept.broker(replace(settings, port=port), NOW)
    assert (bad.state, "not believed" in bad.what) == (State.FAULT, True)
    (gone,) = kept.broker(replace(settings, port=1), NOW)
    assert (gone.state, "cannot be reached" in gone.what) == (State.FAULT, True)


@contextmanager
def served(pem: Path) -> Iterator[int]:
    """A TLS server for one caller."""
    import socket

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("localhost", 0)) as listening:

        def answer() -> None:
            line, _ = listening.accept()
            with line:
                try:
                    context.wrap_socket(line, server_side=True).close()
                except OSError:
                    return  # the caller does not believe us

        thread = threading.Thread(target=answer)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join()
