"""What values mean beyond their bytes: type of usage, set information, GS1 number, text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from drivers.codecs.elements import GS1, SET, USAGE
from drivers.codecs.findings import Finding, Noted, Notes, about
from drivers.codecs.reading import ElementValue, EncodeRefused

_ALL = frozenset(range(16))

USAGE_SUBCLASSES = MappingProxyType(
    {
        0x0: frozenset({0, 1, 2}),
        0x1: frozenset({0, 1, 2, 3, 4, 5}),
        0x2: frozenset({0}),
        0x3: _ALL,
        0x4: _ALL,
        0x6: frozenset({0}),
        0x7: frozenset({0, 1, 2, 3}),
        0x8: frozenset({0, 1, 2, 3}),
        0x9: frozenset({0, 1, 2, 3, 4}),
    }
)
"""Type of usage, class to defined sub-classes; classes 5 and A-F are reserved (ISO 28560-1; dp2 `VerifyTypeOfUsage`).

0 acquisition, 1 for circulation, 2 not for circulation, 3 and 4 local use, 6 nothing said on the tag, 7 discarded,
8 patron card, 9 library equipment.
"""

_HEX_BYTE = re.compile(r"[0-9A-F]{2}")
GS1_DIGITS = 13
SET_DIGITS = (2, 4, 6)
LARGEST_SET = 999
PARTS_IN_SET, PART_NUMBER = f"{SET}.parts_in_set", f"{SET}.part_number"
LONGEST_TEXT = 8192
"""Bytes of the largest memory that a tag's system information can tell: 256 blocks of 32 (ISO/IEC 15693-3)."""


def usage_finding(usage: str) -> Finding | None:
    """What is wrong with a type of usage of two hex digits."""
    if not _HEX_BYTE.fullmatch(usage):
        return Finding.USAGE_MALFORMED
    if int(usage[1], 16) not in USAGE_SUBCLASSES.get(int(usage[0], 16), ()):
        return Finding.USAGE_RESERVED
    return None


def set_of(parts: int, part: int, notes: Notes, at: int) -> dict[str, int]:
    """Set information as an element's value; part 0 and part above parts are kept and noted."""
    if not 0 < part <= parts:
        notes.append(Noted(Finding.SET_IMPLAUSIBLE, at))
    return {"parts_in_set": parts, "part_number": part}


def set_from_digits(digits: str, notes: Notes, at: int) -> dict[str, int] | None:
    """`1203` is part 3 of 12; None where the number of digits is not 2, 4 or 6."""
    if len(digits) not in SET_DIGITS or not (digits.isascii() and digits.isdigit()):
        notes.append(Noted(Finding.SET_MALFORMED, at))
        return None
    half = len(digits) // 2
    return set_of(int(digits[:half]), int(digits[half:]), notes, at)


def gs1_of(text: str) -> str:
    """A GS1 number in 13 digits; what is no number stays as it is."""
    return text.zfill(GS1_DIGITS) if text.isascii() and text.isdigit() else text


def note_control_characters(text: str, key: str, notes: Notes, at: int) -> None:
    """Characters below 0x20 have no place in a text of a library. `at` is where the text begins."""
    if not text.isprintable() and min(text) < " ":
        notes.append(Noted(about(Finding.CONTROL_CHARACTERS, key), at))


def required(elements: Mapping[str, ElementValue], key: str, remedy: str = "give the item number") -> ElementValue:
    """The value of an element that the layout cannot do without, or a refusal."""
    if key not in elements:
        raise EncodeRefused(key, "it is missing", remedy)
    return elements[key]


def no_such_element(key: str, layout: str, known: Iterable[str]) -> EncodeRefused:
    """A refusal that guesses which of the `known` keys was meant."""
    near = get_close_matches(key, known, 1)
    remedy = f"did you mean {near[0]}?" if near else "leave it out: what the layout does not define is only read"
    return EncodeRefused(key, f"{layout} has no such element", remedy)


def text_to_write(key: str, value: ElementValue) -> str:
    """`value` as text that a tag may hold, or a refusal."""
    if not isinstance(value, str):
        raise EncodeRefused(key, f"{value!r} is no text", "give a text in quotes")
    if not value:
        raise EncodeRefused(key, "the text is empty", "leave the element out or give it a text")
    if len(value) > LONGEST_TEXT:
        raise EncodeRefused(key, f"{len(value)} characters are too many", f"no tag holds more than {LONGEST_TEXT}")
    if not value.isprintable():
        _check_unprintable(key, value)
    return value


def _check_unprintable(key: str, text: str) -> None:
    """Refuse control characters and halves of pairs; other characters that nobody sees are taken as they are."""
    if min(text) < " ":
        raise EncodeRefused(key, "a character below 0x20 stands in the text", "remove the control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EncodeRefused(key, "the text holds half of a surrogate pair", "give whole characters") from None


def number_to_write(key: str, value: ElementValue, lowest: int, highest: int) -> int:
    """`value` as a number in the range that the layout has room for, or a refusal."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise EncodeRefused(key, f"{value!r} does not fit", f"give a whole number from {lowest} to {highest}")
    return value


def set_to_write(value: ElementValue, highest: int) -> tuple[int, int]:
    """Parts and part of a set, 1 <= part <= parts <= `highest`, or a refusal."""
    parts, part = (value.get("parts_in_set"), value.get("part_number")) if isinstance(value, dict) else (None, None)
    if parts is None or part is None or not isinstance(value, dict) or len(value) != 2:
        raise EncodeRefused(SET, f"{value!r} is no set information", "give parts_in_set and part_number")
    number_to_write(PARTS_IN_SET, parts, 1, highest)
    number_to_write(PART_NUMBER, part, 1, parts)
    return parts, part


def code_to_write(key: str, value: ElementValue) -> int:
    """One byte from two hex digits; a type of usage must be one that is not reserved."""
    text = text_to_write(key, value)
    if not _HEX_BYTE.fullmatch(text):
        raise EncodeRefused(key, f"{text!r} is no code", "give two upper-case hex digits such as 10")
    if key == USAGE and usage_finding(text) is not None:
        raise EncodeRefused(key, f"{text} is reserved", "give a class and sub-class that ISO 28560-1 defines")
    return int(text, 16)


def gs1_to_write(value: ElementValue) -> str:
    """Thirteen digits, or a refusal."""
    text = text_to_write(GS1, value)
    if len(text) != GS1_DIGITS or not (text.isascii() and text.isdigit()):
        raise EncodeRefused(GS1, f"{text!r} is no GS1 number", "give 13 digits, zero-filled on the left")
    return text
