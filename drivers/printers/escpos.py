"""Bytes for an ESC/POS printer. Raster and QR code come from python-escpos, the few short commands stand here.

Source: Epson ESC/POS command reference; feeding before the knife and bands of 100 rows: HS-K33 in service
(github Hypernova-Oy/lainuri hs_k33.py). Why python-escpos does not cut for us: docs/adr/0103.
"""

from __future__ import annotations

from enum import StrEnum

from PIL import Image

INITIALISE = b"\x1b@"
AUTOMATIC_STATUS_ALL = b"\x1da\xff"
CLEAR_AND_RECOVER = b"\x10\x05\x02"
QUESTIONS = (1, 2, 3, 4)
BAND_ROWS = 100


class Cut(StrEnum):
    """How a receipt is separated."""

    FULL = "full"
    PARTIAL = "partial"
    ONE_POINT_LEFT = "one-point-left"
    """Old form `ESC i`, for printers without `GS V`."""
    NONE = "none"


def ask_status(question: int) -> bytes:
    """DLE EOT `question`, 1 to 4: answered by one byte at once, off line too."""
    return bytes((0x10, 0x04, question))


def cut(how: Cut, feed_lines: int = 6) -> bytes:
    """Feed past the knife, which sits above the head, and cut."""
    match how:
        case Cut.FULL:
            return feed(feed_lines) + b"\x1dV\x41\x00"
        case Cut.PARTIAL:
            return feed(feed_lines) + b"\x1dV\x42\x00"
        case Cut.ONE_POINT_LEFT:
            return feed(feed_lines) + b"\x1bi"
        case Cut.NONE:
            return feed(feed_lines)


def feed(lines: int) -> bytes:
    """ESC d: print what is in the line buffer and feed `lines` (0 to 255)."""
    return bytes((0x1B, 0x64, lines))


def raster_bands(picture: Image.Image) -> tuple[bytes, ...]:
    """A 1-bit picture (black on white, mode `1`) as GS v 0 commands of at most 100 rows each."""
    from escpos.printer import Dummy  # 140 ms to import: only where something is printed

    dummy = Dummy(profile=_paper(picture.width))
    bands: list[bytes] = []
    for top in range(0, picture.height, BAND_ROWS):
        dummy.image(picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height))))
        bands.append(bytes(dummy.output))
        dummy.clear()
    return tuple(bands)


def qr_code(text: str, module_dots: int = 6) -> bytes:
    """A QR code that the printer draws itself: model 2, level L, `module_dots` 1 to 16."""
    from escpos.printer import Dummy

    dummy = Dummy()
    dummy.qr(text, size=module_dots, native=True)
    return bytes(dummy.output)


def _paper(width_dots: int) -> object:
    """A printer profile that knows its width: without one python-escpos complains on standard output."""
    from escpos.capabilities import Profile

    profile = Profile()
    profile.profile_data = profile.profile_data | {"media": {"width": {"pixels": str(width_dots)}}}
    return profile
