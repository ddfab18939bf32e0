"""systemd hears that the kiosk is ready and alive."""

from __future__ import annotations

import socket
from pathlib import Path

from kiosk.station.notify import Notifier


def test_ready_and_the_watchdog_are_told(tmp_path: Path) -> None:
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(address))
        systemd.settimeout(2)
        notifier = Notifier({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "20000000"})
        notifier.ready()
        notifier.alive()
        notifier.alive()
        notifier.stopping()
        assert [systemd.recv(64) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_without_systemd_nothing_is_sent() -> None:
    notifier = Notifier({})
    notifier.ready()
    notifier.alive()
