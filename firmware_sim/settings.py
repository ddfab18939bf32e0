"""The simulator's configuration: TOML into frozen dataclasses, every fault told with its file and key path."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from firmware_sim.devices.relay_board import MOST_RELAYS as MOST_SERIAL_RELAYS
from firmware_sim.devices.tasmota import MOST_RELAYS as MOST_TASMOTA_RELAYS
from firmware_sim.furniture_settings import DropSettings, LockerSettings, drop_of, locker_of
from firmware_sim.profiles import KEY as PROFILE
from firmware_sim.profiles import all_of
from firmware_sim.quirks import USUAL, Quirks, quirks_of
from firmware_sim.room.field import (
    LARGEST_MM,
    SMALLEST_MM,
    THICKEST_MM,
    THINNEST_MM,
    USUAL_HEIGHT_MM,
    USUAL_THICKNESS_MM,
    USUAL_WIDTH_MM,
    Shape,
    Spot,
)
from firmware_sim.room.room import CardKind, SectorContent
from firmware_sim.room.tag import UID_FIRST_BYTE, UID_LENGTH
from firmware_sim.toml_table import Faults, Table

BYTE = 0xFF
BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)
LARGEST_BLOCK = 31
"""MEM-SIZE has five bits for it (FEIG OBID H20800-16e-ID-B, 7.2.8)."""
MOST_BLOCKS = 255
PAPER_DOTS = (64, 832)
"""From the narrowest label to 112 mm paper at 203 dots an inch."""
ANY_CARD_UID = (4, 7, 8, 10)
"""Single, double and triple size of ISO/IEC 14443-3, and ISO/IEC 15693."""
CARD_UID_LENGTHS = {
    CardKind.MIFARE_CLASSIC: (4, 7),
    CardKind.ULTRALIGHT: (7,),
    CardKind.ISO_15693: (UID_LENGTH,),
}
"""Of the kinds that do not take any."""


class BadSettings(Exception):
    """The file cannot be used; each fault is one line: file, key path, what was expected and what was found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class PadDriver(StrEnum):
    """Readers that can be simulated."""

    FEIG = "feig"
    M3_210 = "m3_210"
    RL866 = "rl866"
    PCSC = "pcsc"
    LLRP = "llrp"
    """UHF; on a socket only."""


class ScannerDriver(StrEnum):
    """Scanners that can be simulated: one that only speaks, engines by the language of their trigger, a keyboard."""

    TEXT = "text"
    HONEYWELL = "honeywell"
    ZEBRA = "zebra"
    NEWLAND = "newland"
    GM65 = "gm65"
    SSI = "ssi"
    EVDEV = "evdev"


PAD_BAUDS = {PadDriver.M3_210: 19_200}
"""What a reader's host opens its line with, where nobody has changed it and it is not 38,400."""
USUAL_PAD_BAUD = 38_400
SECTORS = 16
KEY_LENGTH = 6
TRANSPORT_KEY = b"\xff" * KEY_LENGTH
"""As a MIFARE card leaves the works."""
SECTOR_DATA, FIRST_SECTOR_DATA = 48, 32
"""Bytes before a sector's keys; the first 16 of sector 0 are the maker's."""
CARD_MEMORY = {CardKind.ULTRALIGHT: 48, CardKind.ISO_15693: 112}
"""Bytes of user memory of the kinds that have one for everybody."""


class GateDriver(StrEnum):
    """Gates that can be simulated."""

    LSP2 = "lsp2"
    FEIG_BUFFERED = "feig-buffered"
    FEIG_NOTIFYING = "feig-notifying"
    LLRP = "llrp"


class SignalDriver(StrEnum):
    """Boards of lamps and buzzers that can be simulated."""

    SERIAL_RELAY = "serial-relay"
    TASMOTA = "tasmota"


MOST_OUTPUTS = {SignalDriver.SERIAL_RELAY: MOST_SERIAL_RELAYS, SignalDriver.TASMOTA: MOST_TASMOTA_RELAYS}
USUAL_OUTPUTS = 2
USUAL_BROKER = 1883
LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 0xFFFF
DEVICE_NAMES = ("pad", "scanner", "printer", "cards")
"""Names that a gate cannot have."""
MOST_UII_BYTES = 62
"""31 words, as many as a PC can count (ISO/IEC 18000-63)."""
MOST_USER_BYTES = 512
USUAL_TID = bytes.fromhex("E28011052000000000000001")
PC_LENGTH_SHIFT = 11


class LineKind(StrEnum):
    """What a host opens."""

    PTY = "pty"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class PadSettings:
    """`baud` paces a pseudo-terminal; a socket takes no time. `reader` is the name of one behind PC/SC."""

    driver: PadDriver
    baud: int
    line: LineKind
    reader: str
    profile: str = ""
    quirks: Quirks = USUAL


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """A scanner is on a pseudo-terminal; `baud` paces all but a keyboard."""

    driver: ScannerDriver
    baud: int
    profile: str = ""
    quirks: Quirks = USUAL


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """`width_dots`: 576 on 80 mm paper, 384 on 58 mm."""

    baud: int
    width_dots: int
    line: LineKind
    profile: str = ""
    quirks: Quirks = USUAL


@dataclass(frozen=True, slots=True)
class TagSettings:
    """One tag; `memory` is zero-filled to `block_size * blocks` bytes. `at`: where it sits, from the book's middle."""

    uid: bytes
    afi: int
    dsfid: int
    block_size: int
    blocks: int
    memory: bytes
    afi_locked: bool
    eas: bool
    at: Spot | None = None


@dataclass(frozen=True, slots=True)
class UhfSettings:
    """One UHF tag: whole words everywhere. `pc` counts the words of `uii`, unless the file says otherwise."""

    pc: int
    uii: bytes
    user: bytes
    tid: bytes
    at: Spot | None = None


@dataclass(frozen=True, slots=True)
class GateSettings:
    """One gate. `host` and `port`: where it calls, for one that notifies; others listen where the kernel lets them."""

    name: str
    driver: GateDriver
    host: str
    port: int
    profile: str = ""
    quirks: Quirks = USUAL


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """One board. `outputs`: how many it has. `baud` is a serial board's; the rest that of one at a broker."""

    name: str
    driver: SignalDriver
    outputs: int
    baud: int
    host: str
    port: int
    topic: str
    profile: str = ""
    quirks: Quirks = USUAL


@dataclass(frozen=True, slots=True)
class ItemSettings:
    """One book. `name` is unique, and the number where none is given."""

    name: str
    number: str
    title: str
    tags: tuple[TagSettings, ...]
    uhf: tuple[UhfSettings, ...]
    shape: Shape


@dataclass(frozen=True, slots=True)
class CardSettings:
    """One patron card: `number` is printed on it as a barcode, `uid` is what a contactless reader gets."""

    name: str
    label: str
    number: str
    uid: bytes
    kind: CardKind
    memory: bytes
    sectors: tuple[SectorContent, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is simulated."""

    pad: PadSettings
    scanner: ScannerSettings
    printer: PrinterSettings
    card_reader: str
    items: tuple[ItemSettings, ...]
    cards: tuple[CardSettings, ...]
    gates: tuple[GateSettings, ...]
    signals: tuple[SignalSettings, ...]
    drops: tuple[DropSettings, ...] = ()
    lockers: tuple[LockerSettings, ...] = ()


def with_pad(settings: Settings, driver: PadDriver) -> Settings:
    """The same room with another maker's pad, at its usual speed; with its own where it is that maker's."""
    if driver is settings.pad.driver:
        return settings
    baud = PAD_BAUDS.get(driver, USUAL_PAD_BAUD)
    line = LineKind.PTY if settings.pad.driver is PadDriver.LLRP else settings.pad.line
    line = LineKind.TCP if driver is PadDriver.LLRP else line
    return replace(settings, pad=replace(settings.pad, driver=driver, baud=baud, line=line, profile="", quirks=USUAL))


def load(path: Path) -> Settings:
    """Read a file; raises `BadSettings` with all of its faults."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as trouble:
        raise BadSettings([f"{path}: expected a file that can be read: {trouble.strerror}"]) from None
    except UnicodeDecodeError:
        raise BadSettings([f"{path}: expected UTF-8 text"]) from None
    except tomllib.TOMLDecodeError as trouble:
        raise BadSettings([f"{path}: expected TOML: {trouble}"]) from None
    content, unknown = all_of(content, path)
    return parse(content, str(path), unknown)


def parse(content: dict[str, object], file: str, unknown: Sequence[tuple[str, str, object]] = ()) -> Settings:
    """Convert parsed TOML, its profiles applied; `file` is named in faults. Raises `BadSettings` with all of them.

    `unknown`: what was found wrong with profiles: key path, what was expected, what was found.
    """
    faults = Faults(file)
    for path, expected, found in unknown:
        faults.add(path, expected, found)
    whole = Table(content, "", faults)
    pad = whole.table("pad")
    scanner = whole.table("scanner")
    printer = whole.table("printer")
    cards = whole.table("cards")
    settings = Settings(
        _pad(pad),
        _scanner(scanner),
        PrinterSettings(
            printer.one_of("baud", BAUDS, 38400),
            printer.whole("width_dots", *PAPER_DOTS, 576),
            printer.word("line", LineKind, LineKind.PTY),
            printer.text(PROFILE, ""),
            quirks_of(printer, "printer"),
        ),
        cards.text("reader", "Kiosk card reader"),
        tuple(_item(table) for table in whole.tables("item")),
        tuple(_card(table) for table in whole.tables("card")),
        tuple(_gate(table) for table in whole.tables("gate")),
        tuple(_signal(table) for table in whole.tables("signal")),
        tuple(drop_of(table, _own_name(table)) for table in whole.tables("drop")),
        tuple(locker_of(table, _own_name(table)) for table in whole.tables("locker")),
    )
    for table in (pad, scanner, printer, cards, whole):
        table.done()
    if settings.pad.driver is PadDriver.PCSC and settings.pad.reader == settings.card_reader:
        pad.fault("reader", "another name than cards.reader has", settings.pad.reader)
    faults.twice("item", "name", [item.name for item in settings.items])
    faults.twice("card", "name", [card.name for card in settings.cards])
    faults.twice("gate", "name", [gate.name for gate in settings.gates])
    faults.twice("signal", "name", [board.name for board in settings.signals])
    furniture = [drop.name for drop in settings.drops] + [locker.name for locker in settings.lockers]
    faults.twice("drop", "name", furniture)
    for place, board in enumerate(settings.signals):
        if board.name in {gate.name for gate in settings.gates}:
            faults.add(f"signal[{place}].name", "a name that no gate has", board.name)
    if faults.found:
        raise BadSettings(faults.found)
    return settings


def _pad(table: Table) -> PadSettings:
    driver = table.word("driver", PadDriver, PadDriver.FEIG)
    pad = PadSettings(
        driver,
        table.one_of("baud", BAUDS, PAD_BAUDS.get(driver, USUAL_PAD_BAUD)),
        table.word("line", LineKind, LineKind.TCP if driver is PadDriver.LLRP else LineKind.PTY),
        table.text("reader", "Kiosk pad reader"),
        table.text(PROFILE, ""),
        quirks_of(table, driver.value),
    )
    if driver is PadDriver.LLRP and pad.line is not LineKind.TCP:
        table.fault("line", f"'{LineKind.TCP}' with driver '{PadDriver.LLRP}'", pad.line.value)
    return pad


def _scanner(table: Table) -> ScannerSettings:
    driver = table.word("driver", ScannerDriver, ScannerDriver.TEXT)
    kind = "scanner" if driver is ScannerDriver.TEXT else "engine"
    return ScannerSettings(driver, table.one_of("baud", BAUDS, 9600), table.text(PROFILE, ""), quirks_of(table, kind))


def _own_name(table: Table) -> str:
    """Of a gate or a board: it becomes a file's name, and stands beside the names of devices."""
    name = table.text("name")
    if name and (name in DEVICE_NAMES or not name.isascii() or not name.replace("-", "").isalnum()):
        table.fault("name", f"letters, digits and '-', and not {', '.join(DEVICE_NAMES)}", name)
    return name


def _signal(table: Table) -> SignalSettings:
    name = _own_name(table)
    driver = table.word("driver", SignalDriver, SignalDriver.SERIAL_RELAY)
    at_broker = driver is SignalDriver.TASMOTA
    board = SignalSettings(
        name,
        driver,
        table.whole("outputs", 1, MOST_OUTPUTS[driver], USUAL_OUTPUTS),
        9600 if at_broker else table.one_of("baud", BAUDS, 9600),
        table.text("host", LOOPBACK) if at_broker else LOOPBACK,
        table.whole("port", 1, HIGHEST_PORT, USUAL_BROKER) if at_broker else 0,
        table.text("topic", name) if at_broker else "",
        table.text(PROFILE, ""),
        Quirks() if at_broker else quirks_of(table, "board"),
    )
    table.done()
    return board


def _gate(table: Table) -> GateSettings:
    name = _own_name(table)
    driver = table.word("driver", GateDriver, GateDriver.LSP2)
    calls = driver is GateDriver.FEIG_NOTIFYING
    gate = GateSettings(
        name,
        driver,
        table.text("host", LOOPBACK) if calls else LOOPBACK,
        table.whole("port", 1, HIGHEST_PORT, 0) if calls else 0,
        table.text(PROFILE, ""),
        quirks_of(table, "lsp2" if driver is GateDriver.LSP2 else "gate"),
    )
    table.done()
    return gate


def _uhf(table: Table) -> UhfSettings:
    uii = _words(table, "uii", range(MOST_UII_BYTES + 1), None)
    tag = UhfSettings(
        table.whole("pc", 0, 0xFFFF, len(uii) // 2 << PC_LENGTH_SHIFT),
        uii,
        _words(table, "user", range(MOST_USER_BYTES + 1), b""),
        _words(table, "tid", range(MOST_USER_BYTES + 1), USUAL_TID),
        table.place("at", LARGEST_MM),
    )
    table.done()
    return tag


def _words(table: Table, key: str, lengths: range, default: bytes | None) -> bytes:
    content = table.hexadecimal(key, lengths, default)
    if len(content) % 2:
        table.fault(key, "whole words, four hex digits each", content.hex().upper())
        return b""
    return content


def _item(table: Table) -> ItemSettings:
    number = table.text("number")
    tags = tuple(_tag(one) for one in table.tables("tag"))
    uhf = tuple(_uhf(one) for one in table.tables("uhf"))
    shape = Shape(
        table.whole("width_mm", SMALLEST_MM, LARGEST_MM, USUAL_WIDTH_MM),
        table.whole("height_mm", SMALLEST_MM, LARGEST_MM, USUAL_HEIGHT_MM),
        table.whole("thickness_mm", THINNEST_MM, THICKEST_MM, USUAL_THICKNESS_MM),
    )
    item = ItemSettings(table.text("name", number), number, table.text("title", ""), tags, uhf, shape)
    for kind, places in (("tag", [one.at for one in tags]), ("uhf", [one.at for one in uhf])):
        _must_be_inside(table, kind, places, shape)
    table.done()
    return item


def _must_be_inside(table: Table, kind: str, places: list[Spot | None], shape: Shape) -> None:
    for number, at in enumerate(places):
        if at is not None and (abs(at[0]) > shape.width_mm / 2 or abs(at[1]) > shape.height_mm / 2):
            size = f"{shape.width_mm:g} x {shape.height_mm:g} mm"
            table.fault(f"{kind}[{number}].at", f"a place inside the item, which has {size}, from its middle", list(at))


def _tag(table: Table) -> TagSettings:
    uid = table.hexadecimal("uid", (UID_LENGTH,))
    if uid and uid[0] != UID_FIRST_BYTE:
        table.fault("uid", f"16 hex digits that begin with {UID_FIRST_BYTE:02X}", uid.hex().upper())
    size = table.whole("block_size", 1, LARGEST_BLOCK, 4)
    blocks = table.whole("blocks", 1, MOST_BLOCKS, 28)
    memory = table.hexadecimal("memory", range(size * blocks + 1), b"")
    tag = TagSettings(
        uid,
        table.whole("afi", 0, BYTE, 0),
        table.whole("dsfid", 0, BYTE, 0),
        size,
        blocks,
        memory.ljust(size * blocks, b"\0"),
        table.flag("afi_locked", default=False),
        table.flag("eas", default=False),
        table.place("at", LARGEST_MM),
    )
    table.done()
    return tag


def _card(table: Table) -> CardSettings:
    name = table.text("name")
    kind = table.word("kind", CardKind, CardKind.UID)
    uid = table.hexadecimal("uid", CARD_UID_LENGTHS.get(kind, ANY_CARD_UID))
    if kind is CardKind.ISO_15693 and uid and uid[0] != UID_FIRST_BYTE:
        table.fault("uid", f"16 hex digits that begin with {UID_FIRST_BYTE:02X}", uid.hex().upper())
    memory = table.hexadecimal("memory", range(CARD_MEMORY.get(kind, 0) + 1), b"")
    sectors = tuple(_sector(one) for one in table.tables("sector"))
    if sectors and kind is not CardKind.MIFARE_CLASSIC:
        table.fault("sector", f"sectors only with kind '{CardKind.MIFARE_CLASSIC}'", f"kind '{kind}'")
    card = CardSettings(name, table.text("label", name), table.text("number"), uid, kind, memory, sectors)
    table.done()
    return card


def _sector(table: Table) -> SectorContent:
    number = table.whole("number", 0, SECTORS - 1, 0)
    most = SECTOR_DATA if number else FIRST_SECTOR_DATA
    sector = SectorContent(
        number,
        table.hexadecimal("key_a", (KEY_LENGTH,), TRANSPORT_KEY),
        table.hexadecimal("key_b", (KEY_LENGTH,), TRANSPORT_KEY),
        table.hexadecimal("data", range(most + 1), b""),
    )
    table.done()
    return sector
