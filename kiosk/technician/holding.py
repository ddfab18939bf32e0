"""One device in a technician's hand: open, and its events one after the other as they come."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from drivers.pads.programming import ProgrammerCommand
from drivers.pads.protocol import PadCommand
from drivers.ports.pump import Tap
from drivers.scanners.events import StartScanning
from kiosk.hardware.opening import Openable, opened
from kiosk.hardware.pads import PadSettings, opened_pad, opened_programmer
from kiosk.hardware.running import Started
from kiosk.hardware.scanners import ScannerSettings, opened_scanner
from kiosk.model.circulation import SecurityMarks
from kiosk.screens import fonts
from kiosk.technician.seen import DeviceEvent

WAITING_LIMIT = 10_000


class Held:
    """The events of a running device. Made by `held`."""

    def __init__(self, events: queue.Queue[DeviceEvent]) -> None:
        self._events = events

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


Command = TypeVar("Command")


@dataclass(frozen=True, slots=True)
class HeldPad(Generic[Command]):
    """A pad that takes orders."""

    told: Held
    order: Callable[[Command], None]


@contextmanager
def held(settings: Openable, tap: Tap | None = None) -> Iterator[Held]:
    """Open a device as the settings say, a scan engine reading, and close it in the end. Raises `BadSetting`."""
    events: queue.Queue[DeviceEvent] = queue.Queue(WAITING_LIMIT)
    if isinstance(settings, ScannerSettings):
        scanner = opened_scanner(settings, events.put, tap)
        with _running(scanner):
            # An engine with a trigger reads nothing unasked; the others take no notice.
            scanner.submit(StartScanning())
            yield Held(events)
        return
    with _running(opened(settings, fonts.file(fonts.folder(), fonts.REGULAR), events.put, tap)):
        yield Held(events)


@contextmanager
def held_programmer(settings: PadSettings) -> Iterator[HeldPad[ProgrammerCommand]]:
    """Open a pad that writes memory, too. Raises `BadSetting` where the driver cannot."""
    events: queue.Queue[DeviceEvent] = queue.Queue(WAITING_LIMIT)
    pad = opened_programmer(settings, events.put)
    with _running(pad):
        yield HeldPad(Held(events), pad.submit)


@contextmanager
def held_pad(settings: PadSettings) -> Iterator[HeldPad[PadCommand]]:
    """Open a pad as a kiosk does. Raises `BadSetting`."""
    events: queue.Queue[DeviceEvent] = queue.Queue(WAITING_LIMIT)
    pad = opened_pad(settings, SecurityMarks(), events.put)
    with _running(pad):
        yield HeldPad(Held(events), pad.submit)


@contextmanager
def _running(device: Started) -> Iterator[None]:
    device.start()
    try:
        yield
    finally:
        device.stop()
