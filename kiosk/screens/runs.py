"""A line of text as runs of one script and one direction, in the order in which they stand on the screen.

The order of mixed text is that of the Unicode Bidirectional Algorithm (python-bidi); shaping within a run is the
painter's, by HarfBuzz.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby

from bidi import algorithm

_ANYWHERE = frozenset(".,:!-")
"""Marks that the fonts of all scripts have: they look like the letters around them."""
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ORDERED = frozenset(["L", "R", "AL", "EN", "ES", "ET", "AN", "CS", "NSM", "WS", "ON"])
"""Classes that python-bidi orders; the rest (controls, code points of later Unicodes) are as blanks to it."""
_STRONG = {"L": False, "R": True, "AL": True}


class Script(StrEnum):
    """Scripts that need a font of their own. `COMMON` goes with whatever stands beside it."""

    COMMON = "common"
    EAST_ASIAN = "east-asian"
    """Ideographs, kana, hangul; Latin, Greek and Cyrillic letters, too: the same font draws them."""
    ARABIC = "arabic"
    HEBREW = "hebrew"
    THAI = "thai"
    DEVANAGARI = "devanagari"


_BLOCKS = (
    (0x0590, 0x05FF, Script.HEBREW),
    (0xFB1D, 0xFB4F, Script.HEBREW),
    (0x0600, 0x06FF, Script.ARABIC),
    (0x0750, 0x077F, Script.ARABIC),
    (0x08A0, 0x08FF, Script.ARABIC),
    (0xFB50, 0xFDFF, Script.ARABIC),
    (0xFE70, 0xFEFC, Script.ARABIC),
    (0x0900, 0x097F, Script.DEVANAGARI),
    (0x0E00, 0x0E7F, Script.THAI),
)
"""Unicode blocks of the scripts that the East Asian fonts do not draw."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters in the order in which they are read; `rtl`: from right to left."""

    text: str
    script: Script
    rtl: bool


def has_rtl(text: str) -> bool:
    """Whether anything in it is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def begins_rtl(text: str) -> bool:
    """The direction of the first letter that has one: that of the whole where nothing else says it."""
    strong = (_STRONG.get(unicodedata.bidirectional(character)) for character in text)
    return next((rtl for rtl in strong if rtl is not None), False)


@lru_cache(maxsize=8192)
def script_of(character: str) -> Script:
    """The script of one character, as far as fonts are concerned."""
    code = ord(character)
    if code < 0x0590:
        return Script.COMMON if character in _ANYWHERE or character.isspace() else Script.EAST_ASIAN
    for first, last, script in _BLOCKS:
        if first <= code <= last:
            return script
    return Script.COMMON if unicodedata.category(character)[0] in "ZM" else Script.EAST_ASIAN


@lru_cache(maxsize=4096)
def runs(text: str, rtl: bool) -> tuple[Run, ...]:
    """The runs of one line from left to right; `rtl` is the direction of the whole."""
    if not rtl and (text.isascii() or max(map(ord, text), default=0) < 0x0590):
        return (Run(text, Script.EAST_ASIAN, False),) if text else ()
    levels = _levels(text, rtl) if rtl or has_rtl(text) else [0] * len(text)
    return tuple(_in_order(list(_pieces(text, levels))))


def _levels(text: str, rtl: bool) -> list[int]:
    """The embedding level of each character (UAX 9, rules W1 to I2)."""
    storage = algorithm.get_empty_storage()
    storage["base_level"] = int(rtl)
    storage["base_dir"] = "R" if rtl else "L"
    ordered = "".join(one if unicodedata.bidirectional(one) in _ORDERED else " " for one in text)
    algorithm.get_embedding_levels(ordered, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [character["level"] for character in storage["chars"]]


def _pieces(text: str, levels: list[int]) -> Iterator[tuple[int, Run]]:
    """Stretches of one level and one script, as they are read; what belongs to no script joins its neighbour."""
    at = 0
    for level, group in groupby(levels):
        stretch = text[at : (at := at + len(list(group)))]
        scripts = [script_of(character) for character in stretch]
        last = next((script for script in scripts if script is not Script.COMMON), Script.EAST_ASIAN)
        for number, script in enumerate(scripts):
            scripts[number] = last = last if script is Script.COMMON else script
        start = 0
        for script, same in groupby(scripts):
            end = start + len(list(same))
            yield level, Run(stretch[start:end], script, level % 2 == 1)
            start = end


def _in_order(pieces: list[tuple[int, Run]]) -> list[Run]:
    """Rule L2: from the highest level down to 1, every stretch of that level or higher is turned round."""
    for level in range(max((one for one, _ in pieces), default=0), 0, -1):
        turned: list[tuple[int, Run]] = []
        for inside, group in groupby(pieces, key=lambda piece: piece[0] >= level):
            stretch = list(group)
            turned += reversed(stretch) if inside else stretch
        pieces = turned
    return [run for _, run in pieces]
