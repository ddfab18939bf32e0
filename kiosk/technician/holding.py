"""One device in a technician's hand: open, and its events one after the other as they come."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from contextlib import contextmanager

from drivers.ports.pump import Tap
from kiosk.hardware.opening import Openable, opened
from kiosk.hardware.running import Running
from kiosk.technician.seen import DeviceEvent

WAITING_LIMIT = 10_000


class Held:
    """A running device. Made by `held`."""

    def __init__(self, device: Running[object], events: queue.Queue[DeviceEvent]) -> None:
        self._device = device
        self._events = events

    def order(self, command: object) -> None:
        """Queue an order for the driver."""
        self._device.submit(command)

    def events(self, for_s: float | None) -> Iterator[DeviceEvent]:
        """Events as they come, for so many seconds; for ever where it is None."""
        end_s = None if for_s is None else time.monotonic() + for_s
        while True:
            left_s = None if end_s is None else end_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                return
            try:
                yield self._events.get(timeout=left_s)
            except queue.Empty:
                return


@contextmanager
def held(settings: Openable, tap: Tap | None = None) -> Iterator[Held]:
    """Open a device as the settings say, and close it in the end. Raises `BadSetting`."""
    events: queue.Queue[DeviceEvent] = queue.Queue(WAITING_LIMIT)
    device = opened(settings, events.put, tap)
    device.start()
    try:
        yield Held(device, events)
    finally:
        device.stop()
