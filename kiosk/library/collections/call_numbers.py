"""Shelf order of call numbers of the Chinese Library Classification: a sort key that is compared as plain text.

A call number is a class number, then parts after strokes: book number (with volumes), year, copy. Keys are made of
ASCII signs whose order is the shelf's: nothing, the end of a part, the marks of auxiliary tables, digits, letters. What
cannot be read sorts last, by its text, and is never dropped.

Source: 中国图书馆分类法, 5th edition, its rules for arranging numbers; the order of marks is a house rule.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final

UNREADABLE: Final = "~"
"""Begins the key of what is no call number: after every letter."""
_NEXT_PART: Final = " "
_VOLUME: Final = "!"
_MARKS: Final = dict(zip('-("=<:+', "!\"#$%&'", strict=True))
"""Marks of auxiliary tables, before further digits, in the order in which they stand on the shelf."""
_CLASS = re.compile(r'[A-Z]{1,2}[0-9.]*(?:[-("=<:+][A-Z0-9.()"]*)*')
_BOOK = re.compile(r"(?P<letters>[A-Z]{0,3})(?P<digits>[0-9]*)(?P<more>(?:[:=-][V.]*[0-9]+|V\.?[0-9]+|\([0-9]+\))*)")
_WHOLE = re.compile(r"[0-9]+")


class BookNumbers(StrEnum):
    """How a library arranges author numbers (著者号)."""

    DECIMAL = "decimal"
    """L123 before L13 before L2."""
    INTEGER = "integer"
    """L2 before L13 before L123."""


def shelf_key(call_number: str, book_numbers: BookNumbers = BookNumbers.DECIMAL) -> str:
    """The key by which it stands on the shelf. Width, case and blanks make no difference."""
    plain = "".join(unicodedata.normalize("NFKC", call_number).upper().split())
    class_number, *parts = plain.split("/")
    if _CLASS.fullmatch(class_number) is None:
        return UNREADABLE + plain
    keys = ["".join(_MARKS.get(sign, sign) for sign in class_number if sign not in ".)")]
    for part in parts:
        key = _part_key(part, book_numbers)
        if not key:
            return UNREADABLE + plain
        keys.append(key)
    return _NEXT_PART.join(keys)


def is_readable(key: str) -> bool:
    """Whether a key is of something that is a call number."""
    return not key.startswith(UNREADABLE)


def _part_key(part: str, book_numbers: BookNumbers) -> str:
    """Empty for what is no such part."""
    found = _BOOK.fullmatch(part)
    if found is None or not (found["letters"] or found["digits"]):
        return ""
    letters, digits = found["letters"], found["digits"]
    as_fraction = letters and book_numbers is BookNumbers.DECIMAL
    head = letters + (digits if as_fraction or not digits else _whole(digits))
    return head + "".join(_VOLUME + _whole(digits) for digits in _WHOLE.findall(found["more"]))


def _whole(digits: str) -> str:
    """As text that compares as the number does: how many digits, then these."""
    digits = digits.lstrip("0") or "0"
    return f"{len(digits):02d}{digits}"
