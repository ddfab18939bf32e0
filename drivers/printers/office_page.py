"""A receipt on pages for an office printer: a PDF of A4 pages with one column, drawn as on the receipt printer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from typing import assert_never

from PIL import Image

from drivers.printers.codes import code_128_picture, qr_picture
from drivers.printers.raster import RECEIPT_ROWS_LIMIT, ReceiptDrawing
from drivers.printers.receipt import Code128, QrCode, Receipt, ReceiptLine, ReceiptPart, fits_code_128, fits_qr
from drivers.printers.typesetting import on_paper

DOTS_AN_INCH = 203
PAGE_DOTS = (1678, 2374)
"""A4, 210 × 297 mm."""
MARGIN_DOTS = 160
"""20 mm, which every office printer leaves free."""
COLUMN_DOTS = 1120
"""140 mm: a line of text that is easy to read. A multiple of 8, as the receipt printer's rows are."""
_PAGE_ROWS = PAGE_DOTS[1] - 2 * MARGIN_DOTS


@dataclass(frozen=True, slots=True)
class OfficePages:
    """How receipts are set for an office printer. The drawing is `COLUMN_DOTS` wide, the logo as wide or none."""

    drawing: ReceiptDrawing
    logo: Image.Image | None = None

    def pages(self, receipt: Receipt) -> list[Image.Image]:
        """The receipt in mode `1`, at least one page. Beyond `RECEIPT_ROWS_LIMIT` rows (2 m) it is cut off."""
        strips = [strip for part in self._strips(receipt) for strip in _sliced(part)]
        return [_page(column) for column in _columns(strips)]

    def document(self, receipt: Receipt) -> bytes:
        """The pages as PDF. Titles are in it as dots, not as words."""
        pages = self.pages(receipt)
        file = BytesIO()
        pages[0].save(file, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS_AN_INCH)
        return file.getvalue()

    def _strips(self, receipt: Receipt) -> Iterator[Image.Image]:
        if self.logo is not None:
            yield self.logo
        for kind, parts in groupby(receipt.parts, key=type):
            if kind is ReceiptLine:
                yield from (self.drawing.draw([line]) for line in parts if isinstance(line, ReceiptLine))
            else:
                yield from (strip for part in parts for strip in self._code(part))

    def _code(self, part: ReceiptPart) -> Iterator[Image.Image]:
        width = self.drawing.width_dots
        match part:
            case QrCode(text, where) if fits_qr(text):
                yield on_paper(qr_picture(text, width), where, width)
            case Code128(text, where) if fits_code_128(text):
                yield on_paper(code_128_picture(text, width), where, width)
            case QrCode() | Code128() | ReceiptLine():
                return
            case _:
                assert_never(part)


def _sliced(strip: Image.Image) -> Iterator[Image.Image]:
    """A paragraph that is higher than a page, in pages."""
    for top in range(0, strip.height, _PAGE_ROWS):
        yield strip.crop((0, top, strip.width, min(top + _PAGE_ROWS, strip.height)))


def _columns(strips: list[Image.Image]) -> list[list[Image.Image]]:
    """Strips by page: none is cut in two."""
    columns: list[list[Image.Image]] = [[]]
    rows = whole = 0
    for strip in strips:
        whole += strip.height
        if whole > RECEIPT_ROWS_LIMIT:
            break
        if rows + strip.height > _PAGE_ROWS:
            columns.append([])
            rows = 0
        columns[-1].append(strip)
        rows += strip.height
    return columns


def _page(column: list[Image.Image]) -> Image.Image:
    page = Image.new("1", PAGE_DOTS, 1)
    top = MARGIN_DOTS
    for strip in column:
        page.paste(strip, (MARGIN_DOTS, top))
        top += strip.height
    return page
