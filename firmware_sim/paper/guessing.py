"""Reads a field by a guess that is proved: its words are drawn anew, and every dot has to be the same.

A receipt is drawn by Pillow in two colours, glyph after glyph, some of them a fraction of a dot further right than
their neighbours. What lies nearest to each glyph's own dots is a good guess, and costs one comparison a character.
What cannot be proved is left to `matching`, which takes long and explains every print.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest

from PIL import Image, ImageDraw, ImageFont

from firmware_sim.paper.fonts import font_file
from firmware_sim.paper.glyphs import Face, Glyph, Part, columns_of, mono_shelf
from firmware_sim.paper.layout import Field
from firmware_sim.paper.matching import GAP_TOLERANCE_EMS, LEAST_GAP_EMS, MOST_ODD, ODD_GAP_COST, SPACE_EMS
from firmware_sim.paper.measuring import Print

GUESSES = 6
"""Glyphs that only resemble what stands at a place."""
READINGS = 24
"""Readings that go on at a time."""
PROVED = 12
"""Readings that are drawn before the guess is given up."""
WRONG_SHARE, WRONG_DOTS = 0.45, 4
"""Dots by which a glyph may differ that was drawn elsewhere between two dots: a share of its ink, and these."""
LEAST_SHARE, MOST_SHARE = 0.7, 1.4
"""Of its ink that a glyph has when it is drawn between two dots."""
GLYPH_COST = 0.6
"""Of two readings as near, the one with fewer glyphs is tried first."""
SHIFTS = (0, 1, -1)
ROUNDS = ((Part.SMALL,), (Part.SMALL, Part.COMMON))
MOST_SEARCHES = {Part.SMALL: 40, Part.COMMON: 8}
"""Places in a field at which the nearest are looked for. Where it takes more, it was drawn in another way: in grey."""


@dataclass(frozen=True, slots=True)
class _Path:
    """A reading on its way, as in `matching`."""

    cost: float
    text: str
    at: int
    rest: int
    pen: float | None


@dataclass(frozen=True, slots=True)
class _Near:
    """A glyph that may stand at a place; `lead` columns of it lie before the first dot."""

    wrong: int
    lead: int
    down: int
    """Rows by which it stands lower than its baseline: that of a line is known to one row."""
    glyph: Glyph


def guessed(field: Field, how: Print) -> str | None:
    """The words of a field, proved; None where no guess is."""
    for parts in ROUNDS:
        for text in _Guesser(field, how, parts).texts():
            if _draws(field, how.face, text):
                return text
    return None


class _Guesser:
    def __init__(self, field: Field, how: Print, parts: tuple[Part, ...]) -> None:
        self._face = how.face
        self._column = how.face.column
        self._parts = parts
        self._searches = 0
        laid = Image.new("1", (field.picture.width, self._column))
        laid.paste(field.picture, (0, how.face.above - how.baseline))
        self._dots = int.from_bytes(columns_of(laid))
        self._known: dict[int, list[_Near]] = {}

    def texts(self) -> list[str]:
        """Readings to be proved, the likeliest first."""
        paths, done = [_Path(0.0, "", 0, self._dots, None)], []
        while paths:
            furthest_back = min(path.at for path in paths)
            here = [path for path in paths if path.at == furthest_back]
            later = [path for path in paths if path.at > furthest_back]
            for path in nsmallest(READINGS, here, key=_cost_of):
                if path.rest:
                    later += self._next(path)
                else:
                    done.append(path)
            paths = later
        return list(dict.fromkeys(path.text for path in sorted(done, key=_cost_of)))[:PROVED]

    def _next(self, path: _Path) -> Iterator[_Path]:
        skipped = ((path.rest & -path.rest).bit_length() - 1) // self._column
        at, rest = path.at + skipped, path.rest >> (skipped * self._column)
        window = rest & self._mask(2 * self._face.size)
        if window not in self._known:
            self._known[window] = self._standing(window)
        for near in self._known[window]:
            if (placed := self._placed(path, at, rest, near)) is not None:
                yield placed

    def _standing(self, window: int) -> list[_Near]:
        """What may stand here: what is found dot for dot, else what comes near."""
        found = [near for part in self._parts for near in self._exact(window, part)]
        if found or self._searches >= MOST_SEARCHES[self._parts[-1]]:
            return found
        self._searches += 1
        return [near for part in self._parts for near in nsmallest(GUESSES, self._nearest(window, part), key=_promise)]

    def _exact(self, window: int, part: Part) -> list[_Near]:
        """Of each character, the print that explains most."""
        found: dict[str, _Near] = {}
        by_dots = mono_shelf(self._face, part).by_dots.items()
        for down, dots in ((0, window), (1, window << 1), (-1, window >> 1)):
            for width, glyphs in by_dots:
                for glyph in glyphs.get(dots & self._mask(width), ()):
                    known = found.get(glyph.character)
                    if not glyph.hull & ~dots and (known is None or known.glyph.ink < glyph.ink):
                        found[glyph.character] = _Near(0, 0, down, glyph)
        return nsmallest(GUESSES, found.values(), key=_promise)

    def _nearest(self, window: int, part: Part) -> Iterator[_Near]:
        for width, glyphs in mono_shelf(self._face, part).by_width.items():
            for lead in SHIFTS:
                dots = window << (lead * self._column) if lead >= 0 else window >> self._column
                missed = 0 if lead >= 0 else (window & self._mask(1)).bit_count()
                seen, ink = dots & self._mask(width), (dots & self._mask(width)).bit_count()
                for glyph in glyphs:
                    if LEAST_SHARE * ink <= glyph.ink <= MOST_SHARE * ink:
                        down, wrong = _least_wrong(glyph.hull, seen)
                        if missed + wrong <= WRONG_SHARE * glyph.ink + WRONG_DOTS:
                            yield _Near(missed + wrong, lead, down, glyph)

    def _placed(self, path: _Path, at: int, rest: int, near: _Near) -> _Path | None:
        glyph, column, em = near.glyph, self._column, self._face.size
        pen = at - near.lead - glyph.left
        gap = 0.0 if path.pen is None else pen - path.pen
        if gap < LEAST_GAP_EMS * em:
            return None
        spaces = max(0, round(gap / (SPACE_EMS * em)))
        odd = max(0.0, abs(gap - spaces * SPACE_EMS * em) - GAP_TOLERANCE_EMS * em)
        covered = max(1, glyph.width - near.lead - glyph.overlaps)
        hull = _lower(glyph.hull, near.down)
        hull = hull if near.wrong == 0 else self._around(hull)
        hull = hull >> (near.lead * column) if near.lead >= 0 else hull << column
        cost = path.cost + near.wrong + GLYPH_COST + min(MOST_ODD, ODD_GAP_COST * odd)
        text = path.text + (" " if spaces else "") + glyph.character
        return _Path(cost, text, at + covered, (rest & ~hull) >> (covered * column), pen + glyph.advance)

    def _around(self, dots: int) -> int:
        """With every dot within one column and two rows: the edges of a glyph that was drawn between two dots."""
        wide = dots | dots << self._column | dots >> self._column
        return wide | wide << 1 | wide >> 1 | wide << 2 | wide >> 2

    def _mask(self, columns: int) -> int:
        return (1 << (columns * self._column)) - 1


def _lower(dots: int, rows: int) -> int:
    """Dots moved down by -1, 0 or 1 rows: the top dot of a column is its highest bit, and the margins are white."""
    return dots >> 1 if rows > 0 else dots << 1 if rows < 0 else dots


def _least_wrong(hull: int, seen: int) -> tuple[int, int]:
    """The way down by which fewest dots differ, and how many."""
    wrong, down = min(((_lower(hull, down) ^ seen).bit_count(), abs(down), down) for down in SHIFTS)[::2]
    return down, wrong


def _cost_of(path: _Path) -> float:
    return path.cost


def _promise(near: _Near) -> float:
    """Wrong dots, less what is explained: else a dot hides every letter."""
    return near.wrong - 0.1 * near.glyph.ink


def _draws(field: Field, face: Face, text: str) -> bool:
    """Whether these words, drawn as receipts are, give just these dots. A picture's last line may lack its last row."""
    file = font_file(face.weight)
    drawn_in = ImageFont.truetype(str(file.path), face.size, index=file.face)
    picture = Image.new("1", (field.picture.width + 4 * face.size, 3 * face.size))
    ImageDraw.Draw(picture).text((face.size, face.size), text, font=drawn_in, fill=1)
    box = picture.getbbox()
    if box is None or not 0 <= box[3] - box[1] - field.picture.height <= 1:
        return False
    return picture.crop((*box[:3], box[1] + field.picture.height)).tobytes() == field.picture.tobytes()
