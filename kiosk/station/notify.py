"""Tells systemd that the kiosk is ready and that its loop turns (sd_notify(3)); does nothing without systemd."""

from __future__ import annotations

import logging
import os
import socket
import time

BEATS_A_WATCH = 3
"""How often the watchdog is fed within its time."""

log = logging.getLogger(__name__)


class Notifier:
    """The notification socket of this service, if there is one."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        values = dict(os.environ) if environment is None else environment
        address = values.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        watchdog_us = values.get("WATCHDOG_USEC", "")
        self._beat_s = int(watchdog_us) / 1_000_000 / BEATS_A_WATCH if watchdog_us.isdigit() else None
        self._last_s = 0.0

    def ready(self) -> None:
        self._send(b"READY=1")

    def stopping(self) -> None:
        self._send(b"STOPPING=1")

    def alive(self) -> None:
        """Called at every turn of the loop; says so to the watchdog often enough."""
        if self._beat_s is not None and time.monotonic() - self._last_s >= self._beat_s:
            self._last_s = time.monotonic()
            self._send(b"WATCHDOG=1")

    def _send(self, message: bytes) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.sendto(message, self._address)
        except OSError as trouble:
            log.warning("systemd was not told %s: %s", message.decode(), trouble.strerror)
