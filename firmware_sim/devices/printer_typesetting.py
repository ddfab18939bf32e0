"""The printer's typesetter: modes and characters to rows of dots.

Sizes of characters are those of an 80 mm printer with a Chinese font: 12 x 24 dots for ASCII, 24 x 24 for Chinese.
The drawing is coarse; the words of a line are kept beside it.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass, replace
from typing import Protocol

from PIL import Image, ImageDraw, ImageFont

from firmware_sim.devices.printer_commands import (
    Align,
    Alignment,
    BarcodeHeight,
    BarcodeModule,
    Bold,
    ChineseMode,
    CodePage,
    Initialise,
    LineSpacing,
    Mode,
    QrLevel,
    QrModel,
    QrSize,
    QrStore,
    RasterStart,
    Size,
)
from firmware_sim.devices.printer_parser import USUAL_LINE_DOTS
from firmware_sim.paper.code128 import NotCode128, bars
from firmware_sim.paper.fonts import FontMissing, Weight, font
from firmware_sim.paper.qr import modules
from firmware_sim.paper.strip import row_bytes

CELL_HEIGHT, ASCII_WIDTH, CHINESE_WIDTH = 24, 12, 24
BASELINE = 20
DRAWN_SIZE = 22
"""Pixels an em: Noto Sans CJK's highest letters fill a cell of 24."""

USUAL_SIZE = Size(1, 1)

CODE_PAGES = {0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 16: "cp1252", 17: "cp866", 18: "cp852"}
"""ESC t n. Source: Epson ESC/POS command reference, character code tables."""

QR_USUAL_DOTS = 3
BARCODE_USUAL_HEIGHT = 162
BARCODE_USUAL_MODULE = 3

_DOUBLED = [sum(0x03 << (2 * bit) for bit in range(8) if byte >> bit & 1) for byte in range(256)]
"""Each byte with every dot twice as wide."""


class _Decoder(Protocol):
    def decode(self, data: bytes, final: bool = ...) -> str: ...


@dataclass(frozen=True, slots=True)
class Modes:
    """What commands have set; as at power-on to begin with."""

    alignment: Alignment = Alignment.LEFT
    size: Size = USUAL_SIZE
    bold: bool = False
    line_dots: int = USUAL_LINE_DOTS
    code_page: int = 0
    chinese: bool = False
    qr_dots: int = QR_USUAL_DOTS
    qr_level: str = "L"
    qr_data: bytes = b""
    barcode_height: int = BARCODE_USUAL_HEIGHT
    barcode_module: int = BARCODE_USUAL_MODULE


@dataclass(frozen=True, slots=True)
class Line:
    """A line of type: its words and its rows, one after the other."""

    text: str
    rows: bytes


@dataclass(frozen=True, slots=True)
class _Cell:
    character: str
    size: Size
    bold: bool

    @property
    def width(self) -> int:
        return (ASCII_WIDTH if ord(self.character) < 0x100 else CHINESE_WIDTH) * self.size.width


class Typesetter:
    """Modes, and the line that is being set."""

    def __init__(self, width_dots: int) -> None:
        self._width = width_dots
        self.modes = Modes()
        self._cells: list[_Cell] = []
        self._decoder = self._new_decoder()
        self._raster = RasterStart(0, 0, 0)

    @property
    def line_begun(self) -> bool:
        """Whether characters wait for the end of their line."""
        return bool(self._cells)

    def clear(self) -> None:
        """Drop the line begun."""
        self._cells = []
        self._decoder = self._new_decoder()

    def set_mode(self, mode: Mode) -> None:
        """Take over what a command sets."""
        match mode:
            case Initialise():
                self.modes = Modes()
                self.clear()
            case Align(alignment):
                self.modes = replace(self.modes, alignment=alignment)
            case Size():
                self.modes = replace(self.modes, size=mode)
            case Bold(on):
                self.modes = replace(self.modes, bold=on)
            case LineSpacing(dots):
                self.modes = replace(self.modes, line_dots=dots)
            case CodePage(number):
                self.modes = replace(self.modes, code_page=number)
                self._decoder = self._new_decoder()
            case ChineseMode(on):
                self.modes = replace(self.modes, chinese=on)
                self._decoder = self._new_decoder()
            case QrModel():
                return
            case QrSize(dots):
                self.modes = replace(self.modes, qr_dots=dots)
            case QrLevel(level):
                self.modes = replace(self.modes, qr_level=level)
            case QrStore(data):
                self.modes = replace(self.modes, qr_data=data)
            case BarcodeHeight(dots):
                self.modes = replace(self.modes, barcode_height=dots)
            case BarcodeModule(dots):
                self.modes = replace(self.modes, barcode_module=dots)

    def set_text(self, data: bytes) -> list[Line]:
        """Set characters; returns the lines that became full."""
        full: list[Line] = []
        for character in self._decoder.decode(data):
            cell = _Cell(character, self.modes.size, self.modes.bold)
            if self._cells and sum(one.width for one in self._cells) + cell.width > self._width:
                full.append(self._drawn())
            self._cells.append(cell)
        return full

    def end_line(self) -> Line | None:
        """The line begun, or None for an empty one."""
        return self._drawn() if self._cells else None

    def begin_raster(self, raster: RasterStart) -> None:
        """The rows that come belong to this raster."""
        self._raster = raster

    def raster_row(self, row: bytes) -> list[bytes]:
        """Rows of dots of one row of a raster: two in the modes that double its height."""
        data = b"".join(_DOUBLED[byte].to_bytes(2) for byte in row) if self._raster.mode & 1 else row
        return [self._aligned(int.from_bytes(data), 8 * len(data))] * (2 if self._raster.mode & 2 else 1)

    def qr_code(self) -> list[bytes]:
        """Rows of the stored QR code; none where nothing, or more than a code holds, is stored."""
        dots = self.modes.qr_dots
        rows = modules(self.modes.qr_data, self.modes.qr_level)
        return [drawn for row in rows for drawn in [self._modules(row, dots)] * dots]

    def code_128(self, data: bytes) -> list[bytes]:
        """Rows of a barcode; none where the data is not Code 128."""
        try:
            symbol = bars(data)
        except NotCode128:
            return []
        return [self._modules(symbol, self.modes.barcode_module)] * self.modes.barcode_height

    def _modules(self, row: str, dots: int) -> bytes:
        wide = "".join(module * dots for module in row)
        return self._aligned(int(wide, 2), len(wide))

    def _aligned(self, dots: int, width: int) -> bytes:
        """A row of the paper with `width` dots on it where the alignment says; what goes beyond the edge is lost."""
        room = max(0, self._width - width)
        left = {Alignment.LEFT: 0, Alignment.CENTRE: room // 2, Alignment.RIGHT: room}[self.modes.alignment]
        shift = self._width - left - width
        whole = dots << shift if shift >= 0 else dots >> -shift
        padding = 8 * row_bytes(self._width) - self._width
        return (whole << padding).to_bytes(row_bytes(self._width))

    def _drawn(self) -> Line:
        cells, self._cells = self._cells, []
        height = max(cell.size.height for cell in cells) * CELL_HEIGHT
        picture = Image.new("1", (sum(cell.width for cell in cells), height))
        left = 0
        for cell in cells:
            drawn = _character(cell)
            picture.paste(drawn, (left, height - drawn.height))
            left += cell.width
        size = row_bytes(picture.width)
        data = picture.tobytes()
        rows = [
            self._aligned(int.from_bytes(data[at : at + size]) >> (8 * size - picture.width), picture.width)
            for at in range(0, len(data), size)
        ]
        return Line("".join(cell.character for cell in cells), b"".join(rows))

    def _new_decoder(self) -> _Decoder:
        name = "gb18030" if self.modes.chinese else CODE_PAGES.get(self.modes.code_page, CODE_PAGES[0])
        return codecs.getincrementaldecoder(name)("replace")


def _character(cell: _Cell) -> Image.Image:
    width = cell.width // cell.size.width
    picture = Image.new("1", (width, CELL_HEIGHT))
    draw = ImageDraw.Draw(picture)
    face = _face(bold=cell.bold)
    draw.text((width / 2, BASELINE), cell.character, font=face, fill=1, anchor="ms")
    return picture.resize((width * cell.size.width, CELL_HEIGHT * cell.size.height))


def _face(*, bold: bool) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return font(Weight.BOLD if bold else Weight.REGULAR, DRAWN_SIZE)
    except FontMissing:
        return ImageFont.load_default(DRAWN_SIZE)
