"""Furniture with doors: a book-drop with flap, tray and bins, and a bank of lockers. Each has a board with relays and
inputs (Modbus) and pads of its own, on lines named after it; what people do there moves books, and sensors with them.

Wiring of a drop: relay 1 flap, 2 tray, 3 ready, 4 refused, 5 out, 6 to 8 chute to bin 1 to 3; input 1 something lies in
the tray, 2 flap closed, 3 to 5 bin full, 6 to 8 bin pulled out. Of lockers: relay n lock n, then alarm, ready and
refused; input n door n shut.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_sim.card_ways import CannotDo
from firmware_sim.catalogue import CATALOGUE, DOOR_BOARD, DeviceName, Simulated
from firmware_sim.changes import What
from firmware_sim.clock import Clock
from firmware_sim.devices.device import Device
from firmware_sim.devices.modbus_board import ModbusBoard
from firmware_sim.devices.scanner import Scanner
from firmware_sim.faults.line_trouble import trouble_of
from firmware_sim.faults.switch import FaultSwitch
from firmware_sim.faults.words import LINE_FAULTS
from firmware_sim.furniture_settings import DropSettings, LockerSettings
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.standing import Lines
from firmware_sim.lines.wire_log import WireLog
from firmware_sim.pads import LINE_PADS
from firmware_sim.quirks import USUAL
from firmware_sim.room.enclosure import Enclosure
from firmware_sim.room.room import Book, Place, UnknownName
from firmware_sim.settings import PadDriver

FLAP, TRAY, FIRST_CHUTE = 1, 2, 6
FALLEN, CLOSED, FIRST_FULL, FIRST_AWAY = 1, 2, 3, 6
BIN_HOLDS = 5
"""So many books fill a bin of the drop."""
PAD_BAUD, BOARD_BAUD, SCANNER_BAUD = 38_400, 9_600, 9_600
EIGHT_NONE = Frame.EIGHT_NONE_ONE


@dataclass(slots=True)
class DoorDevice:
    """A board or a pad of furniture, on its line."""

    name: str
    kind: Simulated
    line: Line
    faults: FaultSwitch


class Furniture:
    """What drop and lockers have in common."""

    def __init__(self, name: str, relays: int, inputs: int, lines: Lines, log: WireLog, seed: int) -> None:
        self.name = name
        self.lock = threading.Lock()
        self.board = ModbusBoard(relays, inputs)
        self.devices: list[DoorDevice] = []
        self._clock: Clock = lines.clock
        self._lines, self._log, self._seed = lines, log, seed
        self._add(f"{name}-board", DOOR_BOARD, self.board, BOARD_BAUD, EIGHT_NONE)
        self.board.switched_now = self._switched

    def _pad(self, name: str) -> Enclosure:
        place = Enclosure(self._clock.now_s, self._seed)
        make = LINE_PADS[PadDriver.FEIG]
        reader = make.make(place, byte_time_s(PAD_BAUD, make.frame), self._clock, self._seed, USUAL)
        self._add(name, CATALOGUE[DeviceName.PAD][0], reader, PAD_BAUD, make.frame)
        return place

    def _add(self, name: str, kind: Simulated, device: Device, baud: int, frame: Frame) -> None:
        end = self._lines.serial(name, baud)
        trouble = trouble_of(self._seed, name, USUAL, both_ways=True)
        # A pad looks into what people move, so it has their lock; a board's relays move things themselves.
        guard = self.lock if kind is not DOOR_BOARD else threading.Lock()
        line = self._lines.line(name, device, guard, end, byte_time_s(baud, frame), self._log, trouble)
        switch = FaultSwitch("door", LINE_FAULTS, line, guard, lambda order: None)
        self.devices.append(DoorDevice(name, kind, line, switch))

    def _switched(self, channel: int, on: bool) -> None:
        """A relay has moved."""
        with self.lock:
            self.moved(channel, on)
        self._log.changes.tell(What.ROOM)

    def moved(self, channel: int, on: bool) -> None:
        """What that does; the furniture's lock is held."""

    def _is_on(self, channel: int) -> bool:
        return self.board.relays[channel - 1]


class Drop(Furniture):
    """A book-drop."""

    def __init__(self, settings: DropSettings, lines: Lines, log: WireLog, seed: int) -> None:
        super().__init__(settings.name, 8, 8, lines, log, seed)
        self.front = self._pad(f"{settings.name}-front")
        self.tray = self._pad(f"{settings.name}-tray")
        self.bins: tuple[list[Book], ...] = tuple([] for _ in range(settings.bins))
        self.board.sense(CLOSED, True)

    def hold(self, books: Sequence[Book]) -> None:
        """Before the flap, where the pad hears them."""
        with self.lock:
            for book in books:
                self.front.enter(book)

    def push(self, books: Sequence[Book]) -> None:
        """Through the flap, which shuts behind them. Raises `CannotDo` where it is locked."""
        with self.lock:
            if not self._is_on(FLAP):
                raise CannotDo(f"{self.name}: the flap is locked; hold one of the library's books before it")
            for book in books:
                self.front.leave(book)
                self.tray.enter(book)
            self.board.sense(FALLEN, bool(self.tray.inside))

    def take(self, books: Sequence[Book]) -> None:
        """Away from the flap."""
        with self.lock:
            for book in books:
                self.front.leave(book)

    def pull_out(self, number: int) -> None:
        """Staff pull out a bin, from 1, and take what is in it to the shelf."""
        with self.lock:
            self._bin(number)
            self.board.sense(FIRST_AWAY + number - 1, True)
            for book in self._bin(number):
                book.place = Place.SHELF
            self._bin(number).clear()
            self.board.sense(FIRST_FULL + number - 1, False)

    def push_in(self, number: int) -> None:
        """And push it in again."""
        with self.lock:
            self._bin(number)
            self.board.sense(FIRST_AWAY + number - 1, False)

    def moved(self, channel: int, on: bool) -> None:
        if channel != TRAY or not on:
            return
        chosen = next((n for n in range(len(self.bins)) if self._is_on(FIRST_CHUTE + n)), len(self.bins) - 1)
        for book in self.tray.inside:
            self.tray.leave(book, Place.ENCLOSED)
            self.bins[chosen].append(book)
        self.board.sense(FIRST_FULL + chosen, len(self.bins[chosen]) >= BIN_HOLDS)
        self.board.sense(FALLEN, False)

    def _bin(self, number: int) -> list[Book]:
        if not 1 <= number <= len(self.bins):
            raise UnknownName("bin", str(number), self.name, [str(n + 1) for n in range(len(self.bins))])
        return self.bins[number - 1]

    def shown(self) -> dict[str, object]:
        """For the bench."""
        with self.lock:
            return {
                "name": self.name,
                "kind": "drop",
                "outputs": list(self.board.relays),
                "front": [book.name for book in self.front.inside],
                "tray": [book.name for book in self.tray.inside],
                "bins": [[book.name for book in one] for one in self.bins],
            }


class Locker(Furniture):
    """A bank of compartments, numbered from 1."""

    def __init__(self, settings: LockerSettings, lines: Lines, log: WireLog, seed: int) -> None:
        super().__init__(settings.name, settings.boxes + 3, settings.boxes, lines, log, seed)
        self.boxes = tuple(self._pad(f"{settings.name}-{number + 1}") for number in range(settings.boxes))
        self.open = [False] * settings.boxes
        self._scanner = Scanner()
        self._add(f"{settings.name}-scanner", CATALOGUE[DeviceName.SCANNER][0], self._scanner, SCANNER_BAUD, EIGHT_NONE)
        for number in range(settings.boxes):
            self.board.sense(number + 1, True)

    def pull(self, number: int, *, by_force: bool = False) -> None:
        """At a door. Raises `CannotDo` where it is locked."""
        with self.lock:
            self._box(number)
            if not (by_force or self._is_on(number)):
                raise CannotDo(f"{self.name}: door {number} is locked; a card opens it")
            self.open[number - 1] = True
            self.board.sense(number, False)

    def scan(self, code: str) -> None:
        """Hold a card's barcode under the scanner beside the doors. Raises `CannotDo` for what it cannot say."""
        try:
            with self.lock:
                self._scanner.fire(code)
        except ValueError as trouble:
            raise CannotDo(f"{self.name}: {trouble}") from None
        self.devices[-1].line.wake()

    def shut(self, number: int) -> None:
        """A door; its lock catches."""
        with self.lock:
            self._box(number)
            self.open[number - 1] = False
            self.board.sense(number, True)

    def must_be_open(self, number: int) -> None:
        """Raises `CannotDo` where it is shut."""
        with self.lock:
            self._opened(number)

    def lay(self, number: int, books: Sequence[Book]) -> None:
        """Into an open compartment. Raises `CannotDo` where it is shut."""
        with self.lock:
            for book in books:
                self._opened(number).enter(book)

    def take(self, number: int, books: Sequence[Book]) -> None:
        """Out of an open compartment. Raises `CannotDo` where it is shut."""
        with self.lock:
            for book in books:
                self._opened(number).leave(book)

    def _box(self, number: int) -> Enclosure:
        if not 1 <= number <= len(self.boxes):
            raise UnknownName("door", str(number), self.name, [str(n + 1) for n in range(len(self.boxes))])
        return self.boxes[number - 1]

    def _opened(self, number: int) -> Enclosure:
        box = self._box(number)
        if not self.open[number - 1]:
            raise CannotDo(f"{self.name}: door {number} is shut; open it first")
        return box

    def shown(self) -> dict[str, object]:
        """For the bench."""
        with self.lock:
            boxes = [
                {"open": is_open, "unlocked": self._is_on(number), "books": [book.name for book in box.inside]}
                for number, (is_open, box) in enumerate(zip(self.open, self.boxes, strict=True), start=1)
            ]
            return {"name": self.name, "kind": "locker", "outputs": list(self.board.relays), "boxes": boxes}


class Doors:
    """All furniture with doors of a bench; every method may be called from any thread once it is started."""

    def __init__(
        self, drops: Sequence[DropSettings], lockers: Sequence[LockerSettings], lines: Lines, log: WireLog, seed: int
    ) -> None:
        made: list[Drop | Locker] = [Drop(one, lines, log, seed) for one in drops]
        made += [Locker(one, lines, log, seed) for one in lockers]
        self._furniture = {one.name: one for one in made}
        self._devices = {device.name: device for one in made for device in one.devices}

    def __iter__(self) -> Iterator[Drop | Locker]:
        return iter(self._furniture.values())

    def __contains__(self, device: str) -> bool:
        return device in self._devices

    @property
    def devices(self) -> tuple[DoorDevice, ...]:
        """Boards and pads, by their names on the wires' log."""
        return tuple(self._devices.values())

    def device(self, name: str) -> DoorDevice:
        """One that is there."""
        return self._devices[name]

    def drop(self, name: str) -> Drop:
        """Raises `UnknownName`."""
        found = self._furniture.get(name)
        if not isinstance(found, Drop):
            raise UnknownName("drop", name, "door", [one.name for one in self if isinstance(one, Drop)])
        return found

    def locker(self, name: str) -> Locker:
        """Raises `UnknownName`."""
        found = self._furniture.get(name)
        if not isinstance(found, Locker):
            raise UnknownName("locker", name, "door", [one.name for one in self if isinstance(one, Locker)])
        return found

    def start(self) -> None:
        for device in self.devices:
            device.line.start()

    def stop(self) -> None:
        for device in self.devices:
            device.line.stop()
