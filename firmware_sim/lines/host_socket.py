"""The connection to one host, whoever called whom."""

from __future__ import annotations

import socket

PATIENCE_S = 1.0
"""A host that takes no bytes for so long has gone."""


class HostSocket:
    """At most one host."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None

    def take(self, connected: socket.socket) -> None:
        """This is the host from now on."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connected.setblocking(False)
        self._socket = connected

    @property
    def taken(self) -> bool:
        """There is one, as far as was noticed yet."""
        return self._socket is not None

    def watched(self) -> list[int]:
        """Becomes readable when it says something, or goes."""
        return [self._socket.fileno()] if self._socket is not None else []

    def has_hung_up(self) -> bool:
        """There was one, and it has gone; it is left then."""
        if self._socket is None:
            return False
        try:
            gone = self._socket.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            gone = False
        except OSError:
            gone = True
        if gone:
            self.leave()
        return gone

    def read(self, limit: int) -> bytes | None:
        """What it has sent; None when it has gone."""
        if self._socket is None:
            return None
        try:
            data = self._socket.recv(limit)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if data:
            return data
        self.leave()
        return None

    def write(self, data: bytes) -> None:
        """Send; a host that takes nothing is left."""
        if self._socket is None:
            return
        try:
            self._socket.settimeout(PATIENCE_S)
            self._socket.sendall(data)
            self._socket.setblocking(False)
        except OSError:
            self.leave()

    def leave(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
