"""All simulated devices on their lines, and the hands of the technician in their room."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from firmware_sim.card_ways import CannotDo, CardWay, ReaderCards, ScannerCards
from firmware_sim.cards.pad import PcscPad
from firmware_sim.cards.service import CardService, CardServiceUnavailable
from firmware_sim.catalogue import DeviceName, Simulated, device_named, of_protocol, usual
from firmware_sim.changes import What
from firmware_sim.clock import BenchClock
from firmware_sim.devices.device import Device
from firmware_sim.devices.printer import Printer
from firmware_sim.doors import Doors
from firmware_sim.faults.line_trouble import trouble_of
from firmware_sim.faults.orders import WELL, FaultOrder, ordered
from firmware_sim.faults.switch import FaultSwitch
from firmware_sim.faults.tearing import Tearing
from firmware_sim.faults.words import CardFault, LineFault, PadFault, PcscPadFault, PrinterFault
from firmware_sim.gates import Gates
from firmware_sim.lines.end import End
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.standing import Lines, RealLines
from firmware_sim.lines.wire_log import Direction, WireLog
from firmware_sim.pads import LINE_PADS, PadReader
from firmware_sim.paper.strip import Strip
from firmware_sim.quirks import Quirks
from firmware_sim.room.field import Lying, spots
from firmware_sim.room.room import Book, Card, Room
from firmware_sim.room.tag import Tag
from firmware_sim.room.uhf_tag import UhfTag
from firmware_sim.scanners import kind_of_scanner, scanner_of, spoil_scanner, wire_byte_s
from firmware_sim.settings import CardSettings, ItemSettings, LineKind, PadDriver, Settings, TagSettings, UhfSettings
from firmware_sim.signals import Signals

AFI_ON_LOAN = 0xC2
"""What a lent book's tag says (lainuri and dp2, open source of two library systems)."""
USER_BYTES = 64
"""A UHF tag's bank 11 where the file gives no more."""
SLOTS_A_READER = 2
"""vpcd gives a reader two slots, and each slot a port (vsmartcard, `ifd-vpcd.c`)."""
PRINTER_STATES = {
    PrinterFault.PAPER_OUT: ("paper", "out", "ok"),
    PrinterFault.COVER_OPEN: ("cover", "open", "closed"),
    PrinterFault.CUTTER_JAM: ("cutter", "jam", "ok"),
}
"""Faults that are a state of one of its parts, and the state in which it is well."""
PLUGGED = (DeviceName.PAD, DeviceName.SCANNER, DeviceName.PRINTER)
"""Devices with an address of their own. Cards hang on the PC/SC service, and so may the pad."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How the room stands at the start. Books by name or number; `paper` in the printer's own words."""

    on_pad: tuple[str, ...] = ()
    on_loan: tuple[str, ...] = ()
    paper: str = "ok"
    seed: int = 1
    """Of everything random on the bench."""


class Workbench:
    """Starts and stops everything; every other method may be called from any thread."""

    def __init__(self, settings: Settings, folder: Path, beginning: Beginning, lines: Lines | None = None) -> None:
        """Addresses go into `folder`, unless `lines` are others than this machine's own. Raises `UnknownName` for a
        book of `beginning` that is not in the room.
        """
        self.settings = settings
        self.clock = BenchClock()
        """How fast its own lines live."""
        self._standing = RealLines(folder, self.clock) if lines is None else lines
        self.room = Room(
            [_book(item) for item in settings.items],
            [_card(card) for card in settings.cards],
            self._standing.clock.now_s,
            beginning.seed,
        )
        self._seed = beginning.seed
        self.room.set_afi(beginning.on_loan, AFI_ON_LOAN, "on-loan")
        self.room.put_on_pad(beginning.on_pad, "on-pad")
        self.log = WireLog(self._standing.clock.now_s)
        self.gates = Gates(settings.gates, self._standing, self.log, beginning.seed)
        self.signals = Signals(settings.signals, self._standing, self.log, beginning.seed)
        self.doors = Doors(settings.drops, settings.lockers, self._standing, self.log, beginning.seed)
        self.locks = {name: threading.Lock() for name in PLUGGED}
        self.printer_state = {"paper": beginning.paper, "cover": "closed", "cutter": "ok"}
        self._fault_order = threading.Lock()
        self._without_line: dict[DeviceName, FaultOrder] = {}
        """What is wrong with devices that hang on the PC/SC service."""
        self._folder = folder
        self.kinds = usual()
        """What each device of this bench is."""
        self.kinds[DeviceName.PAD] = _on(settings.pad.line, of_protocol(DeviceName.PAD, settings.pad.driver))
        self.kinds[DeviceName.SCANNER] = kind_of_scanner(settings.scanner.driver)
        self.kinds[DeviceName.PRINTER] = _on(settings.printer.line, self.kinds[DeviceName.PRINTER])
        self._scanner = scanner_of(settings.scanner, self._standing.clock, beginning.seed)
        self._printer = Printer(settings.printer.width_dots, beginning.paper, answers=settings.printer.quirks.answers)
        self._printer.printed = lambda: self.log.changes.tell(What.PAPER)
        self._pad: PadReader | None = None
        self._desk_pad: PcscPad | None = None
        self.lines = {
            DeviceName.SCANNER: self._scanner_line(),
            DeviceName.PRINTER: self._line(
                DeviceName.PRINTER,
                self._printer,
                settings.printer.line,
                settings.printer.baud,
                Frame.EIGHT_NONE_ONE,
                settings.printer.quirks,
            ),
        }
        if settings.pad.driver in LINE_PADS:
            self.lines = {DeviceName.PAD: self._pad_line(), **self.lines}
        self.switches = self._switches()
        """Of the devices on lines."""
        self._service: CardService | None = None
        self.cards: CardWay = self._cards_by_scanner("not started")

    @property
    def room_lock(self) -> threading.Lock:
        """Guards the room: the reader looks into it, so it is the pad's."""
        return self.locks[DeviceName.PAD]

    def start(self, card_port: int) -> None:
        """Plug everything in; addresses can be opened when this returns. `card_port` is the virtual card's."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.plug_in()
        readers = {self.settings.card_reader: card_port}
        if self.settings.pad.driver is PadDriver.PCSC:
            readers[self.settings.pad.reader] = card_port + SLOTS_A_READER
        self._service = CardService(self._folder, readers)
        try:
            self._service.start()
        except CardServiceUnavailable as trouble:
            self.cards = self._cards_by_scanner(str(trouble))
            return
        self.cards = ReaderCards(self._service, self.settings.card_reader, self._logging(DeviceName.CARDS), self._seed)
        if self.settings.pad.driver is PadDriver.PCSC:
            self._desk_pad = PcscPad(
                self.room,
                self.room_lock,
                self._service,
                self.settings.pad.reader,
                self._logging(DeviceName.PAD),
                self._seed,
            )
            self._desk_pad.look()

    def plug_in(self) -> None:
        """Everything but what is behind the PC/SC service."""
        for line in self.lines.values():
            line.start()
        self.gates.start()
        self.signals.start()
        self.doors.start()

    def lose_power(self) -> None:
        """All devices at once, and the PC/SC service: their lines go, and what they had not kept."""
        for line in self._all_lines():
            line.lose_power()
        self._power_cards(CardFault.SERVICE_STOP, None)

    def return_power(self) -> None:
        """Plug in what somebody has not pulled out."""
        for line in self._all_lines():
            line.plug_in()
        order = self.fault_of(DeviceName.CARDS)
        self._power_cards(order.fault if isinstance(order.fault, CardFault) else CardFault.NONE, order.rate)

    def _power_cards(self, fault: CardFault, rate: float | None) -> None:
        if self._service is None or self.cards.socket_path is None:
            return
        with self._fault_order, suppress(CannotDo):  # a service that has failed has no power to lose
            self.cards.set_fault(fault, rate)

    def _all_lines(self) -> list[Line]:
        boards = [board.line for board in self.signals if board.line is not None]
        doors = [device.line for device in self.doors.devices]
        return [*self.lines.values(), *(gate.line for gate in self.gates), *boards, *doors]

    def stop(self) -> None:
        """Pull everything out, as far as it was plugged in."""
        if self._service is not None:
            self._service.stop()
        for line in self.lines.values():
            line.stop()
        self.gates.stop()
        self.signals.stop()
        self.doors.stop()

    def put_on_pad(self, keys: list[str], lying: Lying | None = None) -> None:
        """Lay books down, like this, or apart from each other; raises `UnknownName`."""
        with self.room_lock:
            self.room.put_on_pad(keys, lying=lying)
        self._show_on_desk()

    def take_off_pad(self, keys: list[str]) -> None:
        """Take books away; raises `UnknownName`."""
        with self.room_lock:
            self.room.take_off_pad(keys)
        self._show_on_desk()

    def push_into_slot(self, keys: list[str]) -> None:
        """Push books into the return slot, where the pad's reader sees them pass; raises `UnknownName`."""
        if self.settings.pad.driver is PadDriver.PCSC:
            raise CannotDo("slot: a desk reader has none; take another pad")
        with self.room_lock:
            self.room.push_into_slot(keys)

    def empty_bin(self) -> None:
        """Staff take what fell into the bin to the shelf."""
        with self.room_lock:
            self.room.empty_bin()

    def carry_through(self, gate: str, keys: list[str], direction: int) -> None:
        """Carry books through a gate, from wherever they lie, to the shelf; raises `UnknownName`."""
        self.gates.named(gate)
        with self.room_lock:
            books = self.room.walk_through(keys)
        self._show_on_desk()
        self.gates.carry_through(gate, books, direction)

    def take_from_room(self, keys: list[str]) -> list[Book]:
        """Take books up, from pad or shelf, to carry them to a door; raises `UnknownName` and `OutOfReach`."""
        with self.room_lock:
            books = self.room.walk_through(keys)
        self._show_on_desk()
        return books

    def books(self, keys: list[str]) -> list[Book]:
        """Books by name or number, wherever they are; raises `UnknownName`."""
        return self.room.named(keys, "books")

    def protocol_of(self, device: str) -> str:
        """What a device or a gate speaks, by its name on the wires' log."""
        if device in self.gates:
            return self.gates.named(device).kind.protocol
        if device in self.signals:
            return self.signals.named(device).kind.protocol
        if device in self.doors:
            return self.doors.device(device).kind.protocol
        return self.kinds[DeviceName(device)].protocol

    def address(self, name: DeviceName) -> str:
        """What a host opens: a path, `tcp://…`, the name of a PC/SC reader, or the PC/SC service's own socket."""
        if name in self.lines:
            return self.lines[name].address
        if name is DeviceName.PAD:
            return self.settings.pad.reader
        return str(self.cards.socket_path or "")

    def profile_of(self, name: DeviceName) -> str:
        """The maker's device that it is like; empty where the configuration names none."""
        profiles = {
            DeviceName.PAD: self.settings.pad.profile,
            DeviceName.SCANNER: self.settings.scanner.profile,
            DeviceName.PRINTER: self.settings.printer.profile,
        }
        return profiles.get(name, "")

    def is_open(self, name: DeviceName) -> bool:
        """A host has it open; behind the PC/SC service, it could have."""
        return self.lines[name].host_is_there if name in self.lines else self.cards.socket_path is not None

    def fire(self, code: str, aim: str) -> None:
        """Hold a code under the scanner, which says it after its AIM identifier, if any.

        An engine says it when it is triggered. Raises ValueError for what the scanner cannot say.
        """
        self._must_have_scanner()
        with self.locks[DeviceName.SCANNER]:
            self._scanner.fire(code, aim)
        self.lines[DeviceName.SCANNER].wake()

    def fire_bytes(self, data: bytes) -> None:
        """Make the scanner say these bytes; raises ValueError for too many."""
        self._must_have_scanner()
        with self.locks[DeviceName.SCANNER]:
            self._scanner.fire_bytes(data)
        self.lines[DeviceName.SCANNER].wake()

    def set_printer(self, part: str, state: str) -> None:
        """Set `paper`, `cover` or `cutter`; raises ValueError for a word that the printer does not know."""
        with self.locks[DeviceName.PRINTER]:
            self._set_printer(part, state)
        self.lines[DeviceName.PRINTER].wake()

    def _set_printer(self, part: str, state: str) -> None:
        match part:
            case "paper":
                self._printer.set_paper(state)
            case "cover":
                self._printer.set_cover(state)
            case "cutter":
                self._printer.set_cutter(state)
            case _:
                raise ValueError(f"a printer has no {part}: paper, cover, cutter")
        self.printer_state[part] = state

    def strips(self) -> list[Strip]:
        """What was printed, cut off or still hanging."""
        with self.locks[DeviceName.PRINTER]:
            return list(self._printer.strips)

    def strip_png(self, place: int) -> bytes:
        """A picture of one strip; raises IndexError."""
        with self.locks[DeviceName.PRINTER]:
            return self._printer.strip_png(place)

    def fault_of(self, name: DeviceName) -> FaultOrder:
        """What is wrong with a device now."""
        if name in self.switches:
            return self.switches[name].now
        return self._without_line.get(name, WELL)

    def set_fault(self, device: str, word: str, rate: float | None = None, seconds: float | None = None) -> None:
        """Give a device a fault, or none, instead of any other. Raises `UnknownName`, `KnobRefused`, `CannotDo`."""
        if device in self.gates:
            self.gates.named(device).faults.set(word, rate, seconds)
            return
        if device in self.signals:
            self.signals.named(device).faults.set(word, rate, seconds)
            return
        if device in self.doors:
            self.doors.device(device).faults.set(word, rate, seconds)
            return
        name = device_named(device, "device")
        if name in self.switches:
            self.switches[name].set(word, rate, seconds)
            return
        order = ordered(name, self.kinds[name].faults, word, rate, seconds)
        with self._fault_order:
            match order.fault:
                case PcscPadFault() as fault:
                    self._spoil_desk_pad(fault)
                case CardFault() as fault:
                    self.cards.set_fault(fault, order.rate)
                case _:
                    raise CannotDo(f"{name}: '{word}' is a fault of a line, and there is none")
            self._without_line[name] = order

    def _switches(self) -> dict[DeviceName, FaultSwitch]:
        own = {
            DeviceName.PAD: self._spoil_pad,
            DeviceName.SCANNER: lambda order: spoil_scanner(self._scanner, order),
            DeviceName.PRINTER: self._spoil_printer,
        }
        return {
            name: FaultSwitch(name, self.kinds[name].faults, line, self.locks[name], own[name])
            for name, line in self.lines.items()
        }

    def _spoil_pad(self, order: FaultOrder) -> None:
        fault = order.fault if isinstance(order.fault, PadFault) else PadFault.NONE
        assert self._pad is not None
        self._pad.trouble.begin(fault, order.rate)
        tearing = None
        if fault in (PadFault.TORN_WRITE, PadFault.TAG_LEAVES):
            leaves = fault is PadFault.TAG_LEAVES
            tearing = Tearing(f"{self._seed} {fault}", order.rate or 0.0, self._take_book_off_pad if leaves else None)
        for book in self.room.books:
            tags: tuple[Tag | UhfTag, ...] = (*book.tags, *book.uhf)
            for tag in tags:
                tag.tearing = None if tearing is None else partial(tearing, book.name)

    def _take_book_off_pad(self, name: str) -> None:
        self.room.take_off_pad([name])

    def _spoil_printer(self, order: FaultOrder) -> None:
        fault = order.fault if isinstance(order.fault, PrinterFault) else PrinterFault.NONE
        for cause, (part, word, well) in PRINTER_STATES.items():
            if fault is cause:
                self._set_printer(part, word)
            elif self.printer_state[part] == word and self.switches[DeviceName.PRINTER].now.fault is cause:
                self._set_printer(part, well)
        self._printer.set_fault(fault.value if fault in (PrinterFault.SILENT, PrinterFault.STALL) else "none")
        line = self.lines[DeviceName.PRINTER]
        if fault is PrinterFault.STALL:
            line.hold()
        else:
            line.release()

    def _spoil_desk_pad(self, fault: PcscPadFault) -> None:
        if self._desk_pad is None:
            raise CannotDo(f"pad: there is no reader that could have '{fault}' ({self.cards.why or 'not started'})")
        try:
            self._desk_pad.set_fault(fault)
        except CardServiceUnavailable as trouble:
            raise CannotDo(f"pad: {trouble}") from None

    def _show_on_desk(self) -> None:
        """A pad on a line looks into the room by itself; a card must be laid on a PC/SC reader and lifted."""
        if self._desk_pad is None:
            return
        try:
            self._desk_pad.look()
        except CardServiceUnavailable as trouble:
            raise CannotDo(f"pad: {trouble}") from None

    def _must_have_scanner(self) -> None:
        if self.fault_of(DeviceName.SCANNER).fault is LineFault.UNPLUG:
            raise CannotDo("scanner: it is unplugged; set its fault to 'none' first")

    def _pad_line(self) -> Line:
        pad = self.settings.pad
        serial = LINE_PADS[pad.driver]
        byte_s = _byte_s(pad.line, pad.baud, serial.frame)
        self._pad = serial.make(self.room, byte_s, self._standing.clock, self._seed, pad.quirks)
        return self._line(DeviceName.PAD, self._pad, pad.line, pad.baud, serial.frame, pad.quirks)

    def _scanner_line(self) -> Line:
        name, settings = DeviceName.SCANNER, self.settings.scanner
        end = self._standing.serial(name, settings.baud)
        trouble = trouble_of(self._seed, name, settings.quirks)
        return self._standing.line(name, self._scanner, self.locks[name], end, wire_byte_s(settings), self.log, trouble)

    def _line(self, name: DeviceName, device: Device, kind: LineKind, baud: int, frame: Frame, quirks: Quirks) -> Line:
        end: End
        match kind:
            case LineKind.PTY:
                end = self._standing.serial(name, baud)
            case LineKind.TCP:
                end = self._standing.listening(name, device, self.locks[name])
        # What a printer says are a few bytes; what it hears is a receipt.
        trouble = trouble_of(self._seed, name, quirks, both_ways=name is DeviceName.PRINTER)
        return self._standing.line(name, device, self.locks[name], end, _byte_s(kind, baud, frame), self.log, trouble)

    def _logging(self, name: DeviceName) -> Callable[[Direction, bytes], object]:
        """Notes the APDUs of a PC/SC reader as a line does its bytes."""
        return lambda direction, apdu: self.log.add(name, direction, apdu)

    def _cards_by_scanner(self, why: str) -> ScannerCards:
        name = DeviceName.SCANNER
        return ScannerCards(why, self._scanner, self.locks[name], self.lines[name])


def _on(line: LineKind, kind: Simulated) -> Simulated:
    """A socket has no speed that could be wrong."""
    if line is LineKind.PTY or kind.lines == ("pcscd",):
        return kind
    return replace(kind, faults=tuple(one for one in kind.faults if one is not LineFault.WRONG_BAUD))


def _card(card: CardSettings) -> Card:
    return Card(card.name, card.label, card.number, card.uid, card.kind, card.memory, card.sectors)


def _byte_s(kind: LineKind, baud: int, frame: Frame) -> float:
    """What a byte takes: a socket takes no time."""
    return byte_time_s(baud, frame) if kind is LineKind.PTY else 0.0


def _book(item: ItemSettings) -> Book:
    tags = tuple(_tag(tag) for tag in item.tags)
    return Book(
        item.name,
        item.number,
        item.title,
        tags,
        uhf=tuple(_uhf_tag(one) for one in item.uhf),
        shape=item.shape,
        spots=spots([one.at for one in item.tags]),
        uhf_spots=spots([one.at for one in item.uhf]),
    )


def _uhf_tag(tag: UhfSettings) -> UhfTag:
    return UhfTag(tag.pc, tag.uii, bytearray(tag.user.ljust(USER_BYTES, b"\0")), tag.tid)


def _tag(tag: TagSettings) -> Tag:
    memory = bytearray(tag.memory)
    return Tag(tag.uid, tag.afi, tag.dsfid, tag.block_size, tag.blocks, memory, afi_locked=tag.afi_locked, eas=tag.eas)
