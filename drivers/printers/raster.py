"""Draws lines of a receipt as a 1-bit picture of the paper's width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from drivers.errors import BadSetting
from drivers.printers.receipt import Align, ReceiptLine, Style
from drivers.printers.wrapping import wrap

WIDTH_80_MM, WIDTH_58_MM = 576, 384
"""Printable dots across 80 mm and 58 mm paper at 203 dots an inch."""
RECEIPT_ROWS_LIMIT = 16_384
_RULE_ROWS = 16
_DOTS = {Style.TITLE: 36, Style.BODY: 26, Style.SMALL: 20}


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

    def draw(self, lines: Sequence[ReceiptLine]) -> Image.Image:
        """The lines in black on white, mode `1`, `width_dots` wide.

        Raises `BadSetting` for a font that cannot be read. More than `RECEIPT_ROWS_LIMIT` rows (2 m of paper) are cut
        off there.
        """
        rows = list(chain.from_iterable(self._wrapped(line) for line in lines))
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
        pen.text((left_of(line.align, spare), top), line.text, font=font, fill=0)

    def _wrapped(self, line: ReceiptLine) -> list[ReceiptLine]:
        if line.style is Style.RULE:
            return [line]
        font = self._fonts[line.style]
        return [replace(line, text=row) for row in wrap(line.text, self.width_dots, font.getlength)]


def left_of(align: Align, spare_dots: int) -> int:
    """Dots left of something that leaves `spare_dots` of the paper's width free."""
    return {Align.LEFT: 0, Align.CENTRE: spare_dots // 2, Align.RIGHT: spare_dots}[align]
