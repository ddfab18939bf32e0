"""Setting text: cleaning, measuring, breaking lines. Chinese breaks by character, other scripts by word."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Protocol

from kiosk.screens.ops import Weight

ELLIPSIS = "…"
LATIN_ELLIPSIS = "..."
"""The font's `…` stands in the middle of the line, as Chinese wants it."""
LATIN_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "…": LATIN_ELLIPSIS})
"""The font's curly quotes are as wide as an ideograph; text without ideographs gets straight ones."""
REPLACEMENT = "□"
MOST_EVEN_LINES = 5
"""Texts of more lines are not evened: their lines differ little anyway."""
SLACK = 2
"""Units that `Ruler.width` adds to what a line measures."""
SPACE_AT_END = 0.3
"""A space at the end of a line may stand beyond it: about its width in ems."""
LAST_NARROW = "\u10ff"
"""No character up to here is wide (Unicode 15, EastAsianWidth): Latin and Arabic need not be looked up."""
RULERS = 16
"""A screen has one, and where large text does not fit, a few."""
KEPT = 4096
"""Texts whose cleaning and breaking are remembered: a list is laid out again whenever one of its rows changes."""
LONGEST = 300
"""Characters of one text that are set at all; a tag can carry more than any title has."""
NEVER_FIRST = frozenset("，。、；：！？）》」』】〉”’…—·％,.;:!?)]}%>»")
NEVER_LAST = frozenset("（《「『【〈“‘([{<«")
_MARKS = frozenset("，。；：！？,.;:!?、）)”")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINED = frozenset({"Mn", "Me", "Mc"})


class TextMeasure(Protocol):
    """What the layout must know of the fonts."""

    def width(self, text: str, size: int, weight: Weight) -> int:
        """Advance width in pixels of one line at `size` pixels an em."""
        ...

    def __hash__(self) -> int:
        """By identity: what was measured with these fonts is remembered."""
        ...

    def has_glyph(self, character: str) -> bool:
        """Whether both weights can draw it."""
        ...


@lru_cache(KEPT)
def clean(text: str) -> str:
    """One line without control, direction and unassigned characters, at most `LONGEST` characters."""
    if text.isprintable() and "  " not in text and len(text) <= LONGEST:
        return text.strip(" ")
    kept: list[str] = []
    for character in text[:LONGEST]:
        if character.isspace():
            character = " "
        elif unicodedata.category(character) in _DROPPED:
            continue
        if character == " " and (not kept or kept[-1] == " "):
            continue
        kept.append(character)
    return "".join(kept).rstrip()


def drawable(text: str, measure: TextMeasure) -> str:
    """The text as the fonts can draw it: `□` for what they have not."""
    text = clean(text)
    if not any(is_cjk(character) for character in text):
        text = text.translate(LATIN_QUOTES)
    return "".join(character if measure.has_glyph(character) else REPLACEMENT for character in text)


def clusters(text: str) -> list[str]:
    """Characters, each with the combining marks that follow it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character) in _JOINED:
            found[-1] += character
        else:
            found.append(character)
    return found


def _break_cost(piece: str, following: str) -> float:
    """How unwelcome a line's end is here: not at all beside a mark, most where it may cut a Chinese word."""
    if piece.rstrip()[-1:] in _MARKS or following[:1] in NEVER_LAST or not following:
        return 0.0
    return 0.25 if is_cjk(piece[-1]) else 0.1


@lru_cache(KEPT)
def is_cjk(character: str) -> bool:
    """Whether lines may break on both sides of it, and it is as wide as high."""
    return character[0] > LAST_NARROW and unicodedata.east_asian_width(character[0]) in "WF"


@lru_cache(KEPT)
def pieces(text: str) -> tuple[str, ...]:
    """The smallest parts between which a line may break; spaces stay at the end of the part before them."""
    found: list[str] = []
    for cluster in clusters(text):
        if not found or not _keeps_together(found[-1], cluster):
            found.append(cluster)
        else:
            found[-1] += cluster
    return tuple(found)


def _keeps_together(before: str, cluster: str) -> bool:
    last = before[-1]
    if cluster == " " or cluster in NEVER_FIRST:
        return True
    if last == " ":
        return False
    if last in NEVER_LAST:
        return True
    return not is_cjk(cluster) and not is_cjk(last)


class Ruler:
    """Measures in the units of the layout. `scale` is pixels a unit.

    What it found is remembered: a screen is laid out again whenever anything on it changes, and most texts do not.
    """

    def __init__(self, measure: TextMeasure, scale: float) -> None:
        self._measure = measure
        self.scale = scale
        self.width = lru_cache(KEPT)(self._width)
        self.shortened = lru_cache(KEPT)(self._shortened)
        self._lines = lru_cache(KEPT)(self._set)
        self.drawable = lru_cache(KEPT)(self._drawable)

    def _drawable(self, text: str) -> str:
        return drawable(text, self._measure)

    def pixels(self, size: int) -> int:
        """The em in pixels of a size in units."""
        return max(1, round(size * self.scale))

    def _width(self, text: str, size: int, weight: Weight) -> int:
        """Units that a line needs, rounded up."""
        if not text:
            return 0
        return int(self._measure.width(text, self.pixels(size), weight) / self.scale) + SLACK

    def _shortened(self, text: str, size: int, weight: Weight, width: int) -> str:
        """The text, or as much of it as fits with `…` at the end; empty where not even that fits."""
        if self.width(text, size, weight) <= width:
            return text
        parts = clusters(text)
        end = ELLIPSIS if any(is_cjk(part) for part in parts) else LATIN_ELLIPSIS
        low, high = 0, len(parts)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width("".join(parts[:middle]).rstrip() + end, size, weight) <= width:
                low = middle
            else:
                high = middle - 1
        cut = "".join(parts[:low]).rstrip() + end
        return cut if self.width(cut, size, weight) <= width else ""

    def wrapped(self, text: str, size: int, weight: Weight, width: int, most: int | None = None) -> list[str]:
        """Lines no wider than `width`, of like length, broken after a mark where it can be.

        With `most`, what does not fit into that many lines ends in `…`.
        """
        return list(self._lines(text, size, weight, width, most))

    def _set(self, text: str, size: int, weight: Weight, width: int, most: int | None) -> tuple[str, ...]:
        raw = self._broken(text, size, weight, width)
        if most is not None and len(raw) > most:
            rest = "".join(raw[most - 1 :]).rstrip()
            return (*(line.rstrip() for line in raw[: most - 1]), self.shortened(rest, size, weight, width))
        if 1 < len(raw) <= MOST_EVEN_LINES:
            even = self._evened(text, len(raw), size, weight, width)
            if all(self.width(line.rstrip(), size, weight) <= width for line in even):
                raw = even
        return tuple(line.rstrip() for line in raw)

    def _evened(self, text: str, count: int, size: int, weight: Weight, width: int) -> list[str]:
        """The text on `count` lines of like length, broken after a mark where there is one: the cheapest way to it."""
        parts = pieces(text)
        costs = [_break_cost(part, following) for part, following in zip(parts, [*parts[1:], ""], strict=True)]
        ends = [0]
        for part in parts:
            ends.append(ends[-1] + self.width(part, size, weight) - SLACK)
        best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
        for number in range(count):
            reached: dict[int, tuple[float, int]] = {}
            for start, (spent, _) in best[-1].items():
                for end in range(start + 1, len(parts) + 1):
                    used = ends[end] - ends[start]
                    if used > width + SPACE_AT_END * size:
                        break
                    cost = spent + (1 - used / width) ** 2 + costs[end - 1]
                    if (number < count - 1 or end == len(parts)) and cost < reached.get(end, (cost + 1, 0))[0]:
                        reached[end] = (cost, start)
            best.append(reached)
        if len(parts) not in best[-1]:
            return self._broken(text, size, weight, width)
        lines: list[str] = []
        end = len(parts)
        for reached in reversed(best[1:]):
            start = reached[end][1]
            lines.insert(0, "".join(parts[start:end]))
            end = start
        return lines

    def _broken(self, text: str, size: int, weight: Weight, width: int) -> list[str]:
        raw: list[str] = []
        line = ""
        for piece in pieces(text):
            if self.width((line + piece).rstrip(), size, weight) <= width:
                line += piece
                continue
            if line:
                raw.append(line)
            line = piece
            while line.strip() and self.width(line.rstrip(), size, weight) > width:
                head = self._fitting(line, size, weight, width)
                raw.append(head)
                line = line[len(head) :]
        if line.strip():
            raw.append(line)
        return raw

    def _fitting(self, text: str, size: int, weight: Weight, width: int) -> str:
        """The longest head of a too long word that fits; at least one character, so that setting ends."""
        parts = clusters(text)
        low, high = 1, max(1, len(parts) - 1)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width("".join(parts[:middle]), size, weight) <= width:
                low = middle
            else:
                high = middle - 1
        return "".join(parts[:low])


@lru_cache(RULERS)
def ruler_of(measure: TextMeasure, scale: float) -> Ruler:
    """The one ruler of these fonts at this scale, with what it remembers."""
    return Ruler(measure, scale)
