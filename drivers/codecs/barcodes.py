"""The numbers that libraries print as barcodes: what they are made of, and whether their check digit is right.

A check digit never makes an item unreadable: a number is what the library's system says it is. So nothing is refused
here and nothing repaired; a wrong check digit is told beside the one that would be right.

Sources: Luhn's rule and the parts of 14-digit numbers as the guides of JerseyCat and Dynix print them; Code 39 mod 43;
ISO 2108 (ISBN) and the GS1 rule of weights 1 and 3. Norwegian numbers of 14 digits have no check digit [likely].
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from drivers.codecs.check_digits import ean_check, isbn_10_check, luhn_check, mod_43_check


class Scheme(StrEnum):
    """How a printed number is made up."""

    LIBRARY_14 = "library-14"
    """1 digit kind, 4 institution, 8 number, 1 check (Luhn). Printed as Codabar."""
    DIGITS_14 = "digits-14"
    """Fourteen digits without a check, as in Norway."""
    ISBN_13 = "isbn-13"
    ISBN_10 = "isbn-10"
    EAN_13 = "ean-13"
    CODE_39_MOD_43 = "code-39-mod-43"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way in which a printed number makes sense.

    `check` is the check character that stands there and `expected` the one that is right; both None where the scheme
    has none. `symbology` is the one that it is usually printed in. `parts` are by name, in their order.
    """

    scheme: Scheme
    symbology: str
    check: str | None
    expected: str | None
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_right(self) -> bool:
        """Whether the check character is the right one; a scheme without one is never wrong."""
        return self.check == self.expected


KINDS = MappingProxyType({"2": "patron", "3": "item"})
"""First digit of a 14-digit library number."""

_FOURTEEN = re.compile(r"(?P<kind>[0-9])(?P<institution>[0-9]{4})(?P<number>[0-9]{8})(?P<check>[0-9])")
_THIRTEEN = re.compile(r"[0-9]{13}")
_TEN = re.compile(r"[0-9]{9}[0-9X]")
_HYPHENS = re.compile(r"[ -]")
_BOOKLAND = ("978", "979")

CODABAR, CODE_39, EAN_13 = "codabar", "code-39", "ean-13"
CODE_128, INTERLEAVED = "code-128", "interleaved-2-of-5"

_CARRIERS = MappingProxyType(
    {
        CODABAR: re.compile(r"[0-9$:/.+-]+"),
        CODE_39: re.compile(r"[0-9A-Z. $/+%-]+"),
        CODE_128: re.compile(r"[\x00-\x7f]+"),
        EAN_13: _THIRTEEN,
        INTERLEAVED: re.compile(r"(?:[0-9]{2})+"),
    }
)
"""What each symbology has characters for; of Codabar without its start and stop letters."""

LONGEST = 128
"""Characters; no barcode on a book or card is longer, and what is longer has no readings."""


def readings(text: str, symbology: str | None = None) -> tuple[Reading, ...]:
    """Every way in which a scanned or printed number makes sense; none where it follows no scheme that is known here.

    `symbology` is what the scanner said (`code-39`, `codabar` …), None where it said nothing. Hyphens and blanks are
    skipped in ISBNs only. Nobody can see whether ten digits are an ISBN, or whether the last character of a Code 39 is
    a check: without hyphens, or without `symbology`, they are taken for one only where it is right.
    """
    if len(text) > LONGEST:
        return ()
    found: list[Reading] = []
    if parts := _FOURTEEN.fullmatch(text):
        found.append(_of_fourteen(parts))
    joined = _HYPHENS.sub("", text)
    if _THIRTEEN.fullmatch(joined) and (joined == text or joined.startswith(_BOOKLAND)):
        scheme = Scheme.ISBN_13 if joined.startswith(_BOOKLAND) else Scheme.EAN_13
        found.append(Reading(scheme, EAN_13, joined[-1], ean_check(joined[:-1])))
    if _TEN.fullmatch(joined.upper()):
        isbn = Reading(Scheme.ISBN_10, EAN_13, joined[-1].upper(), isbn_10_check(joined[:-1]))
        if isbn.is_right or joined != text:
            found.append(isbn)
    if len(text) > 1 and _CARRIERS[CODE_39].fullmatch(text):
        checked = Reading(Scheme.CODE_39_MOD_43, CODE_39, text[-1], mod_43_check(text[:-1]))
        if checked.is_right or symbology == CODE_39:
            found.append(checked)
    return tuple(found)


def _of_fourteen(parts: re.Match[str]) -> Reading:
    expected = luhn_check(parts.group()[:-1])
    if parts["kind"] in KINDS or (parts["check"] == expected and parts["kind"] != "0"):
        kind = KINDS.get(parts["kind"], "other")
        named = {"kind": kind, "institution": parts["institution"], "number": parts["number"]}
        return Reading(Scheme.LIBRARY_14, CODABAR, parts["check"], expected, MappingProxyType(named))
    return Reading(Scheme.DIGITS_14, CODABAR, None, None)


def symbologies_for(text: str) -> tuple[str, ...]:
    """Which linear symbologies have characters for all of `text`."""
    if len(text) > LONGEST:
        return ()
    return tuple(name for name, characters in _CARRIERS.items() if characters.fullmatch(text))


def isbn_13_of(isbn_10: str) -> str | None:
    """An ISBN-10 as ISBN-13: its check dropped, 978 in front, a new check. None where it is no ISBN-10 or damaged."""
    digits = _HYPHENS.sub("", isbn_10).upper()
    if not _TEN.fullmatch(digits) or isbn_10_check(digits[:-1]) != digits[-1]:
        return None
    return f"978{digits[:-1]}{ean_check('978' + digits[:-1])}"


def isbn_10_of(isbn_13: str) -> str | None:
    """An ISBN-13 as ISBN-10. None where it is none, is damaged, or starts with 979, which has no ISBN-10."""
    digits = _HYPHENS.sub("", isbn_13)
    if not _THIRTEEN.fullmatch(digits) or not digits.startswith("978") or ean_check(digits[:-1]) != digits[-1]:
        return None
    return digits[3:-1] + isbn_10_check(digits[3:-1])
