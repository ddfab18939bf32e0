"""What a receipt is: lines of text in a few styles, and codes. The kiosk composes it, the driver draws it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_QR_BYTES = 500
"""A QR code of more has modules too small for a phone on 58 mm paper."""
LONGEST_CODE_128 = 14
"""At the three dots a module of a printer that was told nothing, this many characters fill 80 mm of paper."""


class Style(StrEnum):
    """How a line looks."""

    TITLE = "title"
    BODY = "body"
    SMALL = "small"
    RULE = "rule"
    """A line across the paper; its text is not printed."""


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One paragraph: wrapped to the paper by the driver. An empty text is an empty line."""

    text: str
    style: Style = Style.BODY
    align: Align = Align.LEFT


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code of `text`, at most `LONGEST_QR_BYTES` in UTF-8; what is longer is left out of the paper."""

    text: str
    align: Align = Align.CENTRE


@dataclass(frozen=True, slots=True)
class Code128:
    """A Code 128 of 1 to `LONGEST_CODE_128` printable ASCII characters but `{`; any other is left out of the paper."""

    text: str
    align: Align = Align.CENTRE


ReceiptPart = ReceiptLine | QrCode | Code128


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt from top to bottom, without logo, feed and cut."""

    parts: tuple[ReceiptPart, ...]


def fits_qr(text: str) -> bool:
    """Whether a text can be a `QrCode`."""
    return 0 < len(text.encode("utf-8", errors="replace")) <= LONGEST_QR_BYTES


def fits_code_128(text: str) -> bool:
    """Whether a text can be a `Code128`. Code set B is printable ASCII (ISO/IEC 15417); `{` is a printer's own sign."""
    return 0 < len(text) <= LONGEST_CODE_128 and text.isascii() and text.isprintable() and "{" not in text
