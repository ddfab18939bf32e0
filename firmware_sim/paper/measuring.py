"""Tells in which weight and size a field is printed, and where its baseline lies.

A shape drawn small enough looks the same at every size: each group of neighbouring blobs is looked up among all
characters by a picture of 16 x 16 dots. What it might be says which size it would have; drawn anew at that size it
must match dot for dot. The groups vote.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from itertools import islice, zip_longest

from PIL import Image, ImageDraw

from firmware_sim.paper.fonts import Weight, font
from firmware_sim.paper.glyphs import CORE_FROM, HULL_FROM, MIDDLE_FROM, Face, black_from
from firmware_sim.paper.layout import Field, Span
from firmware_sim.paper.repertoire import PRINTABLE_ASCII, common_hanzi

SMALLEST, LARGEST = 14, 72
"""Sizes that are looked for, pixels an em."""

REFERENCE = Face(Weight.REGULAR, 64)
SIDE = 16
LOOKED_AT = 14
"""Groups that vote; a line of 20 characters has 40."""
ENOUGH_VOTES = 3.0
MOST_CANDIDATES = 4
FAR = 56
"""Dots of 256 in which a shape may differ from its reference: a bold letter from a regular one, and grey edges."""
ASPECT = 1.25
SIZE_STEPS = (0, -1, 1)
LEAST_INK = 12
WORST = 0.12
"""Wrong dots a dot of ink from which a vote counts nothing."""
MOST_BLOBS = 4
WIDEST_HEIGHTS = 1.25
MOST_PRINTS = 3
THINNEST = 4

_HULL, _MIDDLE, _CORE = (black_from(grey) for grey in (HULL_FROM, MIDDLE_FROM, CORE_FROM))


@dataclass(frozen=True, slots=True)
class Print:
    """How a field is printed; `baseline` in rows from the top of its picture."""

    face: Face
    baseline: int


@dataclass(frozen=True, slots=True)
class _Shape:
    """A character at the reference size: its box, and its look in 16 x 16 dots."""

    character: str
    width: int
    height: int
    look: int


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A character drawn at a size in shades of grey, cut to the box of what is usually black, and a dot around it."""

    picture: Image.Image
    rise: int
    """Rows from the box's top to the baseline."""
    hull: int
    core: int
    ink: int

    @property
    def width(self) -> int:
        return self.picture.width - 2

    @property
    def height(self) -> int:
        return self.picture.height - 2


def prints_of(field: Field) -> list[Print]:
    """How the field may be printed, the likeliest first; empty for what is no print of this font."""
    votes: dict[Print, float] = {}
    for picture, top in islice(_groups(field), LOOKED_AT):
        for how, weight in _votes_of(picture, top).items():
            votes[how] = votes.get(how, 0.0) + weight
        if max(votes.values(), default=0.0) >= ENOUGH_VOTES:
            break
    return sorted(votes, key=lambda how: -votes[how])[:MOST_PRINTS]


def _groups(field: Field) -> Iterator[tuple[Image.Image, int]]:
    """Pictures of neighbouring blobs that may be one character, with their tops; widest letters and squares first."""
    blobs, height = field.blobs, field.picture.height
    single = sorted(blobs, key=lambda blob: -blob.size)
    several = [
        Span(blobs[first].start, blobs[first + count - 1].end)
        for count in range(2, MOST_BLOBS + 1)
        for first in range(len(blobs) - count + 1)
    ]
    several.sort(key=lambda span: abs(span.size - height))
    for pair in zip_longest(single, several):
        for span in pair:
            if span is not None and span.size <= WIDEST_HEIGHTS * max(height, SMALLEST):
                cut = field.picture.crop((span.start, 0, span.end, height))
                box = cut.getbbox()
                if box is not None:
                    yield cut.crop(box), box[1]


def _votes_of(picture: Image.Image, top: int) -> dict[Print, float]:
    votes: dict[Print, float] = {}
    for shape in _alike(picture):
        size = round(REFERENCE.size * (picture.width + picture.height) / (shape.width + shape.height))
        for step in SIZE_STEPS:
            if not SMALLEST <= size + step <= LARGEST:
                continue
            for weight in Weight:
                face = Face(weight, size + step)
                for baseline, wrong in _wrong_dots(picture, _drawn(face, shape.character)):
                    if wrong <= WORST:
                        how = Print(face, top + baseline)
                        votes[how] = max(votes.get(how, 0.0), 1 - wrong / WORST)
    return votes


def _wrong_dots(picture: Image.Image, drawn: _Drawn) -> Iterator[tuple[int, float]]:
    """For each way to lay them over: the baseline under the picture's top, and wrong dots a dot of ink."""
    if abs(picture.width - drawn.width) > 1 or abs(picture.height - drawn.height) > 1 or drawn.ink < LEAST_INK:
        return
    for right in _shifts(picture.width, drawn.width):
        for down in _shifts(picture.height, drawn.height):
            laid = Image.new("1", drawn.picture.size)
            laid.paste(picture, (1 + right, 1 + down))
            dots = int.from_bytes(laid.tobytes())
            wrong = (drawn.core & ~dots).bit_count() + (dots & ~drawn.hull).bit_count()
            yield drawn.rise - down, wrong / drawn.ink


def _shifts(printed: int, drawn: int) -> tuple[int, ...]:
    if printed == drawn:
        return (0,)
    return (0, 1) if printed < drawn else (0, -1)


def _alike(picture: Image.Image) -> list[_Shape]:
    """The characters that look most like this at some size."""
    if min(picture.size) < THINNEST:
        return []
    look, ratio = _look(picture.convert("L")), picture.width / picture.height
    near = [
        ((shape.look ^ look).bit_count(), place)
        for place, shape in enumerate(_shapes())
        if 1 / ASPECT < shape.width / shape.height / ratio < ASPECT
    ]
    return [_shapes()[place] for far, place in nsmallest(MOST_CANDIDATES, near) if far <= FAR]


@lru_cache(maxsize=1)
def _shapes() -> tuple[_Shape, ...]:
    shapes: list[_Shape] = []
    drawn_in = font(REFERENCE.weight, REFERENCE.size)
    for character in PRINTABLE_ASCII + common_hanzi():
        picture = Image.new("L", (2 * REFERENCE.size, REFERENCE.column))
        ImageDraw.Draw(picture).text((8, REFERENCE.above), character, font=drawn_in, fill=255, anchor="ls")
        box = picture.getbbox()
        assert box is not None, character
        cut = picture.crop(box)
        shapes.append(_Shape(character, cut.width, cut.height, _look(cut)))
    return tuple(shapes)


def _look(picture: Image.Image) -> int:
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    return int.from_bytes(small.point(_MIDDLE, "1").tobytes())


@lru_cache(maxsize=4096)
def _drawn(face: Face, character: str) -> _Drawn:
    picture = Image.new("L", (3 * face.size, face.column))
    place = (face.size, face.above)
    ImageDraw.Draw(picture).text(place, character, font=font(face.weight, face.size), fill=255, anchor="ls")
    box = picture.point(_MIDDLE, "1").getbbox() or (0, 0, 1, 1)
    cut = picture.crop((box[0] - 1, box[1] - 1, box[2] + 1, box[3] + 1))
    hull, middle, core = (int.from_bytes(cut.point(table, "1").tobytes()) for table in (_HULL, _MIDDLE, _CORE))
    return _Drawn(cut, face.above - box[1], hull, core, middle.bit_count())
