"""Draws lines of a receipt as a 1-bit picture of the paper's width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
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
_ARABIC = (("\u0600", "\u06ff"), ("\u0750", "\u077f"), ("\u08a0", "\u08ff"), ("\ufb50", "\ufdff"), ("\ufe70", "\ufefc"))
_WITH_ARABIC = frozenset(" 0123456789.,:!-")
"""What the Arabic font draws, too; the order within a stretch is FriBidi's."""
_DOTS = {Style.TITLE: 36, Style.BODY: 26, Style.SMALL: 20}


@dataclass(frozen=True)
class ReceiptDrawing:
    """A font and a paper width. `font_index` chooses the face in a collection file (`.ttc`).

    `arabic_path` is the font of Arabic letters, which the fonts of other scripts have not.
    """

    font_path: Path
    font_index: int = 0
    width_dots: int = WIDTH_80_MM
    arabic_path: Path | None = None

    @cached_property
    def _fonts(self) -> dict[Style, ImageFont.FreeTypeFont]:
        return _sizes(self.font_path, self.font_index)

    @cached_property
    def _arabic_fonts(self) -> dict[Style, ImageFont.FreeTypeFont]:
        return self._fonts if self.arabic_path is None else _sizes(self.arabic_path, 0)

    def load_fonts(self) -> None:
        """Read the fonts now. Raises `BadSetting` when it is not there or has no such face."""
        _ = self._fonts, self._arabic_fonts

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
        parts = self._parts(line.text, line.style)
        left = float(left_of(line.align, max(self.width_dots - round(self._length(line.text, line.style)), 0)))
        baseline = top + self._fonts[line.style].getmetrics()[0]
        for text, font in reversed(parts) if _is_arabic(line.text[:1]) else parts:
            pen.text((left, baseline), text, font=font, fill=0, anchor="ls")
            left += font.getlength(text)

    def _wrapped(self, line: ReceiptLine) -> list[ReceiptLine]:
        if line.style is Style.RULE:
            return [line]
        length = partial(self._length, style=line.style)
        return [replace(line, text=row) for row in wrap(line.text, self.width_dots, length)]

    def _length(self, text: str, style: Style) -> float:
        return sum(font.getlength(part) for part, font in self._parts(text, style))

    def _parts(self, text: str, style: Style) -> list[tuple[str, ImageFont.FreeTypeFont]]:
        """Stretches of one font, as they are read: Arabic letters with the digits, blanks and marks among them."""
        parts: list[tuple[str, bool]] = []
        for character in text:
            arabic = _is_arabic(character)
            if parts and (arabic == parts[-1][1] or (parts[-1][1] and character in _WITH_ARABIC)):
                parts[-1] = (parts[-1][0] + character, parts[-1][1])
            else:
                parts.append((character, arabic))
        return [(part, (self._arabic_fonts if arabic else self._fonts)[style]) for part, arabic in parts]


def _sizes(path: Path, index: int) -> dict[Style, ImageFont.FreeTypeFont]:
    try:
        return {style: ImageFont.truetype(str(path), dots, index=index) for style, dots in _DOTS.items()}
    except OSError as error:
        raise BadSetting(f"receipt font {path}, face {index}: {error}") from error


def _is_arabic(character: str) -> bool:
    """Whether it is a letter or mark of one of Unicode's Arabic blocks."""
    return bool(character) and any(first <= character <= last for first, last in _ARABIC)


def left_of(align: Align, spare_dots: int) -> int:
    """Dots left of something that leaves `spare_dots` of the paper's width free."""
    return {Align.LEFT: 0, Align.CENTRE: spare_dots // 2, Align.RIGHT: spare_dots}[align]
