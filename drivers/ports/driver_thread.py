"""What every driver's thread has, whatever lies below it: orders from other threads, events to `deliver`, an end."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from drivers.ports.orders import CAPACITY, Orders

Event = TypeVar("Event")
Command = TypeVar("Command")
Command_contra = TypeVar("Command_contra", contravariant=True)


class TakesOrders(Protocol[Command_contra]):
    """The core that the thread drives."""

    def submit(self, command: Command_contra, now_s: float) -> None:
        """Queue an order."""
        ...


class DriverThread(ABC, Generic[Event, Command]):
    """Runs `_run` on a thread of its own until `_stopping` is set. `deliver` is called on that thread."""

    def __init__(
        self,
        taker: TakesOrders[Command],
        deliver: Callable[[Event], None],
        *,
        name: str,
        clock: Callable[[], float] = time.monotonic,
        capacity: int = CAPACITY,
    ) -> None:
        self._taker = taker
        self._deliver = deliver
        self._clock = clock
        self._orders: Orders[Command] = Orders(capacity)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, command: Command) -> None:
        """Queue an order for the core; waits while too many are queued."""
        self._orders.put(command)

    def offer(self, command: Command) -> bool:
        """Queue an order without waiting; whether it was taken."""
        return self._orders.offer(command)

    def stop(self) -> None:
        """End the thread, and with it what lies below."""
        self._stopping.set()
        self._orders.wake()
        if self._thread.ident is not None:
            self._thread.join()
        self._orders.close()

    @abstractmethod
    def _run(self) -> None:
        """What the thread does until `_stopping` is set."""

    def _take_orders(self) -> None:
        for command in self._orders.take():
            self._taker.submit(command, self._clock())

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._deliver(event)

    def _pause(self, wait_s: float, tick: Callable[[float], Iterable[Event]]) -> None:
        """Wait before the next try; orders reach the core meanwhile, which answers by `tick` that nobody is there."""
        end_s = self._clock() + wait_s
        while not self._stopping.is_set() and (left_s := end_s - self._clock()) > 0:
            if self._orders.wait(left_s):
                self._take_orders()
                self._tell(tick(self._clock()))
