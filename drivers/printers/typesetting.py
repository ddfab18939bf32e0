"""From a receipt to pieces of ESC/POS: pictures in bands, text of the printer's own fonts, codes that it draws.

Between two pieces the core asks the printer how it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import assert_never

from PIL import Image

from drivers.printers.codes import (
    CODE_128_ROWS,
    QR_QUIET_MODULES,
    code_128_fits,
    code_128_picture,
    qr_matrix,
    qr_module_dots,
)
from drivers.printers.escpos import align, code_128, code_system, cut, qr_code, raster_bands
from drivers.printers.models import PrinterModel
from drivers.printers.raster import RECEIPT_ROWS_LIMIT, ReceiptDrawing, left_of
from drivers.printers.receipt import (
    Align,
    Code128,
    QrCode,
    Receipt,
    ReceiptLine,
    ReceiptPart,
    fits_code_128,
    fits_qr,
)
from drivers.printers.text import ROWS_A_LINE, Lettering, typed

_TEXT_LINES_A_PIECE = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that go out together, and about how many dot rows they print."""

    data: bytes
    rows: int
    raster: bool = False


@dataclass(frozen=True, slots=True)
class Typesetting:
    """How receipts are set for one printer."""

    drawing: ReceiptDrawing
    model: PrinterModel
    lettering: Lettering = Lettering.RASTER
    code_system: int | None = None
    """ESC 9 before the text of each receipt: 0 to 255, the maker's own numbers. None: not sent."""
    logo: Image.Image | None = None
    """Mode `1`, as wide as the drawing."""

    def pieces(self, receipt: Receipt) -> list[Piece]:
        """The receipt, with logo, feed and cut. Beyond `RECEIPT_ROWS_LIMIT` rows (2 m of paper) it is cut off."""
        pieces: list[Piece] = []
        rows = 0
        for piece in self._body(receipt):
            if rows + piece.rows > RECEIPT_ROWS_LIMIT:
                break
            pieces.append(piece)
            rows += piece.rows
        return [*pieces, self.cut()]

    def cut(self) -> Piece:
        """Feed past the knife, and cut."""
        return Piece(cut(self.model.cut, self.model.feed_lines), 0)

    def _body(self, receipt: Receipt) -> Iterator[Piece]:
        if self.logo is not None:
            yield from self._picture(self.logo)
        if self.lettering is not Lettering.RASTER and self.code_system is not None:
            yield Piece(code_system(self.code_system), 0)
        for kind, parts in groupby(receipt.parts, key=type):
            if kind is ReceiptLine:
                yield from self._lines([part for part in parts if isinstance(part, ReceiptLine)])
            else:
                for part in parts:
                    yield from self._code(part)

    def _lines(self, lines: Sequence[ReceiptLine]) -> Iterator[Piece]:
        if self.lettering is Lettering.RASTER:
            yield from self._picture(self.drawing.draw(lines))
            return
        rows: list[bytes] = []
        for line in lines:
            text = typed(line, self.lettering, self.drawing.width_dots)
            if text is None:
                yield from _text_pieces(rows)
                yield from self._picture(self.drawing.draw([line]))
                rows = []
            else:
                rows += text
        yield from _text_pieces(rows)

    def _code(self, part: ReceiptPart) -> Iterator[Piece]:
        match part:
            case QrCode(text, where) if fits_qr(text):
                modules = len(qr_matrix(text))
                dots = qr_module_dots(modules, self.drawing.width_dots)
                yield _aligned(where, qr_code(text, dots), (modules + 2 * QR_QUIET_MODULES) * dots)
            case Code128(text, where) if fits_code_128(text):
                if code_128_fits(text, self.drawing.width_dots):
                    yield _aligned(where, code_128(text), CODE_128_ROWS)
                else:
                    small = code_128_picture(text, self.drawing.width_dots)
                    yield from self._picture(on_paper(small, where, self.drawing.width_dots))
            case QrCode() | Code128() | ReceiptLine():
                return
            case _:
                assert_never(part)

    def _picture(self, picture: Image.Image) -> Iterator[Piece]:
        left = picture.height
        for band in raster_bands(picture, self.model.band_rows):
            yield Piece(band, min(left, self.model.band_rows), raster=True)
            left -= self.model.band_rows


def on_paper(picture: Image.Image, where: Align, width_dots: int) -> Image.Image:
    """A narrow picture on a strip of the paper's width."""
    strip = Image.new("1", (width_dots, picture.height), 1)
    strip.paste(picture, (left_of(where, width_dots - picture.width), 0))
    return strip


def _text_pieces(rows: list[bytes]) -> Iterator[Piece]:
    for first in range(0, len(rows), _TEXT_LINES_A_PIECE):
        together = rows[first : first + _TEXT_LINES_A_PIECE]
        yield Piece(b"".join(together), len(together) * ROWS_A_LINE)


def _aligned(where: Align, code: bytes, rows: int) -> Piece:
    return Piece(align(where) + code + align(Align.LEFT), rows)
