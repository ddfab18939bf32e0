"""A pad on the staff's desk: all that a kiosk's pad does, and it writes the memory of tags."""

from __future__ import annotations

from typing import Generic

from drivers.pads.polling.errand import Answer, Request
from drivers.pads.polling.pad import PolledPad
from drivers.pads.polling.tag_writes import DataWrite
from drivers.pads.programming import DataNotWritten, ProgrammerCommand, ProgrammerEvent, WriteData
from drivers.pads.protocol import PadEvent


class PolledProgrammer(Generic[Request, Answer]):
    """`Conversation[ProgrammerEvent, ProgrammerCommand]`. A kiosk never needs it and cannot write memory."""

    def __init__(self, pad: PolledPad[Request, Answer]) -> None:
        """`pad` is the programmer's own from now on."""
        self._pad = pad
        self._writes: list[DataWrite[Request, Answer]] = []
        self._refused: list[DataNotWritten] = []
        self._now_s = 0.0

    def port_opened(self, now_s: float) -> list[ProgrammerEvent]:
        """As the pad's."""
        return self._with_ended(self._pad.port_opened(now_s))

    def port_lost(self, reason: str, now_s: float) -> list[ProgrammerEvent]:
        """As the pad's."""
        return self._with_ended(self._pad.port_lost(reason, now_s))

    def service_lost(self, reason: str, now_s: float) -> list[ProgrammerEvent]:
        """As the pad's."""
        return self._with_ended(self._pad.service_lost(reason, now_s))

    def submit(self, command: ProgrammerCommand, now_s: float) -> None:
        """Queue an order. Raises `Misuse` as the pad's `submit` does."""
        self._now_s = now_s
        if not isinstance(command, WriteData):
            self._pad.submit(command, now_s)
            return
        match self._pad.write_data(command, now_s):
            case DataNotWritten() as refused:
                self._refused.append(refused)
            case write:
                self._writes.append(write)

    def receive(self, data: bytes, now_s: float) -> list[ProgrammerEvent]:
        """As the pad's, and what became of writes."""
        return self._with_ended(self._pad.receive(data, now_s))

    def tick(self, now_s: float) -> list[ProgrammerEvent]:
        """As the pad's, and what became of writes."""
        return self._with_ended(self._pad.tick(now_s))

    def due_s(self) -> float | None:
        """At once when a write has ended that was not told yet."""
        untold = self._refused or any(write.result is not None for write in self._writes)
        return self._now_s if untold else self._pad.due_s()

    def take_outgoing(self) -> bytes:
        """As the pad's."""
        return self._pad.take_outgoing()

    def _with_ended(self, events: list[PadEvent]) -> list[ProgrammerEvent]:
        ended = [write.result for write in self._writes if write.result is not None]
        self._writes = [write for write in self._writes if write.result is None]
        refused, self._refused = self._refused, []
        return [*refused, *ended, *events]
