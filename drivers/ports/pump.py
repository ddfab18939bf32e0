"""The thread between a port and a driver core: it moves bytes and lets time pass, and nothing else.

The pump waits for bytes, for a command or for the core's next `due_s`, whichever comes first; it never polls. When the
port goes, or the core wants it closed, it tells the core, waits a little longer each time, and opens it again.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from typing import Literal

from drivers.conversation import BehindService, ClosesPort, Conversation
from drivers.errors import PortGone, ServiceDown
from drivers.ports.driver_thread import Command, DriverThread, Event
from drivers.ports.port import Port
from drivers.ports.reopening import Reopening

Tap = Callable[[Literal["out", "in"], bytes], None]

LONGEST_WAIT_S = 60.0


class Pump(DriverThread[Event, Command]):
    """Drives one core over one port on a thread of its own. `deliver` is called on that thread."""

    def __init__(
        self,
        core: Conversation[Event, Command],
        port: Port,
        deliver: Callable[[Event], None],
        *,
        name: str = "pump",
        tap: Tap | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(core, deliver, name=name, clock=clock)
        self._core = core
        self._closer = core if isinstance(core, ClosesPort) else None
        self._behind_service: BehindService[Event] | None = core if isinstance(core, BehindService) else None
        self._port = port
        self._tap = tap

    def _run(self) -> None:
        reopening = Reopening()
        while not self._stopping.is_set():
            try:
                self._port.open()
                reopening.opened(self._clock())
                self._tell(self._core.port_opened(self._clock()))
                self._converse()
            except PortGone as gone:
                self._port.close()
                self._tell(self._lost(gone))
                self._pause(reopening.lost(self._clock()), self._core.tick)
            finally:
                self._port.close()

    def _lost(self, gone: PortGone) -> list[Event]:
        if isinstance(gone, ServiceDown) and self._behind_service is not None:
            return self._behind_service.service_lost(str(gone), self._clock())
        return self._core.port_lost(str(gone), self._clock())

    def _converse(self) -> None:
        outgoing = bytearray()
        while not self._stopping.is_set():
            outgoing += self._take_outgoing()
            self._close_if_wanted()
            port = self._port.fileno()
            ready_in, ready_out, _ = select.select(
                [port, self._orders.fileno()], [port] if outgoing else [], [], self._wait_s()
            )
            # Before the port is touched: when that goes, an order that was seen here would lie until the next one.
            self._take_orders()
            if ready_out:
                del outgoing[: self._port.write(bytes(outgoing))]
            if port in ready_in:
                data = self._port.read()
                if data and self._tap is not None:
                    self._tap("in", data)
                self._tell(self._core.receive(data, self._clock()))
            due_s = self._core.due_s()
            if due_s is not None and due_s <= self._clock():
                self._tell(self._core.tick(self._clock()))

    def _close_if_wanted(self) -> None:
        reason = None if self._closer is None else self._closer.close_wanted()
        if reason is not None:
            raise PortGone(reason)

    def _take_outgoing(self) -> bytes:
        data = self._core.take_outgoing()
        if data and self._tap is not None:
            self._tap("out", data)
        return data

    def _wait_s(self) -> float:
        due_s = self._core.due_s()
        return LONGEST_WAIT_S if due_s is None else max(0.0, min(due_s - self._clock(), LONGEST_WAIT_S))
