"""A socket that calls the host, as readers do that notify: the host listens."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Callable

from firmware_sim.lines.host_socket import HostSocket

RETRY_S = 1.0
"""How long it waits after a call that nobody took."""
CALLING_RECHECK_S = 0.01


class TcpCaller:
    """The calling side. `wanted` says whether the device wants a connection now; `clock` gives seconds, monotonic."""

    def __init__(
        self, host: str, port: int, wanted: Callable[[], bool], clock: Callable[[], float], retry_s: float = RETRY_S
    ) -> None:
        self._place = (host, port)
        self._wanted = wanted
        self._clock = clock
        self._retry_s = retry_s
        self._plugged = False
        self._calling: socket.socket | None = None
        self._host = HostSocket()
        self._next_s = float("-inf")

    @property
    def address(self) -> str:
        """Where the host must listen."""
        return f"tcp://{self._place[0]}:{self._place[1]}"

    def plug_in(self) -> None:
        """Call from now on."""
        self._plugged = True
        self._next_s = float("-inf")

    def pull_out(self) -> None:
        """Call no more, and leave a host that is there."""
        self._plugged = False
        self._host.leave()
        self._give_up()

    def host_is_there(self) -> bool:
        """Call where that is wanted and its time has come; see whether somebody took the call, or has hung up."""
        if self._host.has_hung_up():
            self._wait()
        elif self._calling is not None:
            self._see_to_call(self._calling)
        elif not self._host.taken and self._plugged and self._wanted() and self._clock() >= self._next_s:
            self._call()
        return self._host.taken

    def watched(self) -> list[int]:
        """The host."""
        return self._host.watched()

    def recheck_s(self) -> float | None:
        """While it calls, or until it calls again."""
        if self._calling is not None:
            return CALLING_RECHECK_S
        if self._plugged and self._wanted():
            return max(0.0, self._next_s - self._clock())
        return None

    def read(self, limit: int) -> bytes | None:
        """What the host has sent. Who hangs up is not called again at once."""
        data = self._host.read(limit)
        if data is None:
            self._wait()
        return data

    def write(self, data: bytes) -> None:
        """Send; a host that takes nothing is left."""
        self._host.write(data)

    def forget_host(self) -> None:
        """Hang up, as far as the host has not."""
        self._host.leave()

    def _call(self) -> None:
        self._calling = socket.socket()
        self._calling.setblocking(False)
        trouble = self._calling.connect_ex(self._place)
        if trouble in (0, errno.EINPROGRESS):
            self._see_to_call(self._calling)
        else:
            self._give_up()

    def _see_to_call(self, calling: socket.socket) -> None:
        poll = select.poll()
        poll.register(calling, select.POLLOUT)
        if not poll.poll(0):
            return
        if calling.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._give_up()
            return
        self._host.take(calling)
        self._calling = None

    def _give_up(self) -> None:
        if self._calling is not None:
            self._calling.close()
            self._calling = None
        self._wait()

    def _wait(self) -> None:
        self._next_s = self._clock() + self._retry_s
