"""What the catalogue knows of a title, and the small words that both formats share in making it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from kiosk.central.catalogue.copies import Copy
from kiosk.central.catalogue.isbn import Isbn

MARKS_AT_END = " /:;=,／：；＝，"
"""ISBD punctuation that introduces what comes next, and stands at the end of the field before it."""
RESPONSIBILITY = " / "
"""ISBD: what follows names who is responsible, not the title."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_DIRECTION = re.compile(r"[\u200e\u200f\u202a-\u202e]")
"""Marks of writing direction: a screen gives each text its own."""
_INITIAL = re.compile(r"(?:^|[\W_])\w\.$")


class Format(StrEnum):
    """Which rules the fields follow."""

    MARC21 = "marc21"
    UNIMARC = "unimarc"
    """CNMARC is UNIMARC as Chinese libraries use it."""


@dataclass(frozen=True, slots=True)
class Searchable:
    """Everything of a record that somebody may look for, as the record has it."""

    titles: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    """Other titles, series, subjects, who is responsible."""
    pinyin: tuple[str, ...] = ()
    """The record's own reading of its Chinese."""


@dataclass(frozen=True, slots=True)
class BibRecord:
    """A title, as screens show it. Texts are empty where the record says nothing."""

    control_number: str
    format: Format
    title: str
    author: str
    call_number: str
    isbns: tuple[Isbn, ...]
    language: str
    """MARC language code of three letters."""
    searched: Searchable = Searchable()
    copies: tuple[Copy, ...] = ()


def shown(text: str) -> str:
    """Text of a field as one line without control characters and without punctuation that introduces nothing.

    Letters and their marks are put together (Unicode NFC): catalogues tell them apart, screens and people do not.
    """
    composed = unicodedata.normalize("NFC", _DIRECTION.sub("", text))
    return " ".join(_CONTROL.sub(" ", composed).split()).rstrip(MARKS_AT_END)


def title_of(text: str) -> str:
    """The title proper and its parts: what an old record says of responsibility in the same field is cut off."""
    title = shown(_DIRECTION.sub("", text).partition(RESPONSIBILITY)[0])
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title


def name_of(text: str) -> str:
    """A name without the full stop that ends its field; that of an initial (`Mott, John R.`) stays."""
    name = shown(text)
    return name if _INITIAL.search(name) else name.rstrip(".．")
