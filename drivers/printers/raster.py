"""Draws a receipt as a 1-bit picture of the paper's width: Latin words wrap at spaces, Chinese between characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.errors import BadSetting
from drivers.printers.receipt import Align, Receipt, ReceiptLine, Style

WIDTH_80_MM, WIDTH_58_MM = 576, 384
"""Printable dots across 80 mm and 58 mm paper at 203 dots an inch."""
RECEIPT_ROWS_LIMIT = 16_384
_RULE_ROWS = 16
_DOTS = {Style.TITLE: 36, Style.BODY: 26, Style.SMALL: 20}
_WIDE = re.compile(r"([\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef])")
_NOT_FIRST_ON_A_LINE = frozenset("，。、；：？！）》」』】〉,.;:?!)]}")


@dataclass(frozen=True)
class ReceiptDrawing:
    """A font and a paper width. `font_index` chooses the face in a collection file (`.ttc`)."""

    font_path: Path
    font_index: int = 0
    width_dots: int = WIDTH_80_MM

    @cached_property
    def _fonts(self) -> dict[Style, ImageFont.FreeTypeFont]:
        try:
            return {
                style: ImageFont.truetype(str(self.font_path), dots, index=self.font_index)
                for style, dots in _DOTS.items()
            }
        except OSError as error:
            raise BadSetting(f"receipt font {self.font_path}, face {self.font_index}: {error}") from error

    def load_fonts(self) -> None:
        """Read the font now. Raises `BadSetting` when it is not there or has no such face."""
        _ = self._fonts

    def draw(self, receipt: Receipt) -> Image.Image:
        """The receipt in black on white, mode `1`, `width_dots` wide.

        Raises `BadSetting` for a font that cannot be read. A receipt longer than `RECEIPT_ROWS_LIMIT` rows (2 m of
        paper) is cut off there.
        """
        rows = list(chain.from_iterable(self._wrapped(line) for line in receipt.lines))
        height = min(sum(self._height(line) for line in rows), RECEIPT_ROWS_LIMIT)
        picture = Image.new("1", (self.width_dots, max(height, 1)), 1)
        pen = ImageDraw.Draw(picture)
        top = 0
        for line in rows:
            self._draw_line(pen, line, top)
            top += self._height(line)
        return picture

    def _height(self, line: ReceiptLine) -> int:
        return _RULE_ROWS if line.style is Style.RULE else round(_DOTS[line.style] * 1.4)

    def _draw_line(self, pen: ImageDraw.ImageDraw, line: ReceiptLine, top: int) -> None:
        if line.style is Style.RULE:
            middle = top + _RULE_ROWS // 2
            pen.line((0, middle, self.width_dots - 1, middle), fill=0, width=2)
            return
        font = self._fonts[line.style]
        spare = max(self.width_dots - round(font.getlength(line.text)), 0)
        left = {Align.LEFT: 0, Align.CENTRE: spare // 2, Align.RIGHT: spare}[line.align]
        pen.text((left, top), line.text, font=font, fill=0)

    def _wrapped(self, line: ReceiptLine) -> list[ReceiptLine]:
        if line.style is Style.RULE:
            return [line]
        font = self._fonts[line.style]
        texts = chain.from_iterable(self._wrap(text, font) for text in line.text.split("\n"))
        return [ReceiptLine(text, line.style, line.align) for text in texts]

    def _wrap(self, text: str, font: ImageFont.FreeTypeFont) -> list[str]:
        rows, row = [], ""
        for piece in _pieces(text):
            if font.getlength((row + piece).rstrip()) <= self.width_dots:
                row += piece
                continue
            if row.strip():
                rows.append(row.rstrip())
            row = ""
            for letter in piece.lstrip():
                if row and font.getlength(row + letter) > self.width_dots:
                    rows.append(row)
                    row = ""
                row += letter
        return [*rows, row.rstrip()]


def _pieces(text: str) -> list[str]:
    """What must not be broken: words with the spaces after them, single Chinese characters with closing marks after."""
    printable = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C")
    pieces: list[str] = []
    for chunk in _WIDE.split(printable):
        for piece in re.findall(r"\s+|\S+\s*", chunk):
            if pieces and piece[0] in _NOT_FIRST_ON_A_LINE:
                pieces[-1] += piece
            else:
                pieces.append(piece)
    return pieces
