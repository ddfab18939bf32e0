"""Devices that do at once, in virtual time, what a driver and its device come to over a wire that works.

For worlds of many visits, where every poll on every wire would be the same as the one before. Wires are `wires.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import assert_never

from drivers.health import Recovered
from drivers.pads.protocol import (
    ForgetTags,
    PadCommand,
    PadEvent,
    ReadAgain,
    TagGone,
    TagRead,
    TagSeen,
    WriteAfi,
    WriteDone,
    WriteFailed,
    WriteFailure,
)
from drivers.printers.events import Paper, Printed, PrinterCommand, PrinterEvent, PrinterStatus
from firmware_sim.devices.radio import Field
from firmware_sim.room.tag import Tag, TagRefused
from kiosk.world.agenda import Agenda

FOUND_S = 0.15
"""A pad polls so often that a new tag is told after this."""
READ_S = 0.06
"""The memory of one tag."""
GONE_S = 0.6
"""A tag that is away for so long is gone."""
WRITE_S = 0.07
"""An AFI written and read back."""
PRINT_S = 2.0
WELL = PrinterStatus(Paper.OK, False, False, False, known=True)


class DirectPad:
    """A pad that is told by `look` whenever something was laid down or taken away."""

    def __init__(self, agenda: Agenda, field: Field, deliver: Callable[[PadEvent], None]) -> None:
        self._agenda = agenda
        self._field = field
        self._deliver = deliver
        self._told: dict[str, Tag] = {}
        self._running = False

    def start(self) -> None:
        self._running = True
        self._agenda.after(FOUND_S, lambda: self._tell(Recovered("a reader answers")))
        self._agenda.after(FOUND_S, self._poll)

    def stop(self) -> None:
        self._running = False

    def look(self) -> None:
        """Something was moved."""
        self._agenda.after(FOUND_S, self._poll)

    def submit(self, command: PadCommand) -> None:
        self.offer(command)

    def offer(self, command: PadCommand) -> bool:
        match command:
            case WriteAfi():
                self._agenda.after(WRITE_S, lambda: self._write(command))
            case ReadAgain():
                self._agenda.after(READ_S, lambda: self._read(command.uid))
            case ForgetTags():
                self._told.clear()
                self.look()
            case _:
                assert_never(command)
        return True

    def _poll(self) -> None:
        there = self._there()
        new = [uid for uid in there if uid not in self._told]
        for number, uid in enumerate(new, start=1):
            self._told[uid] = there[uid]
            self._tell(TagSeen(uid))
            self._agenda.after(number * READ_S, partial(self._read, uid))
        for uid in self._told:
            if uid not in there:
                self._agenda.after(GONE_S, partial(self._miss, uid))

    def _miss(self, uid: str) -> None:
        if uid in self._told and uid not in self._there():
            del self._told[uid]
            self._tell(TagGone(uid))

    def _read(self, uid: str) -> None:
        tag = self._there().get(uid)
        if tag is not None and uid in self._told:
            self._tell(TagRead(uid, tag.afi, tag.dsfid, tag.block_size, bytes(tag.memory)))

    def _write(self, order: WriteAfi) -> None:
        tag = self._there().get(order.uid)
        if not self._running:
            return
        if tag is None:
            self._tell(WriteFailed(order.uid, WriteFailure.TAG_AWAY, None))
            return
        try:
            tag.write_afi(order.afi)
        except TagRefused:
            self._tell(WriteFailed(order.uid, WriteFailure.LOCKED, tag.afi))
            return
        self._tell(WriteDone(order.uid, order.afi))

    def _there(self) -> dict[str, Tag]:
        return {tag.uid.hex().upper(): tag for tag in self._field.tags_on_pad()}

    def _tell(self, event: PadEvent) -> None:
        if self._running:
            self._deliver(event)


class DirectPrinter:
    """A printer that never runs out: `printed` are the jobs whose paper was cut off."""

    def __init__(self, agenda: Agenda, deliver: Callable[[PrinterEvent], None]) -> None:
        self.printed: list[str] = []
        self._agenda = agenda
        self._deliver = deliver
        self._running = False

    def start(self) -> None:
        self._running = True
        self._agenda.after(FOUND_S, lambda: self._tell(WELL))
        self._agenda.after(FOUND_S, lambda: self._tell(Recovered("a printer answers")))

    def stop(self) -> None:
        self._running = False

    def submit(self, command: PrinterCommand) -> None:
        self.offer(command)

    def offer(self, command: PrinterCommand) -> bool:
        self._agenda.after(PRINT_S, lambda: self._cut(command.job_id))
        return True

    def _cut(self, job: str) -> None:
        if self._running:
            self.printed.append(job)
            self._tell(Printed(job))

    def _tell(self, event: PrinterEvent) -> None:
        if self._running:
            self._deliver(event)
