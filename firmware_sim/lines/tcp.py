"""A loopback socket that takes one host at a time, as readers on a network do."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from pathlib import Path

LOOPBACK = "127.0.0.1"
PATIENCE_S = 1.0
"""A host that takes no bytes for so long has gone."""


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
        self._host: socket.socket | None = None

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
        self._leave()
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def host_is_there(self) -> bool:
        """Take in the first host; turn away any other while it is there."""
        if self._host is not None and self._has_hung_up(self._host):
            self._leave()
            return False
        while self._listener is not None:
            try:
                host, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                break
            if self._host is not None:
                self._turn_away(host)
                continue
            host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            host.setblocking(False)
            self._host = host
        return self._host is not None

    def watched(self) -> list[int]:
        """The listener, and the host."""
        return [one.fileno() for one in (self._listener, self._host) if one is not None]

    def recheck_s(self) -> float | None:
        """Everything that happens makes a descriptor readable."""
        return None

    def read(self, limit: int) -> bytes | None:
        """What the host has sent."""
        if self._host is None:
            return None
        try:
            data = self._host.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if data:
            return data
        self._leave()
        return None

    def write(self, data: bytes) -> None:
        """Send; a host that takes nothing is left."""
        if self._host is None:
            return
        try:
            self._host.settimeout(PATIENCE_S)
            self._host.sendall(data)
            self._host.setblocking(False)
        except OSError:
            self._leave()

    def forget_host(self) -> None:
        """A socket keeps nothing for the next host."""
        self._leave()

    @staticmethod
    def _has_hung_up(host: socket.socket) -> bool:
        try:
            return host.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _turn_away(self, host: socket.socket) -> None:
        with host:
            refusal = self._refusal()
            if refusal:
                # A few bytes into a socket that is still empty: they fit, or the host has gone already.
                with contextlib.suppress(OSError):
                    host.sendall(refusal)

    def _leave(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None
