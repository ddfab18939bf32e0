"""A device that connects to us: FEIG readers in notification mode call their host (FEISC, H9391-45e-ID-B, 5.4).

One connection at a time. The port is open as soon as it listens; bytes come when somebody has connected. A device may
hang up after each piece and call again, so the end of a connection is no `PortGone`: whoever waits at the door comes
next, and nobody is turned away meanwhile. A connection whose device lost its power or cable is found by TCP's own
keep-alive within seconds, and the next one takes its place.

The device speaks first. What is to be written before it has said anything was meant for the connection before, and is
dropped: an acknowledge that comes to the wrong connection would make a reader forget what nobody has heard.
"""

from __future__ import annotations

import ipaddress
import socket

from drivers.errors import BadSetting, PortGone

READ_BYTES = 4096
WAITING_CONNECTIONS = 16
KEEP_IDLE_S, KEEP_INTERVAL_S, KEEP_TRIES = 3, 1, 3
"""A silent connection is asked after 3 s, and is dead after 3 questions, one a second, without an answer."""
UNANSWERED_MS = 1_000 * (KEEP_IDLE_S + KEEP_INTERVAL_S * KEEP_TRIES)
"""The same for bytes that we sent."""


class ListeningPort:
    """`tcp-listen://host:port`; `peer` is the only address that may connect, None lets anybody.

    Frames of notification mode are not signed: name the reader's address wherever it is fixed.
    """

    def __init__(self, host: str, port: int, peer: str | None = None) -> None:
        """Raises `BadSetting` where `peer` is no IP address."""
        self._address = (host, port)
        self._peer = None if peer is None else _ip_address(peer)
        self._door: socket.socket | None = None
        self._line: socket.socket | None = None
        self._has_spoken = False

    def open(self) -> None:
        try:
            family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
            self._door = socket.create_server(self._address, family=family, backlog=WAITING_CONNECTIONS)
            self._door.setblocking(False)
        except (OSError, UnicodeError) as trouble:  # a name that is none, such as 10.0..1, is a UnicodeError
            raise PortGone(f"{self._named()} cannot be listened at: {trouble}") from None

    def fileno(self) -> int:
        """The connection's; while there is none, the door's."""
        return (self._line or self._opened()).fileno()

    def read(self) -> bytes:
        """Bytes of the connection. While there is none: let the next one in, and return nothing."""
        if self._line is None:
            self._accept()
            return b""
        try:
            data = self._line.recv(READ_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""  # it went away without a farewell
        self._has_spoken = True
        if not data:
            self._hang_up()
        return data

    def write(self, data: bytes) -> int:
        """Bytes for the device that is connected now. Drops what was meant for another."""
        if self._line is None or not self._has_spoken:
            return len(data)
        try:
            return self._line.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._hang_up()
            return len(data)

    def close(self) -> None:
        """Hang up and shut the door."""
        self._hang_up()
        if self._door is not None:
            self._door.close()
            self._door = None

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _accept(self) -> None:
        try:
            line, (host, *_) = self._opened().accept()
        except OSError:
            return  # whoever knocked has gone again
        if self._peer is not None and _ip_address(host) != self._peer:
            line.close()
            return
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEP_IDLE_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEP_INTERVAL_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEP_TRIES)
        line.setsockopt(
            socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1_000 * (KEEP_IDLE_S + KEEP_INTERVAL_S * KEEP_TRIES)
        )
        self._line = line
        self._has_spoken = False

    def _opened(self) -> socket.socket:
        if self._door is None:
            raise PortGone(f"{self._named()} is not open")
        return self._door

    def _named(self) -> str:
        return f"tcp-listen://{self._address[0]}:{self._address[1]}"


def _ip_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        raise BadSetting(f"{text!r} is no IP address: give the device's own, such as 192.168.1.20") from None
