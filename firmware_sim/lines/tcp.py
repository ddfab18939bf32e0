"""A loopback socket that takes one host at a time, as readers on a network do."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from pathlib import Path

from firmware_sim.devices.device import Device, TurnsAway
from firmware_sim.lines.host_socket import HostSocket

LOOPBACK = "127.0.0.1"


def refusal_of(device: Device, lock: threading.Lock, clock: Callable[[], float]) -> Callable[[], bytes]:
    """What a second host hears from this device, which `lock` guards: mostly nothing."""
    if not isinstance(device, TurnsAway):
        return bytes

    def refusal() -> bytes:
        with lock:
            return device.turn_away(clock())

    return refusal


class TcpListener:
    """The listening side. The port is chosen by the kernel once and stays the same when it is plugged in again.

    `note` is a file that holds the address, `tcp://127.0.0.1:PORT`, while it is plugged in. `refusal` is what another
    host hears, while one is there, before it is left.
    """

    def __init__(self, note: Path, refusal: Callable[[], bytes] = bytes) -> None:
        self._note = note
        self._refusal = refusal
        self._port = 0
        self._listener: socket.socket | None = None
        self._host = HostSocket()

    @property
    def address(self) -> str:
        """What a host connects to."""
        return f"tcp://{LOOPBACK}:{self._port}"

    def plug_in(self) -> None:
        """Listen."""
        self._listener = socket.create_server((LOOPBACK, self._port))
        self._listener.setblocking(False)
        self._port = self._listener.getsockname()[1]
        fresh = self._note.with_name(self._note.name + ".new")
        fresh.write_text(self.address + "\n", encoding="ascii")
        fresh.replace(self._note)

    def pull_out(self) -> None:
        """Stop listening, and leave a host that is there without an answer."""
        self._note.unlink(missing_ok=True)
        self._host.leave()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def host_is_there(self) -> bool:
        """Take in the first host; turn away any other while it is there."""
        if self._host.has_hung_up():
            return False
        while self._listener is not None:
            try:
                host, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                break
            if self._host.taken:
                self._turn_away(host)
            else:
                self._host.take(host)
        return self._host.taken

    def watched(self) -> list[int]:
        """The listener, and the host."""
        listening = [self._listener.fileno()] if self._listener is not None else []
        return listening + self._host.watched()

    def recheck_s(self) -> float | None:
        """Everything that happens makes a descriptor readable."""
        return None

    def read(self, limit: int) -> bytes | None:
        """What the host has sent."""
        return self._host.read(limit)

    def write(self, data: bytes) -> None:
        """Send; a host that takes nothing is left."""
        self._host.write(data)

    def forget_host(self) -> None:
        """A socket keeps nothing for the next host."""
        self._host.leave()

    def _turn_away(self, other: socket.socket) -> None:
        with other:
            refusal = self._refusal()
            if refusal:
                # A few bytes into a socket that is still empty: they fit, or the host has gone already.
                with contextlib.suppress(OSError):
                    other.sendall(refusal)
