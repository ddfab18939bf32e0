"""QR codes and Code 128: how large they come out, and pictures of them for paper on which no printer can draw them."""

from __future__ import annotations

from barcode import Code128 as Code128Modules  # type: ignore[import-untyped]
from PIL import Image, ImageDraw
from qrcode.constants import ERROR_CORRECT_L
from qrcode.main import QRCode

from drivers.printers.escpos import QR_MODULE_DOTS

CODE_128_MODULE_DOTS = 3
"""What a printer starts with (GS w, Epson ESC/POS command reference)."""
CODE_128_ROWS = 162
"""How high a printer starts with (GS h, Epson ESC/POS command reference)."""
QR_QUIET_MODULES = 4
_CHARACTER_MODULES, _STOP_MODULES = 11, 13
"""ISO/IEC 15417. Start and check characters are as wide as those of the text."""


def qr_matrix(text: str) -> list[list[bool]]:
    """Modules row by row, true for black: level L, the smallest version, without the quiet zone."""
    code = QRCode(error_correction=ERROR_CORRECT_L, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_module_dots(modules: int, width_dots: int) -> int:
    """The usual module, or the largest with which the code and its quiet zone fit; at least 1."""
    return max(min(QR_MODULE_DOTS, width_dots // (modules + 2 * QR_QUIET_MODULES)), 1)


def code_128_modules(text: str) -> str:
    """`1` for a black module, `0` for a white one, without the quiet zones."""
    (modules,) = Code128Modules(text).build()
    return str(modules)


def code_128_fits(text: str, width_dots: int) -> bool:
    """Whether the code has room as the printer makes it. It prints none where not. The quiet zones of ten modules lie
    on the margins of the paper, 4 mm and more, where nothing is printed."""
    modules = (len(text) + 2) * _CHARACTER_MODULES + _STOP_MODULES
    return modules * CODE_128_MODULE_DOTS <= width_dots


def qr_picture(text: str, width_dots: int) -> Image.Image:
    """A QR code in mode `1`, no wider than `width_dots`, with its quiet zone above and below."""
    matrix = qr_matrix(text)
    dots = qr_module_dots(len(matrix), width_dots)
    quiet = QR_QUIET_MODULES * dots
    picture = Image.new("1", (len(matrix) * dots, len(matrix) * dots + 2 * quiet), 1)
    pen = ImageDraw.Draw(picture)
    for row, modules in enumerate(matrix):
        for column, black in enumerate(modules):
            if black:
                left, top = column * dots, quiet + row * dots
                pen.rectangle((left, top, left + dots - 1, top + dots - 1), fill=0)
    return picture


def code_128_picture(text: str, width_dots: int) -> Image.Image:
    """A Code 128 in mode `1`, with the widest modules that fit; at most those of a printer."""
    modules = code_128_modules(text)
    dots = max(min(CODE_128_MODULE_DOTS, width_dots // len(modules)), 1)
    picture = Image.new("1", (len(modules) * dots, CODE_128_ROWS), 1)
    pen = ImageDraw.Draw(picture)
    for place, module in enumerate(modules):
        if module == "1":
            pen.rectangle((place * dots, 0, place * dots + dots - 1, CODE_128_ROWS - 1), fill=0)
    return picture
