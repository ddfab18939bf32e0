"""The switch of one device on a line: its own faults and its line's, one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from firmware_sim.faults.orders import WELL, FaultOrder, ordered
from firmware_sim.faults.words import Fault, LineFault
from firmware_sim.lines.line import Line


class FaultSwitch:
    """May be used from any thread."""

    def __init__(
        self,
        device: str,
        faults: tuple[Fault, ...],
        line: Line,
        lock: threading.Lock,
        own: Callable[[FaultOrder], None],
    ) -> None:
        """`own` gives the device a fault of its own, or `WELL`; it is called with `lock`, the device's, held.

        `device`: what refusals call it.
        """
        self.faults = faults
        """Those that it can have."""
        self._device = device
        self._line = line
        self._lock = lock
        self._own = own
        self._order = WELL
        self._turn = threading.Lock()

    @property
    def now(self) -> FaultOrder:
        """What it has now: some faults end by themselves."""
        order = self._order
        return WELL if isinstance(order.fault, LineFault) and order.fault is not self._line.fault else order

    def set(self, word: str, rate: float | None = None, seconds: float | None = None) -> None:
        """Have this fault, or none, instead of the one there is; raises `UnknownName` and `KnobRefused`."""
        order = ordered(self._device, self.faults, word, rate, seconds)
        of_line = isinstance(order.fault, LineFault)
        with self._turn:
            with self._lock:
                self._own(WELL if of_line else order)
            self._line.set_fault(order if of_line else WELL)
            self._order = order
