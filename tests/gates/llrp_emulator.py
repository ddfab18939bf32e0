"""Somebody else's reader (`llrpkit`'s emulator) on a TCP port of this machine, and a core that meets it there."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Coroutine, Iterable
from types import TracebackType
from typing import Generic, TypeVar

from llrpkit.emulator import EmulatedTag, LLRPEmulator

from drivers.conversation import Conversation
from drivers.ports.pump import Pump
from drivers.ports.tcp import TcpPort

Event = TypeVar("Event")
Command = TypeVar("Command")
Answer = TypeVar("Answer")

WAIT_S = 20.0


class Emulated:
    """The emulator on a thread with a loop of its own."""

    def __init__(self, tags: Iterable[EmulatedTag]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="emulator", daemon=True)
        self.port = 0
        """The same one each time that it is switched on."""
        self._tags = list(tags)

    def __enter__(self) -> Emulated:
        self._thread.start()
        self.switch_on()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.switch_off()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)
        self._loop.close()

    def switch_on(self) -> None:
        self.reader = LLRPEmulator(port=self.port, tags=self._tags, reads_per_sec=400.0)
        self.call(self.reader.start())
        self.port = self.reader.port

    def switch_off(self) -> None:
        self.call(self.reader.stop())

    def call(self, what: Coroutine[None, None, Answer]) -> Answer:
        """Do something in the emulator's loop."""
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(WAIT_S)


class Meeting(Generic[Event, Command]):
    """A core, its pump and the events that it tells."""

    def __init__(self, core: Conversation[Event, Command], port: int) -> None:
        self._told: queue.Queue[Event] = queue.Queue()
        self.pump = Pump(core, TcpPort("127.0.0.1", port), self._told.put, name="meeting")

    def __enter__(self) -> Meeting[Event, Command]:
        self.pump.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.pump.stop()

    def hears(self, wanted: Callable[[Event], bool]) -> Event:
        """The next event that is wanted; others before it are passed over."""
        while True:
            event = self._told.get(timeout=WAIT_S)
            if wanted(event):
                return event
