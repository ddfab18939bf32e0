"""Boards of lamps and buzzers on a bench, by names of their own: each with its outputs and its faults.

A relay board hangs on a serial line; a Tasmota board is a client of an MQTT broker, so it lives by the machine's clock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Protocol

from firmware_sim.card_ways import CannotDo
from firmware_sim.catalogue import SIGNALS, Simulated
from firmware_sim.changes import What
from firmware_sim.devices.relay_board import RelayBoard
from firmware_sim.devices.tasmota_client import TasmotaBoard
from firmware_sim.faults.line_trouble import trouble_of
from firmware_sim.faults.orders import WELL, FaultOrder, ordered
from firmware_sim.faults.switch import FaultSwitch
from firmware_sim.faults.words import Fault, LineFault, TasmotaFault
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.standing import Lines, RealLines
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.room.room import UnknownName
from firmware_sim.settings import SignalDriver, SignalSettings


class Faulty(Protocol):
    """What can have a fault."""

    faults: tuple[Fault, ...]

    @property
    def now(self) -> FaultOrder: ...

    def set(self, word: str, rate: float | None = None, seconds: float | None = None) -> None: ...


class Board(Protocol):
    """One board; every method may be called from any thread."""

    name: str
    kind: Simulated
    faults: Faulty
    line: Line | None

    @property
    def address(self) -> str: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def outputs(self) -> tuple[bool, ...]:
        """Which are on, the first channel first."""
        ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SerialBoard:
    """A relay board on its line."""

    def __init__(self, settings: SignalSettings, lines: Lines, log: WireLog, seed: int) -> None:
        self.name = settings.name
        self.kind = SIGNALS[settings.driver]
        self._board = RelayBoard(settings.outputs)
        self._board.switched_now = lambda: log.changes.tell(What.ROOM)
        self._lock = threading.Lock()
        end = lines.serial(settings.name, settings.baud)
        byte_s = byte_time_s(settings.baud, Frame.EIGHT_NONE_ONE)
        trouble = trouble_of(seed, settings.name, settings.quirks, both_ways=True)
        self.line: Line | None = lines.line(settings.name, self._board, self._lock, end, byte_s, log, trouble)
        assert self.line is not None
        self.faults: Faulty = _OfRelays(
            self._board, self._lock, FaultSwitch("signal", self.kind.faults, self.line, self._lock, lambda order: None)
        )

    @property
    def address(self) -> str:
        assert self.line is not None
        return self.line.address

    @property
    def is_open(self) -> bool:
        return self.line is not None and self.line.host_is_there

    @property
    def outputs(self) -> tuple[bool, ...]:
        with self._lock:
            return self._board.relays

    def start(self) -> None:
        if self.line is not None:
            self.line.start()

    def stop(self) -> None:
        if self.line is not None:
            self.line.stop()


class _OfRelays:
    """Its line's faults; its power comes with the line."""

    def __init__(self, board: RelayBoard, lock: threading.Lock, switch: FaultSwitch) -> None:
        self.faults = switch.faults
        self._board = board
        self._lock = lock
        self._switch = switch

    @property
    def now(self) -> FaultOrder:
        return self._switch.now

    def set(self, word: str, rate: float | None = None, seconds: float | None = None) -> None:
        self._switch.set(word, rate, seconds)
        if self._switch.now.fault is LineFault.UNPLUG:
            with self._lock:
                self._board.lose_power()


class BrokerBoard:
    """A Tasmota board at a broker."""

    def __init__(self, settings: SignalSettings, log: WireLog) -> None:
        self.name = settings.name
        self.kind = SIGNALS[settings.driver]
        self.line: Line | None = None
        self._topic = settings.topic
        self._where = (settings.host, settings.port)
        self._board = TasmotaBoard(settings.host, settings.port, settings.topic, relays=settings.outputs)
        self._board.switched_now = lambda: log.changes.tell(What.ROOM)
        self.faults: Faulty = _OfBoard(self._board, self.kind.faults)

    @property
    def address(self) -> str:
        host, port = self._where
        return f"mqtt://{host}:{port}/{self._topic}"

    @property
    def is_open(self) -> bool:
        return self._board.wait_online(0.0)

    @property
    def outputs(self) -> tuple[bool, ...]:
        return self._board.relays

    def start(self) -> None:
        self._board.start()

    def stop(self) -> None:
        self._board.stop()


class _OfBoard:
    """A board's own faults: it has no line that could have any."""

    def __init__(self, board: TasmotaBoard, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        self._board = board
        self._order = WELL

    @property
    def now(self) -> FaultOrder:
        return self._order

    def set(self, word: str, rate: float | None = None, seconds: float | None = None) -> None:
        order = ordered("signal", self.faults, word, rate, seconds)
        self._board.set_fault(order.fault if isinstance(order.fault, TasmotaFault) else TasmotaFault.NONE)
        self._order = order


class Signals:
    """All boards of a bench. Raises `CannotDo` for one at a broker where the lines are not this machine's own."""

    def __init__(self, settings: Sequence[SignalSettings], lines: Lines, log: WireLog, seed: int) -> None:
        self._boards = {one.name: _board(one, lines, log, seed) for one in settings}

    def __iter__(self) -> Iterator[Board]:
        return iter(self._boards.values())

    def __contains__(self, name: str) -> bool:
        return name in self._boards

    def named(self, name: str) -> Board:
        """The board of this name; raises `UnknownName`."""
        if name not in self._boards:
            raise UnknownName("signal", name, "signal", self._boards)
        return self._boards[name]

    def start(self) -> None:
        for board in self:
            board.start()

    def stop(self) -> None:
        for board in self:
            board.stop()


def _board(settings: SignalSettings, lines: Lines, log: WireLog, seed: int) -> Board:
    match settings.driver:
        case SignalDriver.SERIAL_RELAY:
            return SerialBoard(settings, lines, log, seed)
        case SignalDriver.TASMOTA if isinstance(lines, RealLines):
            return BrokerBoard(settings, log)
        case SignalDriver.TASMOTA:
            raise CannotDo(f"{settings.name}: a board at a broker needs real time")
