"""A device on a TCP socket (readers on port 10001, printers on 9100)."""

from __future__ import annotations

import socket

from drivers.errors import PortGone

CONNECT_S = 3.0
READ_BYTES = 4096


class TcpPort:
    """`host:port`, without Nagle's delay: a request is one small piece that must leave at once."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def open(self) -> None:
        try:
            self._socket = socket.create_connection(self._address, CONNECT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket.setblocking(False)
        except (OSError, UnicodeError) as trouble:  # a name that is none, such as 10.0..1, is a UnicodeError
            raise PortGone(f"tcp://{self._named()} cannot be reached: {trouble}") from None

    def fileno(self) -> int:
        return self._opened().fileno()

    def read(self) -> bytes:
        try:
            data = self._opened().recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise PortGone(f"tcp://{self._named()} went away: {trouble}") from None
        if not data:
            raise PortGone(f"tcp://{self._named()} closed the connection")
        return data

    def write(self, data: bytes) -> int:
        try:
            return self._opened().send(data)
        except BlockingIOError:
            return 0
        except OSError as trouble:
            raise PortGone(f"tcp://{self._named()} went away: {trouble}") from None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise PortGone(f"tcp://{self._named()} is not open")
        return self._socket

    def _named(self) -> str:
        return f"{self._address[0]}:{self._address[1]}"
