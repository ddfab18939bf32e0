"""ISBNs: brought to one form, and their check digits judged. Source: ISBN Users' Manual, 7th edition, appendix 1."""

from __future__ import annotations

import re
from dataclasses import dataclass

_BEGINS = re.compile(r"[\s:]*([0-9][0-9Xx‐-―\- ]*[0-9Xx])")
"""Digits with hyphens or blanks between them; qualifiers like `(pbk.)` come after."""
_BETWEEN = re.compile(r"[^0-9X]")


@dataclass(frozen=True, slots=True)
class Isbn:
    """One ISBN of a record."""

    text: str
    """13 digits where it is valid; otherwise what stood there, without hyphens: somebody may have printed it so."""
    valid: bool

    @property
    def as_ten(self) -> str:
        """As books before 2007 have it; empty for a number that never had ten digits."""
        nine = self.text[3:12]
        return nine + _check_10(nine) if self.valid and self.text.startswith("978") else ""


def read_isbn(field: str) -> Isbn | None:
    """The ISBN at the beginning of a field (MARC 21 020 $a, UNIMARC 010 $a); None where no number stands there."""
    begins = _BEGINS.match(field)
    if begins is None:
        return None
    text = _BETWEEN.sub("", begins[1].upper())
    if re.fullmatch(r"\d{9}[\dX]", text) and _check_10(text[:9]) == text[9]:
        book = "978" + text[:9]
        return Isbn(book + _check_13(book), valid=True)
    valid = re.fullmatch(r"97[89]\d{10}", text) is not None and _check_13(text[:12]) == text[12]
    return Isbn(text, valid)


def _check_10(nine: str) -> str:
    rest = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), nine, strict=True)) % 11
    return "0X987654321"[rest]


def _check_13(twelve: str) -> str:
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(twelve))
    return str(-total % 10)
