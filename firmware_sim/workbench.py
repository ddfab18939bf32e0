"""All simulated devices on their lines, and the hands of the technician in their room."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_sim.card_ways import CannotDo, CardWay, ReaderCards, ScannerCards
from firmware_sim.cards.pad import PcscPad
from firmware_sim.cards.service import CardService, CardServiceUnavailable
from firmware_sim.catalogue import DeviceName, Fault, device_named, fault_named, of_protocol, usual
from firmware_sim.clock import BenchClock
from firmware_sim.devices.device import Device
from firmware_sim.devices.printer import Printer
from firmware_sim.faults.words import CardFault, GateFault, PadFault, PcscPadFault, PrinterFault, ScannerFault, SsiFault
from firmware_sim.gates import Gates
from firmware_sim.lines.end import End
from firmware_sim.lines.line import Line
from firmware_sim.lines.pace import Frame, byte_time_s
from firmware_sim.lines.standing import Lines, RealLines
from firmware_sim.lines.wire_log import Direction, WireLog
from firmware_sim.pads import LINE_PADS, PadReader
from firmware_sim.paper.strip import Strip
from firmware_sim.room.room import Book, Card, Place, Room
from firmware_sim.room.tag import Tag
from firmware_sim.room.uhf_tag import UhfTag
from firmware_sim.scanners import kind_of_scanner, scanner_of, spoil_scanner, wire_byte_s
from firmware_sim.settings import CardSettings, ItemSettings, LineKind, PadDriver, Settings, TagSettings, UhfSettings

AFI_ON_LOAN = 0xC2
"""What a lent book's tag says (lainuri and dp2, open source of two library systems)."""
USER_BYTES = 64
"""A UHF tag's bank 11 where the file gives no more."""
SLOTS_A_READER = 2
"""vpcd gives a reader two slots, and each slot a port (vsmartcard, `ifd-vpcd.c`)."""
PLUGGED = (DeviceName.PAD, DeviceName.SCANNER, DeviceName.PRINTER)
"""Devices with an address of their own. Cards hang on the PC/SC service, and so may the pad."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """How the room stands at the start. Books by name or number; `paper` in the printer's own words."""

    on_pad: tuple[str, ...] = ()
    on_loan: tuple[str, ...] = ()
    paper: str = "ok"


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
        )
        self.room.set_afi(beginning.on_loan, AFI_ON_LOAN, "on-loan")
        self.room.put_on_pad(beginning.on_pad, "on-pad")
        self.log = WireLog(self._standing.clock.now_s)
        self.gates = Gates(settings.gates, self._standing, self.log)
        self.locks = {name: threading.Lock() for name in PLUGGED}
        self.printer_state = {"paper": beginning.paper, "cover": "closed", "cutter": "ok"}
        self._faults = dict.fromkeys(DeviceName, "none")
        self._fault_order = threading.Lock()
        self._folder = folder
        self.kinds = usual()
        """What each device of this bench is."""
        self.kinds[DeviceName.PAD] = of_protocol(DeviceName.PAD, settings.pad.driver)
        self.kinds[DeviceName.SCANNER] = kind_of_scanner(settings.scanner.driver)
        self._scanner = scanner_of(settings.scanner, self._standing.clock)
        self._printer = Printer(settings.printer.width_dots, beginning.paper)
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
            ),
        }
        if settings.pad.driver in LINE_PADS:
            self.lines = {DeviceName.PAD: self._pad_line(), **self.lines}
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
        self.cards = ReaderCards(self._service, self.settings.card_reader, self._logging(DeviceName.CARDS))
        if self.settings.pad.driver is PadDriver.PCSC:
            self._desk_pad = PcscPad(
                self.room,
                self.room_lock,
                self._service,
                self.settings.pad.reader,
                self._logging(DeviceName.PAD),
            )
            self._desk_pad.look()

    def plug_in(self) -> None:
        """Everything but what is behind the PC/SC service."""
        for line in self.lines.values():
            line.start()
        self.gates.start()

    def stop(self) -> None:
        """Pull everything out, as far as it was plugged in."""
        if self._service is not None:
            self._service.stop()
        for line in self.lines.values():
            line.stop()
        self.gates.stop()

    def put_on_pad(self, keys: list[str]) -> None:
        """Lay books down; raises `UnknownName`."""
        with self.room_lock:
            self.room.put_on_pad(keys)
        self._show_on_desk()

    def take_off_pad(self, keys: list[str]) -> None:
        """Take books away; raises `UnknownName`."""
        with self.room_lock:
            self.room.take_off_pad(keys)
        self._show_on_desk()

    def carry_through(self, gate: str, keys: list[str], direction: int) -> None:
        """Carry books through a gate, from wherever they lie, to the shelf; raises `UnknownName`."""
        self.gates.named(gate)
        with self.room_lock:
            books = self.room.walk_through(keys)
        self._show_on_desk()
        self.gates.carry_through(gate, books, direction)

    def protocol_of(self, device: str) -> str:
        """What a device or a gate speaks, by its name on the wires' log."""
        return (
            self.gates.named(device).kind.protocol if device in self.gates else self.kinds[DeviceName(device)].protocol
        )

    def address(self, name: DeviceName) -> str:
        """What a host opens: a path, `tcp://…`, the name of a PC/SC reader, or the PC/SC service's own socket."""
        if name in self.lines:
            return self.lines[name].address
        if name is DeviceName.PAD:
            return self.settings.pad.reader
        return str(self.cards.socket_path or "")

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
        self.lines[DeviceName.PRINTER].wake()

    def strips(self) -> list[Strip]:
        """What was printed, cut off or still hanging."""
        with self.locks[DeviceName.PRINTER]:
            return list(self._printer.strips)

    def strip_png(self, place: int) -> bytes:
        """A picture of one strip; raises IndexError."""
        with self.locks[DeviceName.PRINTER]:
            return self._printer.strip_png(place)

    def faults(self) -> dict[DeviceName, str]:
        """The fault that each device has now, or `none`."""
        return dict(self._faults)

    def set_fault(self, device: str, word: str) -> None:
        """Give a device a fault, or none, instead of the one it has; raises `UnknownName` and `CannotDo`."""
        if device in self.gates:
            self.gates.set_fault(device, word)
            return
        name = device_named(device, "device")
        fault = fault_named(name, self.kinds[name], word, "fault")
        with self._fault_order:
            if isinstance(fault, CardFault):
                self.cards.set_fault(fault)
            else:
                self._spoil(name, fault)
            self._faults[name] = fault.value

    def _spoil(self, name: DeviceName, fault: Fault) -> None:
        if isinstance(fault, PcscPadFault):
            self._spoil_desk_pad(fault)
            return
        line = self.lines[name]
        with self.locks[name]:
            match fault:
                case PadFault():
                    assert self._pad is not None
                    self._pad.set_fault(fault)
                case ScannerFault() | SsiFault():
                    spoil_scanner(self._scanner, fault)
                case PrinterFault.UNPLUG:
                    self._printer.set_fault(PrinterFault.NONE)
                case PrinterFault():
                    self._printer.set_fault(fault.value)
                case CardFault() | GateFault():
                    raise CannotDo(f"{name}: '{fault}' is a fault of cards or gates")
        if fault is PrinterFault.STALL:
            line.hold()
        else:
            line.release()
        if fault.value == PadFault.UNPLUG.value:
            line.unplug()
        else:
            line.plug_in()

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
        if self._faults[DeviceName.SCANNER] == ScannerFault.UNPLUG:
            raise CannotDo("scanner: it is unplugged; set its fault to 'none' first")

    def _pad_line(self) -> Line:
        pad = self.settings.pad
        serial = LINE_PADS[pad.driver]
        self._pad = serial.make(self.room, _byte_s(pad.line, pad.baud, serial.frame), self._standing.clock)
        return self._line(DeviceName.PAD, self._pad, pad.line, pad.baud, serial.frame)

    def _scanner_line(self) -> Line:
        name, settings = DeviceName.SCANNER, self.settings.scanner
        end = self._standing.serial(name, settings.baud)
        return self._standing.line(name, self._scanner, self.locks[name], end, wire_byte_s(settings), self.log)

    def _line(self, name: DeviceName, device: Device, kind: LineKind, baud: int, frame: Frame) -> Line:
        end: End
        match kind:
            case LineKind.PTY:
                end = self._standing.serial(name, baud)
            case LineKind.TCP:
                end = self._standing.listening(name, device, self.locks[name])
        return self._standing.line(name, device, self.locks[name], end, _byte_s(kind, baud, frame), self.log)

    def _logging(self, name: DeviceName) -> Callable[[Direction, bytes], None]:
        """Notes the APDUs of a PC/SC reader as a line does its bytes."""
        return lambda direction, apdu: self.log.add(name, direction, apdu)

    def _cards_by_scanner(self, why: str) -> ScannerCards:
        name = DeviceName.SCANNER
        return ScannerCards(why, self._scanner, self.locks[name], self.lines[name])


def _card(card: CardSettings) -> Card:
    return Card(card.name, card.label, card.number, card.uid, card.kind, card.memory, card.sectors)


def _byte_s(kind: LineKind, baud: int, frame: Frame) -> float:
    """What a byte takes: a socket takes no time."""
    return byte_time_s(baud, frame) if kind is LineKind.PTY else 0.0


def _book(item: ItemSettings) -> Book:
    tags = tuple(_tag(tag) for tag in item.tags)
    return Book(item.name, item.number, item.title, tags, Place.SHELF, tuple(_uhf_tag(one) for one in item.uhf))


def _uhf_tag(tag: UhfSettings) -> UhfTag:
    return UhfTag(tag.pc, tag.uii, bytearray(tag.user.ljust(USER_BYTES, b"\0")), tag.tid)


def _tag(tag: TagSettings) -> Tag:
    memory = bytearray(tag.memory)
    return Tag(tag.uid, tag.afi, tag.dsfid, tag.block_size, tag.blocks, memory, afi_locked=tag.afi_locked, eas=tag.eas)
