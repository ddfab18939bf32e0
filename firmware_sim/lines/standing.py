"""Where the lines of a bench stand: pseudo-terminals and sockets of this machine, or an agenda of virtual time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from firmware_sim.clock import BenchClock, Clock
from firmware_sim.devices.device import Device
from firmware_sim.faults.line_trouble import LineTrouble
from firmware_sim.lines.end import End
from firmware_sim.lines.hosts import Host, Served, ThreadHost
from firmware_sim.lines.line import Line
from firmware_sim.lines.pseudo_terminal import PseudoTerminal
from firmware_sim.lines.tcp import TcpListener, refusal_of
from firmware_sim.lines.tcp_caller import TcpCaller
from firmware_sim.lines.wire_log import WireLog


class Lines(Protocol):
    """Makes the ends and the lines of a bench, all on one clock."""

    @property
    def clock(self) -> Clock: ...

    def serial(self, name: str, baud: int) -> End:
        """What a host opens as a serial line."""
        ...

    def listening(self, name: str, device: Device, lock: threading.Lock) -> End:
        """What a host connects to; `lock` guards the device, which may have words for who comes second."""
        ...

    def calling(self, name: str, place: tuple[str, int], wanted: Callable[[], bool]) -> End:
        """What calls its host at `place` while `wanted` says so."""
        ...

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
        """The line of this device, not started; `trouble` is what may go wrong with it."""
        ...


class RealLines:
    """Each on a thread of its own; addresses go into `folder`."""

    def __init__(self, folder: Path, clock: BenchClock) -> None:
        self.clock = clock
        self._folder = folder

    def serial(self, name: str, baud: int) -> End:
        return PseudoTerminal(self._folder / name, baud)

    def listening(self, name: str, device: Device, lock: threading.Lock) -> End:
        return TcpListener(self._folder / f"{name}.address", refusal_of(device, lock, self.clock.now_s))

    def calling(self, name: str, place: tuple[str, int], wanted: Callable[[], bool]) -> End:
        return TcpCaller(*place, wanted, self.clock.now_s)

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
        return Line(name, device, lock, end, byte_s, log, self.clock.now_s, self._host, trouble=trouble)

    def _host(self, line: Served) -> Host:
        return ThreadHost(line, self.clock)
