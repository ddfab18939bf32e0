"""Reads a field by laying glyphs over it from left to right, several readings at a time.

Every dot has to be explained: one that no glyph covers, and one of a glyph that is not there, is an error of one.
The reading with the fewest errors stands.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from heapq import nsmallest

from PIL import Image

from firmware_sim.paper.glyphs import Glyph, Part, columns_of, ink_of, shelf
from firmware_sim.paper.layout import Field
from firmware_sim.paper.measuring import Print

UNREADABLE = "\ufffd"
READINGS = 8
"""Readings that go on at a time."""
CHOICES = 6
EXPLAINED_SHARE = 0.1
"""Glyphs that are tried at one place."""

WRONG_SHARE, WRONG_DOTS = 0.12, 2
"""Errors that a glyph may have: a share of its ink, and these."""
LEAST_INK_SHARE, MOST_INK_SHARE = 0.8, 1.3
"""Black dots that a glyph has at the usual cut-off, a share of those that were printed at whatever cut-off."""
MIDDLE_SHARE = 0.1
"""What a dot counts that any cut-off of grey explains, but not the usual one: it parts look-alikes."""
GLYPH_COST = 0.6
"""Of two readings without errors, the one with fewer glyphs stands."""
SPECK_DOTS = 2
SPECK_COST = 2.0
"""A column with so few dots may be dirt; each counts double."""

SPACE_EMS = 0.224
"""Advance of Noto Sans CJK's space."""
LEAST_GAP_EMS = -0.2
GAP_TOLERANCE_EMS = 0.07
"""Advances are rounded to dots, differently by each program."""
ODD_GAP_COST = 0.4
"""For each dot by which a gap is no whole number of spaces."""
MOST_ODD = 6.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a field says, and wrong dots; `unread` dots belong to no glyph."""

    text: str
    errors: float
    unread: int


@dataclass(frozen=True, slots=True)
class _Path:
    """A reading on its way: what is still to be explained, from column `at` on."""

    cost: float
    text: str
    at: int
    rest: int
    pen: float | None
    """Where the last glyph's advance ends; None at the beginning."""
    unread: int


def read(field: Field, how: Print) -> Reading:
    """The best reading of a field printed like this. Rare characters are looked for where nothing else fits."""
    reading = _Matcher(field, how, Search.WHERE_NOTHING_FITS).best()
    if not reading.unread:
        return reading
    thorough = _Matcher(field, how, Search.EVERYWHERE).best()
    return thorough if thorough.errors < reading.errors else reading


class Search(Enum):
    """Where rare characters are looked for, which takes most of the time."""

    WHERE_NOTHING_FITS = "where-nothing-fits"
    EVERYWHERE = "everywhere"


class _Matcher:
    def __init__(self, field: Field, how: Print, rare: Search) -> None:
        self._rare = rare
        self._face = how.face
        self._column = how.face.column
        self._width = field.picture.width
        laid = Image.new("1", (field.picture.width, self._column))
        laid.paste(field.picture, (0, how.face.above - how.baseline))
        self._dots = int.from_bytes(columns_of(laid))
        lost = field.picture.histogram()[255] - laid.histogram()[255]
        self._start = _Path(float(lost), "", 0, self._dots, None, lost)
        self._known: dict[tuple[int, Part], list[tuple[float, int, Glyph]]] = {}

    def best(self) -> Reading:
        """Go on with the cheapest readings until all dots are explained."""
        paths, done = [self._start], []
        while paths:
            furthest_back = min(path.at for path in paths)
            here = [path for path in paths if path.at == furthest_back]
            later = [path for path in paths if path.at > furthest_back]
            for path in nsmallest(READINGS, here, key=lambda one: one.cost):
                if path.rest:
                    later += self._next(path)
                else:
                    done.append(path)
            paths = _cheapest(later)
        cheapest = min(done, key=lambda path: path.cost)
        return Reading(cheapest.text, cheapest.cost, cheapest.unread)

    def _next(self, path: _Path) -> list[_Path]:
        """All ways to explain the next column with a dot in it."""
        skipped = ((path.rest & -path.rest).bit_length() - 1) // self._column
        at, rest = path.at + skipped, path.rest >> (skipped * self._column)
        found: list[_Path] = []
        for part in Part:
            if part is Part.RARE and found and self._rare is Search.WHERE_NOTHING_FITS:
                break
            found += [
                placed
                for cost, lead, glyph in self._choices(rest, part)
                if (placed := self._placed(path, at, rest, lead, glyph, cost)) is not None
            ]
        first_column = rest & ((1 << self._column) - 1)
        if first_column.bit_count() <= SPECK_DOTS:
            cost = path.cost + SPECK_COST * first_column.bit_count()
            found.append(_Path(cost, path.text, at + 1, rest >> self._column, path.pen, path.unread))
        return found or [self._given_up(path, at, rest)]

    def _choices(self, rest: int, part: Part) -> list[tuple[float, int, Glyph]]:
        """The glyphs that fit best here; several readings ask at the same place."""
        window = rest & ((1 << (2 * self._face.size * self._column)) - 1)
        key = (window, part)
        if key not in self._known:
            self._known[key] = nsmallest(CHOICES, self._matches(rest, part), key=_promise)
        return self._known[key]

    def _matches(self, rest: int, part: Part) -> Iterator[tuple[float, int, Glyph]]:
        """Glyphs whose dots begin here, with their errors; `lead` columns of the hull lie before the first dot."""
        column = self._column
        for width, glyphs in shelf(self._face, part).by_width.items():
            for lead in (0, 1, 2):
                if lead >= width:
                    continue
                window = (rest << (lead * column)) & ((1 << (width * column)) - 1)
                dots = window.bit_count()
                # The next glyph may reach into a letter, never into a Chinese character.
                few = 0 if part is Part.SMALL else bisect_left(glyphs, dots * LEAST_INK_SHARE - WRONG_DOTS, key=ink_of)
                many = bisect_right(glyphs, dots * MOST_INK_SHARE + WRONG_DOTS, key=ink_of)
                for glyph in glyphs[few:many]:
                    if lead > glyph.leads:
                        continue
                    errors = (glyph.core & ~window).bit_count()
                    allowed = WRONG_SHARE * glyph.ink + WRONG_DOTS
                    if errors > allowed:
                        continue
                    seen = window & ((1 << ((width - glyph.overlaps) * column)) - 1)
                    errors += (seen & ~glyph.hull).bit_count()
                    if errors <= allowed:
                        unusual = (glyph.middle & ~window).bit_count() + (seen & ~glyph.middle).bit_count()
                        yield errors + MIDDLE_SHARE * unusual, lead, glyph

    def _placed(self, path: _Path, at: int, rest: int, lead: int, glyph: Glyph, cost: float) -> _Path | None:
        """The path with this glyph on it, or None where it would lie upon the one before."""
        pen = at - lead - glyph.left
        em = self._face.size
        spaces, odd = 0, 0.0
        if path.pen is not None:
            gap = pen - path.pen
            if gap < LEAST_GAP_EMS * em:
                return None
            space = SPACE_EMS * em
            spaces = max(0, round(gap / space))
            odd = max(0.0, abs(gap - spaces * space) - GAP_TOLERANCE_EMS * em)
        covered = max(1, glyph.width - lead - glyph.overlaps)
        taken = rest & ~(glyph.hull >> (lead * self._column))
        left = taken >> (covered * self._column)
        return _Path(
            path.cost + cost + GLYPH_COST + min(MOST_ODD, ODD_GAP_COST * odd),
            path.text + (" " if spaces else "") + glyph.character,
            at + covered,
            left,
            pen + glyph.advance,
            path.unread,
        )

    def _given_up(self, path: _Path, at: int, rest: int) -> _Path:
        """No glyph fits: what stands here up to the next blank column, or for an em, is unreadable."""
        column, width = self._column, 0
        full = (1 << column) - 1
        while width < self._face.size and (rest >> (width * column)) & full:
            width += 1
        dots = (rest & ((1 << (width * column)) - 1)).bit_count()
        gap = 0.0 if path.pen is None else at - path.pen
        text = path.text + (" " if gap > SPACE_EMS * self._face.size / 2 else "")
        text += "" if text.endswith(UNREADABLE) else UNREADABLE
        return _Path(
            path.cost + dots, text, at + width, rest >> (width * column), float(at + width), path.unread + dots
        )


def _promise(choice: tuple[float, int, Glyph]) -> float:
    """Errors, less what a glyph explains: else a dot, which is right wherever there is black, hides every letter."""
    errors, _, glyph = choice
    return errors - EXPLAINED_SHARE * glyph.ink


def _cheapest(paths: list[_Path]) -> list[_Path]:
    """One path for each place and rest, the cheapest."""
    best: dict[tuple[int, int], _Path] = {}
    for path in paths:
        known = best.get((path.at, path.rest))
        if known is None or path.cost < known.cost:
            best[path.at, path.rest] = path
    return list(best.values())
