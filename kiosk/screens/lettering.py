"""Setting text: cleaning, measuring, breaking lines. Chinese breaks by character, other scripts by word."""

from __future__ import annotations

import unicodedata
from typing import Protocol

from kiosk.screens.ops import Weight

ELLIPSIS = "…"
REPLACEMENT = "□"
LONGEST = 300
"""Characters of one text that are set at all; a tag can carry more than any title has."""
NEVER_FIRST = frozenset("，。、；：！？）》」』】〉”’…—·％,.;:!?)]}%>»")
NEVER_LAST = frozenset("（《「『【〈“‘([{<«")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINED = frozenset({"Mn", "Me", "Mc"})


class TextMeasure(Protocol):
    """What the layout must know of the fonts."""

    def width(self, text: str, size: int, weight: Weight) -> int:
        """Advance width in pixels of one line at `size` pixels an em."""
        ...

    def has_glyph(self, character: str) -> bool:
        """Whether both weights can draw it."""
        ...


def clean(text: str, measure: TextMeasure) -> str:
    """The text as it can be drawn: one line, no control or direction characters, `□` for what no font has."""
    kept: list[str] = []
    for character in text[:LONGEST]:
        if character.isspace():
            character = " "
        elif unicodedata.category(character) in _DROPPED:
            continue
        elif not measure.has_glyph(character):
            character = REPLACEMENT
        if character == " " and (not kept or kept[-1] == " "):
            continue
        kept.append(character)
    return "".join(kept).rstrip()


def clusters(text: str) -> list[str]:
    """Characters, each with the combining marks that follow it."""
    found: list[str] = []
    for character in text:
        if found and unicodedata.category(character) in _JOINED:
            found[-1] += character
        else:
            found.append(character)
    return found


def is_cjk(character: str) -> bool:
    """Whether lines may break on both sides of it, and it is as wide as high."""
    return unicodedata.east_asian_width(character[0]) in "WF"


def pieces(text: str) -> list[str]:
    """The smallest parts between which a line may break; spaces stay at the end of the part before them."""
    found: list[str] = []
    for cluster in clusters(text):
        if not found or not _keeps_together(found[-1], cluster):
            found.append(cluster)
        else:
            found[-1] += cluster
    return found


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
    """Measures in the units of the layout. `scale` is pixels a unit."""

    def __init__(self, measure: TextMeasure, scale: float) -> None:
        self._measure = measure
        self.scale = scale

    def clean(self, text: str) -> str:
        return clean(text, self._measure)

    def pixels(self, size: int) -> int:
        """The em in pixels of a size in units."""
        return max(1, round(size * self.scale))

    def width(self, text: str, size: int, weight: Weight) -> int:
        """Units that a line needs, rounded up."""
        if not text:
            return 0
        return int(self._measure.width(text, self.pixels(size), weight) / self.scale) + 2

    def shortened(self, text: str, size: int, weight: Weight, width: int) -> str:
        """The text, or as much of it as fits with `…` at the end; empty where not even that fits."""
        if self.width(text, size, weight) <= width:
            return text
        parts = clusters(text)
        low, high = 0, len(parts)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width("".join(parts[:middle]).rstrip() + ELLIPSIS, size, weight) <= width:
                low = middle
            else:
                high = middle - 1
        cut = "".join(parts[:low]).rstrip() + ELLIPSIS
        return cut if self.width(cut, size, weight) <= width else ""

    def wrapped(self, text: str, size: int, weight: Weight, width: int, most: int | None = None) -> list[str]:
        """Lines no wider than `width`. With `most`, what does not fit into that many lines ends in `…`."""
        raw: list[str] = []
        line = ""
        for piece in pieces(text):
            if self.width((line + piece).rstrip(), size, weight) <= width:
                line += piece
                continue
            if line:
                raw.append(line)
            line = piece
            while self.width(line.rstrip(), size, weight) > width:
                head = self._fitting(line, size, weight, width)
                raw.append(head)
                line = line[len(head) :]
        if line.strip():
            raw.append(line)
        lines = [one.rstrip() for one in raw]
        if most is not None and len(lines) > most:
            lines = [*lines[: most - 1], self._ended("".join(raw[most - 1 :]), size, weight, width)]
        return lines

    def _ended(self, text: str, size: int, weight: Weight, width: int) -> str:
        short = self.shortened(text, size, weight, width)
        return short if short else self.shortened(ELLIPSIS, size, weight, width)

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

    def fitting_size(self, text: str, sizes: tuple[int, ...], weight: Weight, width: int) -> int:
        """The first of `sizes` at which the text fits on one line; the last where none does."""
        for size in sizes:
            if self.width(text, size, weight) <= width:
                return size
        return sizes[-1]
