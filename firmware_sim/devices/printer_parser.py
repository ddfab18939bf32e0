"""Cuts the bytes that a host sends into commands, however they are chunked.

A raster comes out row by row, because it may be longer than the printer's memory. Its bytes are data: a real-time
command among them is dots.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.devices.printer_commands import (
    Align,
    Alignment,
    AutomaticStatus,
    BarcodeHeight,
    BarcodeModule,
    Bold,
    ChineseMode,
    Code128,
    CodePage,
    Command,
    Cut,
    CutMode,
    FeedDots,
    FeedLines,
    Identify,
    Ignored,
    Initialise,
    LineFeed,
    LineSpacing,
    QrLevel,
    QrModel,
    QrPrint,
    QrSize,
    QrStore,
    RasterRow,
    RasterStart,
    Recover,
    Recovery,
    Size,
    StatusQuestion,
    Text,
)
from firmware_sim.devices.printer_frames import (
    DLE,
    ESC,
    FIRST_PRINTABLE,
    FS,
    GS,
    LF,
    PREFIXES,
    RASTER_HEAD_BYTES,
    length_of,
)

USUAL_LINE_DOTS = 30
"""ESC 2 and power-on: 3.75 mm."""

LONGEST_KEPT = 8192
"""A QR code takes 7,092 digits; a longer command is none that prints here and is dropped as it comes."""

_QR_CODE = 0x31
"""GS ( k cn: the symbol."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command and how many bytes of the host's it took."""

    command: Command
    size: int


class Parser:
    """The printer's ear."""

    def __init__(self) -> None:
        self._incoming = bytearray()
        self._row_bytes = 0
        self._rows_left = 0
        self._drop = 0

    @property
    def held(self) -> int:
        """Bytes of a command that has not come whole."""
        return len(self._incoming)

    def take(self, data: bytes) -> list[Parsed]:
        """Take bytes as they came; return the commands that are whole now."""
        self._incoming += data
        found: list[Parsed] = []
        while (parsed := self._next()) is not None:
            found.append(parsed)
        return found

    def _next(self) -> Parsed | None:
        if self._drop:
            return self._dropped()
        if not self._incoming:
            return None
        if self._rows_left:
            return self._row()
        first = self._incoming[0]
        if first >= FIRST_PRINTABLE:
            return self._text()
        if first not in PREFIXES:
            return self._cut_off(1, lambda data: LineFeed() if first == LF else Ignored(data))
        return self._prefixed()

    def _prefixed(self) -> Parsed | None:
        size = length_of(self._incoming)
        if size is None:
            return None
        if self._incoming[:3] == b"\x1dv0":
            return self._raster_head()
        if size > LONGEST_KEPT:
            self._drop = size
            return self._dropped()
        return self._cut_off(size, _command_of) if len(self._incoming) >= size else None

    def _raster_head(self) -> Parsed:
        head = bytes(self._incoming[:RASTER_HEAD_BYTES])
        width, height = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:8], "little")
        self._row_bytes, self._rows_left = (width, height) if width else (0, 0)
        return self._cut_off(RASTER_HEAD_BYTES, lambda data: RasterStart(data[3] & 0x03, width, height))

    def _row(self) -> Parsed | None:
        if len(self._incoming) < self._row_bytes:
            return None
        self._rows_left -= 1
        return self._cut_off(self._row_bytes, RasterRow)

    def _text(self) -> Parsed:
        end = next((at for at, byte in enumerate(self._incoming) if byte < FIRST_PRINTABLE), len(self._incoming))
        return self._cut_off(end, Text)

    def _dropped(self) -> Parsed | None:
        size = min(self._drop, len(self._incoming))
        if not size:
            return None
        self._drop -= size
        return self._cut_off(size, lambda data: Ignored(data[:2]))

    def _cut_off(self, size: int, made: Callable[[bytes], Command]) -> Parsed:
        data = bytes(self._incoming[:size])
        del self._incoming[:size]
        return Parsed(made(data), size)


def _command_of(data: bytes) -> Command:
    """What one whole command means; one with a parameter out of its range is ignored, as the reference says."""
    makers: dict[int, Callable[[bytes], Command | None]] = {DLE: _dle, ESC: _esc, FS: _fs, GS: _gs}
    return makers[data[0]](data) or Ignored(data)


def _dle(data: bytes) -> Command | None:
    if data[1] == 0x04 and 1 <= data[2] <= 4:
        return StatusQuestion(data[2])
    if data[1] == 0x05 and data[2] in (Recovery.GO_ON.value, Recovery.CLEAR.value):
        return Recover(Recovery(data[2]))
    return None


def _esc(data: bytes) -> Command | None:
    n = data[2] if len(data) > 2 else 0
    match chr(data[1]):
        case "@":
            return Initialise()
        case "a":
            number = n - ord("0") if n >= ord("0") else n
            return Align(Alignment(number)) if number in (0, 1, 2) else None
        case "E" | "G":
            return Bold(bool(n & 1))
        case "d":
            return FeedLines(n)
        case "J":
            return FeedDots(n)
        case "2":
            return LineSpacing(USUAL_LINE_DOTS)
        case "3":
            return LineSpacing(n)
        case "t":
            return CodePage(n)
        case "!":
            return Size(2 if n & 0x20 else 1, 2 if n & 0x10 else 1)
        case "i" | "m":
            return Cut(CutMode.PARTIAL, None)
        case _:
            return None


def _fs(data: bytes) -> Command | None:
    match chr(data[1]):
        case "&":
            return ChineseMode(on=True)
        case ".":
            return ChineseMode(on=False)
        case _:
            return None


def _gs(data: bytes) -> Command | None:
    n = data[2] if len(data) > 2 else 0
    match chr(data[1]):
        case "!":
            width, height = n >> 4, n & 0x0F
            return Size(width + 1, height + 1) if width < 8 and height < 8 else None
        case "V":
            return _gs_cut(data)
        case "a":
            return AutomaticStatus(n)
        case "I":
            return Identify(n)
        case "h":
            return BarcodeHeight(n) if n else None
        case "w":
            return BarcodeModule(n) if 1 <= n <= 6 else None
        case "k":
            return Code128(data[4:]) if n == 73 else None
        case "(":
            return _gs_symbol(data) if n == ord("k") else None
        case _:
            return None


def _gs_cut(data: bytes) -> Command | None:
    match data[2]:
        case 0 | 0x30:
            return Cut(CutMode.FULL, None)
        case 1 | 0x31:
            return Cut(CutMode.PARTIAL, None)
        case 0x41:
            return Cut(CutMode.FULL, data[3])
        case 0x42:
            return Cut(CutMode.PARTIAL, data[3])
        case _:
            return None


def _gs_symbol(data: bytes) -> Command | None:
    """GS ( k pL pH cn fn …, the QR code's functions."""
    if len(data) < 8 or data[5] != _QR_CODE:
        return None
    match data[6]:
        case 65:
            return QrModel(data[7] - ord("0")) if data[7] in b"12" else None
        case 67:
            return QrSize(data[7]) if 1 <= data[7] <= 16 else None
        case 69:
            return QrLevel("LMQH"[data[7] - ord("0")]) if data[7] in b"0123" else None
        case 80:
            return QrStore(data[8:])
        case 81:
            return QrPrint()
        case _:
            return None
