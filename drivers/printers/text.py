"""Lines of a receipt as text of the printer's own fonts: letters of 12 dots, Chinese characters of 24.

Source: docs/devices.md section 3 (`1C 26` … `1C 2E`, 24 × 24 dots, `1B 61 n`, `1D 21 n`); GB 18030 for the bytes. A
character of one byte is a letter of the printer's font A, 12 dots wide; any longer one fills a Chinese cell.
"""

from __future__ import annotations

from enum import StrEnum

from drivers.printers.escpos import CHINESE_OFF, CHINESE_ON, align, size
from drivers.printers.receipt import Align, ReceiptLine, Style
from drivers.printers.wrapping import wrap

LETTER_DOTS, CELL_DOTS = 12, 24
ROWS_A_LINE = 34
"""Dot rows from line to line: a sixth of an inch at 203 dots an inch, as a printer has it after ESC @."""
LINE_FEED = b"\n"
_DOUBLE = 0x11
"""GS !: twice as wide and twice as high."""
_PLAIN = 0x00


class Lettering(StrEnum):
    """How words come on the paper."""

    RASTER = "raster"
    """As pictures drawn by the kiosk: the same on every printer."""
    GB18030 = "gb18030"
    """As text of the printer's own fonts, every character that there is."""
    GBK = "gbk"
    """As text; a line with a character beyond GBK as a picture."""
    GB2312 = "gb2312"
    """As text; a line with a character beyond GB 2312 as a picture."""


def typed(line: ReceiptLine, lettering: Lettering, width_dots: int) -> list[bytes] | None:
    """A paragraph as lines of text, each with its line feed; None where this printer must be sent a picture."""
    if line.style is Style.RULE:
        return [_row("-" * (width_dots // LETTER_DOTS), ReceiptLine(""))]
    scale = 2 if line.style is Style.TITLE else 1
    rows = wrap(line.text, width_dots, lambda text: scale * text_dots(text))
    if not all(has_characters(row, lettering) for row in rows):
        return None
    return [_row(row, line) for row in rows]


def text_dots(text: str) -> int:
    """How wide the printer makes a text in plain size. Halves of surrogate pairs count as a letter."""
    return sum(LETTER_DOTS if len(_bytes_of(letter)) == 1 else CELL_DOTS for letter in text)


def has_characters(text: str, lettering: Lettering) -> bool:
    """Whether the printer's set has every character. Told by the bytes of GB 18030, which the older sets share."""
    match lettering:
        case Lettering.RASTER:
            return False
        case Lettering.GB18030:
            return True
        case Lettering.GBK | Lettering.GB2312:
            return all(_is_in(_bytes_of(letter), lettering) for letter in text)


def _is_in(character: bytes, older: Lettering) -> bool:
    if len(character) > 2:
        return False
    try:
        character.decode(older.value)
    except UnicodeDecodeError:
        return False
    return True


def _bytes_of(letter: str) -> bytes:
    return letter.encode("gb18030", errors="replace")


def _row(text: str, line: ReceiptLine) -> bytes:
    """Wrapped text has no control characters, and no byte of GB 18030 is below 0x20: no title can be a command."""
    how = align(line.align) + size(_DOUBLE if line.style is Style.TITLE else _PLAIN)
    back = size(_PLAIN) + align(Align.LEFT)
    return how + CHINESE_ON + _bytes_of(text) + LINE_FEED + CHINESE_OFF + back
