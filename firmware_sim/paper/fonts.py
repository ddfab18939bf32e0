"""Where Noto Sans CJK SC lies: the public font that receipts are drawn in, and that Debian brings."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont


class Weight(Enum):
    """The weights that receipts use."""

    REGULAR = "Regular"
    BOLD = "Bold"


PREPARED = Path(sys.prefix) / "share" / "kiosk-fonts"
"""Where the set-up leaves the Simplified Chinese faces, one a file."""

DEBIAN = Path("/usr/share/fonts/opentype/noto")
"""Debian's fonts-noto-cjk: collections of faces."""

COLLECTION_FACE = "Noto Sans CJK SC"
MOST_FACES = 16


class FontMissing(Exception):
    """Noto Sans CJK SC is not on this machine; the text says what to do."""


@dataclass(frozen=True, slots=True)
class FontFile:
    """One face of a file."""

    path: Path
    face: int


@lru_cache
def font_file(weight: Weight) -> FontFile:
    """The face of this weight; raises FontMissing."""
    prepared = PREPARED / f"NotoSansCJKsc-{weight.value}.otf"
    if prepared.exists():
        return FontFile(prepared, 0)
    collection = DEBIAN / f"NotoSansCJK-{weight.value}.ttc"
    if collection.exists():
        for face in range(MOST_FACES):
            if ImageFont.truetype(str(collection), 16, index=face).getname()[0] == COLLECTION_FACE:
                return FontFile(collection, face)
    raise FontMissing(f"{COLLECTION_FACE} {weight.value} is needed: apt-get install fonts-noto-cjk")


@lru_cache(maxsize=64)
def font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels an em, laid out glyph by glyph; raises FontMissing."""
    file = font_file(weight)
    return ImageFont.truetype(str(file.path), size, index=file.face, layout_engine=ImageFont.Layout.BASIC)
