"""Bytes for an ESC/POS printer. Raster and QR code come from python-escpos, the few short commands stand here.

Source: Epson ESC/POS command reference; feeding before the knife and bands of 100 rows: HS-K33 in service
(github Hypernova-Oy/lainuri hs_k33.py). Why python-escpos does not cut for us: docs/adr/0103.
"""

from __future__ import annotations

from enum import StrEnum

from PIL import Image

from drivers.printers.receipt import Align

INITIALISE = b"\x1b@"
AUTOMATIC_STATUS_ALL = 0xFF
"""Mask of GS a: drawer, on or off line, errors, paper, panel switch."""
CLEAR_AND_RECOVER = b"\x10\x05\x02"
"""DLE ENQ 2: leave an error, and throw away what was received."""
CHINESE_ON, CHINESE_OFF = b"\x1c&", b"\x1c."
QUESTIONS = (1, 2, 3, 4)
QR_MODULE_DOTS = 6
_ALIGNS = {Align.LEFT: 0, Align.CENTRE: 1, Align.RIGHT: 2}
_CODE_128 = 0x49
_CODE_SET_B = b"{B"


class Cut(StrEnum):
    """How a receipt is separated. What can feed by itself has the form with feed, GS V 65 and 66."""

    FULL = "full"
    PARTIAL = "partial"
    FULL_AT_ONCE = "full-at-once"
    """GS V 0: where the paper is."""
    PARTIAL_AT_ONCE = "partial-at-once"
    """GS V 1: where the paper is."""
    ONE_POINT_LEFT = "one-point-left"
    """Old form `ESC i`, for printers without `GS V`."""
    THREE_POINTS_LEFT = "three-points-left"
    """Old form `ESC m`."""
    NONE = "none"


_KNIVES = {
    Cut.FULL: b"\x1dV\x41\x00",
    Cut.PARTIAL: b"\x1dV\x42\x00",
    Cut.FULL_AT_ONCE: b"\x1dV\x00",
    Cut.PARTIAL_AT_ONCE: b"\x1dV\x01",
    Cut.ONE_POINT_LEFT: b"\x1bi",
    Cut.THREE_POINTS_LEFT: b"\x1bm",
    Cut.NONE: b"",
}


def automatic_status(mask: int) -> bytes:
    """GS a: four bytes at every change of what the mask's bits name; `AUTOMATIC_STATUS_ALL` for all."""
    return bytes((0x1D, 0x61, mask))


def ask_status(question: int) -> bytes:
    """DLE EOT `question`, 1 to 4: answered by one byte at once, off line too."""
    return bytes((0x10, 0x04, question))


def cut(how: Cut, feed_lines: int) -> bytes:
    """Feed past the knife, which sits above the head, and cut."""
    return feed(feed_lines) + _KNIVES[how]


def feed(lines: int) -> bytes:
    """ESC d: print what is in the line buffer and feed `lines` (0 to 255)."""
    return bytes((0x1B, 0x64, lines))


def align(how: Align) -> bytes:
    """ESC a: where the next lines and codes stand."""
    return bytes((0x1B, 0x61, _ALIGNS[how]))


def size(how: int) -> bytes:
    """GS !: width in the high half of the byte, height in the low one, 0 for plain."""
    return bytes((0x1D, 0x21, how))


def code_system(number: int) -> bytes:
    """ESC 9: the Chinese code system of some Chinese makers. The numbers are each maker's own."""
    return bytes((0x1B, 0x39, number))


def raster_bands(picture: Image.Image, band_rows: int) -> tuple[bytes, ...]:
    """A 1-bit picture (black on white, mode `1`) as GS v 0 commands of at most `band_rows` rows each."""
    from escpos.printer import Dummy  # 140 ms to import: only where something is printed

    dummy = Dummy(profile=_paper(picture.width))
    bands: list[bytes] = []
    for top in range(0, picture.height, band_rows):
        band = picture.crop((0, top, picture.width, min(top + band_rows, picture.height)))
        dummy.image(band, fragment_height=band.height)
        bands.append(bytes(dummy.output))
        dummy.clear()
    return tuple(bands)


def qr_code(text: str, module_dots: int = QR_MODULE_DOTS) -> bytes:
    """A QR code that the printer draws itself: model 2, level L, `module_dots` 1 to 16."""
    from escpos.printer import Dummy

    dummy = Dummy()
    dummy.qr(text, size=module_dots, native=True)
    return bytes(dummy.output)


def code_128(text: str) -> bytes:
    """GS k 73: a Code 128 in code set B that the printer draws itself, with the module width that it starts with."""
    content = _CODE_SET_B + text.encode("ascii")
    return bytes((0x1D, 0x6B, _CODE_128, len(content))) + content


def _paper(width_dots: int) -> object:
    """A printer profile that knows its width: without one python-escpos complains on standard output."""
    from escpos.capabilities import Profile

    profile = Profile()
    profile.profile_data = profile.profile_data | {"media": {"width": {"pixels": str(width_dots)}}}
    return profile
