"""Hands in the room of a world: what the bench's JSON interface does, done to the workbench itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware_sim.bench.wire_notes import note
from firmware_sim.card_ways import CannotDo
from firmware_sim.paper.strip import Strip
from firmware_sim.room.field import Lying
from firmware_sim.room.room import OutOfReach, Place, UnknownName
from firmware_sim.workbench import Workbench
from kiosk.demo.bench_client import APART, DIRECTIONS, BenchRefused, Laid, PaperStrip, TagState


@dataclass(slots=True)
class WorldRoom:
    """As `BenchClient`, in the same process. Whatever the bench refuses is a `BenchRefused`."""

    bench: Workbench
    _read: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Words of the strips that were cut off, which nothing can change: reading paper takes long."""

    def close(self) -> None:
        """Nothing is open."""

    def put_on_pad(self, numbers: tuple[str, ...], laid: Laid = APART) -> None:
        _done(lambda: self.bench.put_on_pad(list(numbers), _lying(laid)))

    def take_off_pad(self, numbers: tuple[str, ...]) -> None:
        _done(lambda: self.bench.take_off_pad(list(numbers)))

    def slot(self, numbers: tuple[str, ...]) -> None:
        """Push them into the return slot."""
        _done(lambda: self.bench.push_into_slot(list(numbers)))

    def empty_bin(self) -> None:
        self.bench.empty_bin()

    def card(self, verb: str, name: str | None) -> None:
        """`tap`, `insert` or `tear` a card by name, or `remove` the one on the reader."""
        cards = self.bench.cards
        if name is None:
            _done(cards.remove)
            return
        move = {"tap": cards.tap, "insert": cards.insert, "tear": cards.tear}[verb]
        _done(lambda: move(self.bench.room.card(name, verb)))

    def scan(self, code: str | None, hexadecimal: str | None) -> None:
        if code is not None:
            _done(lambda: self.bench.fire(code, ""))
        else:
            _done(lambda: self.bench.fire_bytes(bytes.fromhex(hexadecimal or "")))

    def printer(self, part: str, state: str) -> None:
        """Set `paper`, `cover` or `cutter` of the printer."""
        _done(lambda: self.bench.set_printer(part, state))

    def fault(self, device: str, fault: str, rate: float | None = None, seconds: float | None = None) -> None:
        _done(lambda: self.bench.set_fault(device, fault, rate, seconds))

    def walk_through(self, gate: str, numbers: tuple[str, ...], direction: str) -> None:
        """Carry books, or none, through a gate: `in` or `out`."""
        _done(lambda: self.bench.carry_through(gate, list(numbers), DIRECTIONS[direction]))

    def wire(self, last: int) -> list[str]:
        """The last so many frames on all wires, oldest first, polling left out."""
        frames = [one for one in self.bench.log.since(0) if not one.repeats][-last:]
        return [
            f"{one.time_s:>9.4f} {one.device} {one.direction.value} "
            f"{note(self.bench.protocol_of(one.device), one)}: {one.data.hex().upper()}"
            for one in frames
        ]

    def lamps(self) -> dict[tuple[str, int], bool]:
        """Board and channel → whether it is on."""
        return {
            (board.name, channel): on
            for board in self.bench.signals
            for channel, on in enumerate(board.outputs, start=1)
        }

    def tags(self) -> list[TagState]:
        """Every tag of the room with the AFI byte that it holds now."""
        self.bench.room.settle()
        return [
            TagState(
                tag.uid.hex().upper(), book.number, tag.afi, book.place is Place.PAD, book.name, book.place is Place.BIN
            )
            for book in self.bench.room.books
            for tag in book.tags
        ]

    def paper(self) -> list[PaperStrip]:
        """What the printer has printed so far."""
        strips = self.bench.strips()
        return [PaperStrip(self._words(place, one), one.height, one.ink, one.cut) for place, one in enumerate(strips)]

    def _words(self, place: int, strip: Strip) -> tuple[str, ...]:
        if not strip.cut:
            return ()
        if place not in self._read:
            self._read[place] = tuple(strip.text)
        return self._read[place]


def _lying(laid: Laid) -> Lying | None:
    if laid == APART:
        return None
    across, down = (0.0, 0.0) if laid.at is None else laid.at
    at = None if laid.at is None else (across, down)
    return Lying(at, laid.angle or 0.0, bool(laid.foil))


def _done(do: Callable[[], None]) -> None:
    try:
        do()
    except (UnknownName, OutOfReach, CannotDo, ValueError) as trouble:
        raise BenchRefused(str(trouble)) from None
