"""A driver and its device, in virtual time: the real core on this side, the simulated line on the other.

What `drivers.ports.pump` does with a thread and a port, a `Wire` does with the agenda and a `VirtualEnd`: it moves
bytes and lets time pass, and nothing else. This is the one place where both ends of a wire meet in a process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from drivers.conversation import ClosesPort, Conversation
from drivers.ports.orders import CAPACITY
from drivers.ports.reopening import Reopening
from firmware_sim.lines.virtual_end import NotThere, VirtualEnd
from kiosk.world.agenda import Agenda, Entry

WAKE_S = 0.0001
"""A thread comes to its turn so much later than it could. Without it, a driver that keeps a device's pause to the last
microsecond is now too soon and now not, by how a floating-point sum is rounded."""

Event = TypeVar("Event")
Command = TypeVar("Command")


class Wire(Generic[Event, Command]):
    """Drives one core over one end. `baud` is the driver's setting, 0 where there is none."""

    def __init__(
        self,
        agenda: Agenda,
        core: Conversation[Event, Command],
        end: VirtualEnd,
        deliver: Callable[[Event], None],
        baud: int = 0,
    ) -> None:
        self._agenda = agenda
        self._core = core
        self._closer = core if isinstance(core, ClosesPort) else None
        self._end = end
        self._deliver = deliver
        self._baud = baud
        self._orders: list[Command] = []
        self._reopening = Reopening()
        self._open = False
        self._running = False
        self._next: Entry | None = None

    def start(self) -> None:
        self._running = True
        self._agenda.after(0.0, self._reopen)

    def stop(self) -> None:
        """Close the port."""
        self._running = False
        if self._next is not None:
            self._next.strike_off()
        self._end.close()

    def submit(self, command: Command) -> None:
        """Queue an order; there is always room, for nobody could wait here."""
        self._orders.append(command)
        self._wake()

    def offer(self, command: Command) -> bool:
        """Queue an order; whether it was taken."""
        if len(self._orders) >= CAPACITY:
            return False
        self.submit(command)
        return True

    def _reopen(self) -> None:
        if not self._running:
            return
        try:
            self._end.open(self._wake, self._baud)
        except NotThere as trouble:
            self._lost(str(trouble))
            return
        self._open = True
        now_s = self._agenda.now_s
        self._reopening.opened(now_s)
        self._tell(self._core.port_opened(now_s))
        self._wake()

    def _wake(self) -> None:
        """Something is there to be moved."""
        self._turn_at(self._agenda.now_s + WAKE_S)

    def _turn_at(self, time_s: float) -> None:
        if self._next is not None:
            if self._next.time_s <= time_s:
                return
            self._next.strike_off()
        self._next = self._agenda.at(time_s, self._turn) if self._running else None

    def _turn(self) -> None:
        self._next = None
        now_s = self._agenda.now_s
        orders, self._orders = self._orders, []
        for command in orders:
            self._core.submit(command, now_s)
        if not self._open:
            # Orders reach the core meanwhile, which answers that nobody is there.
            self._tell(self._core.tick(now_s))
            return
        data = self._end.take()
        if data:
            self._tell(self._core.receive(data, now_s))
        due_s = self._core.due_s()
        if due_s is not None and due_s <= now_s:
            self._tell(self._core.tick(now_s))
        if self._running:
            self._move_on()

    def _move_on(self) -> None:
        said = self._core.take_outgoing()
        if said:
            self._end.give(said)
        reason = None if self._closer is None else self._closer.close_wanted()
        if not self._end.is_open:
            reason = f"{self._end.address} has gone"
        if reason is not None:
            self._lost(reason)
            return
        due_s = self._core.due_s()
        if due_s is not None:
            self._turn_at(max(due_s, self._agenda.now_s) + WAKE_S)

    def _lost(self, reason: str) -> None:
        self._open = False
        self._end.close()
        now_s = self._agenda.now_s
        self._tell(self._core.port_lost(reason, now_s))
        self._agenda.after(self._reopening.lost(now_s), self._reopen)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            if self._running:
                self._deliver(event)
