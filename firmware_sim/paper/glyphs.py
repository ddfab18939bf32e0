"""The glyphs of a font at one size, as columns of bits that can be laid over a line of print.

A picture of `COLUMN` bits a column is one integer: the leftmost column in the lowest bits, the top dot of a column in
its highest. Whatever cut-off turned grey into black, a dot of the print lies within the glyph's hull and covers its
core.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from PIL import Image, ImageDraw

from firmware_sim.paper.fonts import Weight, font
from firmware_sim.paper.repertoire import PRINTABLE_ASCII, SMALL, common_hanzi, rare_hanzi

ABOVE_EMS, BELOW_EMS = 1.0, 0.3
"""Room over and under the baseline. Noto Sans CJK: Å reaches 0.95 em up, brackets 0.24 em down."""

CORE_FROM, MIDDLE_FROM, HULL_FROM = 192, 128, 40
"""Coverage (of 255) from which a dot is black in the strictest, the usual and the laxest print."""

REACH = 2
"""Columns that a letter usually shares with the next one at the most."""
NARROW = 8
"""Letters up to this width share none."""

CHUNK = 400
"""Characters drawn into one picture."""


class Part(Enum):
    """Parts of the repertoire, in the order in which they are tried."""

    SMALL = "small"
    COMMON = "common"
    RARE = "rare"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as dots. Lengths in dots; `left` is from the pen to the hull's first column."""

    character: str
    left: int
    width: int
    advance: float
    hull: int
    middle: int
    core: int
    ink: int
    """Black dots of `middle`."""
    least: int
    """Black dots of `core`."""
    most: int
    """Black dots of `hull`."""
    leads: int
    """How many of the hull's first columns the strictest print leaves white."""
    overlaps: int
    """How many of its last columns the next glyph may reach into."""


@dataclass(frozen=True, slots=True)
class Face:
    """A weight and a size in pixels an em."""

    weight: Weight
    size: int

    @property
    def above(self) -> int:
        """Rows over the baseline."""
        return round(ABOVE_EMS * self.size)

    @property
    def column(self) -> int:
        """Bits a column: a whole number of bytes, so that Pillow's pictures need no repacking."""
        return (self.above + round(BELOW_EMS * self.size) + 7) // 8 * 8


@dataclass(frozen=True, slots=True)
class GlyphShelf:
    """The glyphs of a face by width, each shelf sorted by ink."""

    by_width: dict[int, list[Glyph]] = field(default_factory=dict)


@lru_cache(maxsize=24)
def shelf(face: Face, part: Part) -> GlyphShelf:
    """The glyphs of one part of the repertoire; drawn when first asked for, in about 0.4 s for the common ones."""
    found: dict[int, list[Glyph]] = {}
    seen: set[tuple[int, int, int]] = set()
    drawn = _small_glyphs(face, SMALL, "L") if part is Part.SMALL else _hanzi_glyphs(face, _hanzi(part), "L")
    for glyph in drawn:
        looks = (glyph.left, glyph.middle, glyph.hull)
        if looks not in seen:
            seen.add(looks)
            found.setdefault(glyph.width, []).append(glyph)
    for glyphs in found.values():
        glyphs.sort(key=ink_of)
    return GlyphShelf(found)


@dataclass(frozen=True, slots=True)
class MonoShelf:
    """The glyphs of a face in two colours: by width, and by width and dots of the columns that are theirs alone."""

    by_width: dict[int, list[Glyph]] = field(default_factory=dict)
    by_dots: dict[int, dict[int, list[Glyph]]] = field(default_factory=dict)


@lru_cache(maxsize=24)
def mono_shelf(face: Face, part: Part) -> MonoShelf:
    """As `shelf`. FreeType sets edges without grey elsewhere than any cut-off does: hull, middle and core are one."""
    shelf = MonoShelf()
    seen: set[tuple[str, int]] = set()
    for glyph in _in_all_phases(face) if part is Part.SMALL else _hanzi_glyphs(face, _hanzi(part), "1"):
        if (glyph.character, glyph.hull) not in seen:
            seen.add((glyph.character, glyph.hull))
            shelf.by_width.setdefault(glyph.width, []).append(glyph)
            own = glyph.width - (REACH if glyph.overlaps and glyph.width > NARROW else 0)
            dots = glyph.hull & ((1 << (own * face.column)) - 1)
            shelf.by_dots.setdefault(own, {}).setdefault(dots, []).append(glyph)
    return shelf


def _in_all_phases(face: Face) -> Iterator[Glyph]:
    """A letter whose neighbours are no whole number of dots wide begins at any 64th of a dot (FreeType's 26.6)."""
    for phase in range(64):
        yield from _small_glyphs(face, PRINTABLE_ASCII, "1", phase / 64)
    for phase in range(0, 64, 8):
        yield from _small_glyphs(face, SMALL[len(PRINTABLE_ASCII) :], "1", phase / 64)


def ink_of(glyph: Glyph) -> int:
    """What a shelf is sorted by."""
    return glyph.ink


def black_from(grey: int) -> list[int]:
    """The table by which Pillow makes black of all shades from this one on."""
    return [255 * (shade >= grey) for shade in range(256)]


def columns_of(picture: Image.Image) -> bytes:
    """The columns of a two-colour picture whose height is a multiple of 8, from right to left."""
    return picture.transpose(Image.Transpose.ROTATE_90).tobytes()


def _hanzi(part: Part) -> str:
    return common_hanzi() if part is Part.COMMON else rare_hanzi()


def _small_glyphs(face: Face, characters: str, mode: str, phase: float = 0.0) -> Iterator[Glyph]:
    """Letters, digits and marks: each in a cell of its own, with room for what reaches beyond its advance."""
    drawn_in = font(face.weight, face.size)
    cell, pen = 3 * face.size, face.size
    picture = Image.new(mode, (cell * len(characters), face.column))
    draw = ImageDraw.Draw(picture)
    for place, character in enumerate(characters):
        draw.text((place * cell + pen + phase, face.above), character, font=drawn_in, fill=255, anchor="ls")
    advances = [drawn_in.getlength(character) for character in characters]
    overlaps = round(0.2 * face.size)
    return _cells(face, picture.convert("L"), characters, cell, pen, advances, overlaps)


def _hanzi_glyphs(face: Face, characters: str, mode: str) -> Iterator[Glyph]:
    """Chinese characters: one em wide each, so that a whole row is drawn at once."""
    drawn_in = font(face.weight, face.size)
    for start in range(0, len(characters), CHUNK):
        row = characters[start : start + CHUNK]
        picture = Image.new(mode, (face.size * len(row), face.column))
        ImageDraw.Draw(picture).text((0, face.above), row, font=drawn_in, fill=255, anchor="ls")
        yield from _cells(face, picture.convert("L"), row, face.size, 0, [float(face.size)] * len(row), 0)


def _cells(
    face: Face, picture: Image.Image, characters: str, cell: int, pen: int, advances: list[float], overlaps: int
) -> Iterator[Glyph]:
    sheets = [columns_of(picture.point(black_from(cut), "1")) for cut in (HULL_FROM, MIDDLE_FROM, CORE_FROM)]
    column_bytes = face.column // 8
    size = cell * column_bytes
    for place, character in enumerate(characters):
        end = len(sheets[0]) - place * size
        hull, middle, core = (sheet[end - size : end] for sheet in sheets)
        first = (size - len(hull.rstrip(b"\0"))) // column_bytes
        last = cell - (size - len(hull.lstrip(b"\0"))) // column_bytes
        if first >= last:
            continue
        cut = slice((cell - last) * column_bytes, size - first * column_bytes)
        bits = [int.from_bytes(sheet[cut]) for sheet in (hull, middle, core)]
        core_first = (size - len(core.rstrip(b"\0"))) // column_bytes
        yield Glyph(
            character,
            first - pen,
            last - first,
            advances[place],
            hull=bits[0],
            middle=bits[1],
            core=bits[2],
            ink=bits[1].bit_count(),
            least=bits[2].bit_count(),
            most=bits[0].bit_count(),
            leads=max(0, min(core_first, last) - first),
            overlaps=min(overlaps, last - first - 1),
        )
