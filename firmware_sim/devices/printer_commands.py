"""What an ESC/POS printer can be told, one class a command.

Source: Epson ESC/POS command reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Alignment(Enum):
    """ESC a n; n is given as a number or as its ASCII digit."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class CutMode(Enum):
    """How much of the paper the knife leaves: nothing, or a point that holds the receipt."""

    FULL = "full"
    PARTIAL = "partial"


class Recovery(Enum):
    """DLE ENQ n."""

    GO_ON = 1
    """Again from the line where the error came."""
    CLEAR = 2
    """Drop what was received and printed half."""


@dataclass(frozen=True, slots=True)
class Text:
    """Bytes of text, in the code page or in GB 18030, perhaps cut within a character."""

    data: bytes


@dataclass(frozen=True, slots=True)
class LineFeed:
    """LF: print the line."""


@dataclass(frozen=True, slots=True)
class Initialise:
    """ESC @: all modes as at power-on; a line begun is dropped."""


@dataclass(frozen=True, slots=True)
class Align:
    """ESC a n."""

    alignment: Alignment


@dataclass(frozen=True, slots=True)
class Size:
    """GS ! n: how many times as wide and as high, 1 to 8."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bold:
    """ESC E n."""

    on: bool


@dataclass(frozen=True, slots=True)
class LineSpacing:
    """ESC 3 n in dots, ESC 2 for the usual."""

    dots: int


@dataclass(frozen=True, slots=True)
class CodePage:
    """ESC t n."""

    number: int


@dataclass(frozen=True, slots=True)
class ChineseMode:
    """FS & on, FS . off."""

    on: bool


@dataclass(frozen=True, slots=True)
class FeedLines:
    """ESC d n: print the line and feed n lines."""

    lines: int


@dataclass(frozen=True, slots=True)
class FeedDots:
    """ESC J n: print the line and feed n dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class RasterStart:
    """The head of GS v 0; as many `RasterRow` as it says follow."""

    mode: int
    """Bit 0: twice as wide; bit 1: twice as high."""
    width_bytes: int
    height: int


@dataclass(frozen=True, slots=True)
class RasterRow:
    """One row of dots, eight a byte, the leftmost in bit 7; 1 is black."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """GS V, ESC i and ESC m. `feed`: dots beyond the knife, None to cut where the paper stands."""

    mode: CutMode
    feed: int | None


@dataclass(frozen=True, slots=True)
class QrModel:
    """GS ( k function 165."""

    model: int


@dataclass(frozen=True, slots=True)
class QrSize:
    """GS ( k function 167: dots a module."""

    dots: int


@dataclass(frozen=True, slots=True)
class QrLevel:
    """GS ( k function 169: L, M, Q or H."""

    level: str


@dataclass(frozen=True, slots=True)
class QrStore:
    """GS ( k function 180."""

    data: bytes


@dataclass(frozen=True, slots=True)
class QrPrint:
    """GS ( k function 181."""


@dataclass(frozen=True, slots=True)
class BarcodeHeight:
    """GS h n, dots."""

    dots: int


@dataclass(frozen=True, slots=True)
class BarcodeModule:
    """GS w n, dots of the narrowest bar."""

    dots: int


@dataclass(frozen=True, slots=True)
class Code128:
    """GS k 73: data with its code set, `{A`, `{B` or `{C`, and `{1` to `{4` for the functions."""

    data: bytes


@dataclass(frozen=True, slots=True)
class AutomaticStatus:
    """GS a n: which changes are told unasked; 0 for none."""

    mask: int


@dataclass(frozen=True, slots=True)
class Identify:
    """GS I n."""

    number: int


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """DLE EOT n, n = 1 to 4: answered in real time."""

    number: int


@dataclass(frozen=True, slots=True)
class Recover:
    """DLE ENQ n: done in real time."""

    how: Recovery


@dataclass(frozen=True, slots=True)
class Ignored:
    """A command that is whole and changes nothing on this paper; its bytes, or the first of a long one."""

    data: bytes


RealTime = StatusQuestion | Recover
Printed = Text | LineFeed | FeedLines | FeedDots | RasterStart | RasterRow | Cut | QrPrint | Code128
Mode = (
    Initialise
    | Align
    | Size
    | Bold
    | LineSpacing
    | CodePage
    | ChineseMode
    | QrModel
    | QrSize
    | QrLevel
    | QrStore
    | BarcodeHeight
    | BarcodeModule
)
Command = RealTime | Printed | Mode | AutomaticStatus | Identify | Ignored
