"""Lines in virtual time: their turns are entries of an agenda, and nothing waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from firmware_sim.devices.device import Device
from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.lines.end import End
from firmware_sim.lines.hosts import Host, Served
from firmware_sim.lines.line import Line
from firmware_sim.lines.virtual_end import VirtualEnd
from firmware_sim.lines.wire_log import WireLog


class Entry(Protocol):
    """Something that is to be done."""

    @property
    def time_s(self) -> float: ...

    def strike_off(self) -> None:
        """It will not be done."""
        ...


class Agenda(Protocol):
    """The one clock of a world in virtual time."""

    @property
    def now_s(self) -> float: ...

    @property
    def utc(self) -> datetime:
        """Aware."""
        ...

    def at(self, time_s: float, do: Callable[[], None]) -> Entry:
        """Do it at this second; what is past is done next."""
        ...


@dataclass(frozen=True, slots=True)
class VirtualClock:
    """The agenda's, for devices."""

    agenda: Agenda

    def now_s(self) -> float:
        return self.agenda.now_s

    def utc(self) -> datetime:
        return self.agenda.utc.replace(tzinfo=None)

    def local(self) -> datetime:
        """The same: a world knows no place."""
        return self.utc()


class AgendaHost:
    """Gives one line its turns."""

    def __init__(self, line: Served, agenda: Agenda) -> None:
        self._line = line
        self._agenda = agenda
        self._next: Entry | None = None
        self._running = False

    def start(self) -> None:
        self._running = True
        self.wake()

    def stop(self) -> None:
        self._running = False
        self._forget()

    def wake(self) -> None:
        now_s = self._agenda.now_s
        if self._running and (self._next is None or self._next.time_s > now_s):
            self._forget()
            self._next = self._agenda.at(now_s, self._turn)

    def obey(self) -> None:
        self._line.plug()
        self.wake()

    def _turn(self) -> None:
        self._next = None
        self._line.plug()
        due_s = self._line.turn()
        # What it wrote may have woken it already.
        if due_s is not None and self._running and self._next is None:
            self._next = self._agenda.at(due_s, self._turn)

    def _forget(self) -> None:
        if self._next is not None:
            self._next.strike_off()
            self._next = None


class VirtualLines:
    """Makes the lines of a bench, and keeps their ends for whoever drives the devices."""

    def __init__(self, agenda: Agenda) -> None:
        self.clock = VirtualClock(agenda)
        self.ends: dict[str, VirtualEnd] = {}
        """By the device's name."""
        self._agenda = agenda

    def serial(self, name: str, baud: int) -> End:
        """Where a pseudo-terminal would be."""
        return self._end(name, VirtualEnd(f"virtual:{name}", baud))

    def listening(self, name: str, device: Device, lock: threading.Lock) -> End:
        """Where a socket would listen."""
        return self._end(name, VirtualEnd(f"virtual:{name}"))

    def calling(self, name: str, place: tuple[str, int], wanted: Callable[[], bool]) -> End:
        """Where the device would call its host."""
        return self._end(name, VirtualEnd(f"virtual:{name}", calls=wanted))

    def line(
        self,
        name: str,
        device: Device,
        lock: threading.Lock,
        end: End,
        byte_s: float,
        log: WireLog,
        trouble: LineTrouble | None = None,
    ) -> Line:
        """Run by the agenda."""
        line = Line(name, device, lock, end, byte_s, log, self.clock.now_s, self._host, trouble=trouble)
        self.ends[name].tell_device = line.wake
        return line

    def _end(self, name: str, end: VirtualEnd) -> VirtualEnd:
        self.ends[name] = end
        return end

    def _host(self, line: Served) -> Host:
        return AgendaHost(line, self._agenda)
