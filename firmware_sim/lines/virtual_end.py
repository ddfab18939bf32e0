"""A line's end in one process and in virtual time: what a pseudo-terminal or a socket is otherwise.

It stands between a device's line, which uses it as an `End`, and whoever is the host: `open`, `take`, `give`, `close`.
No descriptors, no threads: each side is called back when the other has done something.
"""

from __future__ import annotations

import random
from collections.abc import Callable


class NotThere(Exception):
    """Nothing can be opened here: it is unplugged, or another host has it."""


def _nothing() -> None:
    """Who is told before there is anybody."""


class VirtualEnd:
    """One host at a time. `baud` is the device's speed: a host at another hears and says noise; 0 has no speed.

    `calls`: it is the device that calls; the host waits at the address, and is met when the device wants a line.
    """

    def __init__(self, address: str, baud: int = 0, calls: Callable[[], bool] | None = None) -> None:
        self._address = address
        self._baud = baud
        self._calls = calls
        self._noise = random.Random(baud)
        self._plugged = False
        self._host_open = False
        self._met = False
        """By a device that calls."""
        self._garbled = False
        self._to_device = bytearray()
        self._to_host = bytearray()
        self._tell_host: Callable[[], None] = _nothing
        self.tell_device: Callable[[], None] = _nothing
        """Called when the host did something; whoever runs the line sets it."""

    @property
    def address(self) -> str:
        """A name; nobody but this process knows it."""
        return self._address

    def plug_in(self) -> None:
        """From now on it can be opened."""
        self._plugged = True

    def pull_out(self) -> None:
        """Gone, under a host that has it open, too."""
        self._plugged = False
        self._leave()

    def host_is_there(self) -> bool:
        """Bytes that are still to be read count as somebody."""
        if self._calls is not None and self._plugged and self._host_open and not self._met:
            self._met = self._calls()
        return self._plugged and (self._open or bool(self._to_device))

    def watched(self) -> list[int]:
        """There are no descriptors."""
        return []

    def recheck_s(self) -> float | None:
        """Nothing happens without a call."""
        return None

    def read(self, limit: int) -> bytes | None:
        """What the host has sent; None when it has gone."""
        data = bytes(self._to_device[:limit])
        del self._to_device[:limit]
        return data if data or self._open else None

    def write(self, data: bytes) -> None:
        """To the host; lost if nobody is there."""
        if self._open:
            self._to_host += self._as_heard(data)
            self._tell_host()

    def forget_host(self) -> None:
        """Hang up where there is somebody, and keep nothing for the next."""
        if self._open:
            self._leave()
        self._to_host.clear()

    def open(self, changed: Callable[[], None], baud: int = 0) -> None:
        """The host opens it; `changed` is called when there are bytes, or when it is gone. Raises `NotThere`."""
        if self._calls is None and not self._plugged:
            raise NotThere(f"{self._address} is not there")
        if self._host_open:
            raise NotThere(f"{self._address} is in use")
        self._host_open, self._tell_host = True, changed
        self._garbled = bool(baud) and bool(self._baud) and baud != self._baud
        self.tell_device()

    @property
    def is_open(self) -> bool:
        """The host has it open, and nobody pulled it out or hung up."""
        return self._host_open

    def take(self) -> bytes:
        """What the device has sent."""
        data = bytes(self._to_host)
        self._to_host.clear()
        return data

    def give(self, data: bytes) -> None:
        """To the device."""
        if self._open:
            self._to_device += self._as_heard(data)
            self.tell_device()

    def close(self) -> None:
        """The host closes it."""
        if self._host_open:
            self._host_open = self._met = False
            self._tell_host = _nothing
            self._to_host.clear()
            self.tell_device()

    @property
    def _open(self) -> bool:
        """Bytes pass."""
        return self._host_open and (self._calls is None or self._met)

    def _leave(self) -> None:
        """The device's side ends it: a host that was called goes on waiting for the next call."""
        tell, was_open = self._tell_host, self._open
        self._met = False
        self._to_device.clear()
        if self._calls is None:
            self._host_open = False
            self._tell_host = _nothing
        if was_open:
            tell()

    def _as_heard(self, data: bytes) -> bytes:
        return self._noise.randbytes(len(data)) if self._garbled else data
