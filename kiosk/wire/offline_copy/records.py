"""The records of a copy, and the names they are found by."""

from __future__ import annotations

import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.model.cards import CARD, card_token
from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.offline import KnownItem, KnownPatron

NAME_BYTES = 8
PATRON = struct.Struct(">BBHB")
"""Category (`STOPPED`: may not borrow), years (`UNKNOWN`), days since `DAY_0` (0: none), how many more (`UNKNOWN`)."""
ITEM = struct.Struct(">BBB")
"""Loan class, age mark (`UNKNOWN`: none), flags."""
STOPPED = UNKNOWN = 255
MOST_WORDS = 255
"""Categories, classes or marks that one byte can tell apart; the rest go by the rules for all."""
DAY_0 = date(2000, 1, 1)
LAST_DAY = (1 << 16) - 1
NOT_FOR_LOAN, RESERVED = 1, 2


@dataclass(frozen=True, slots=True)
class Names:
    """How names become the first 8 bytes of records."""

    salt: bytes

    def patron(self, ref: PatronRef) -> bytes:
        """Of a reference, or of a card by `card:TOKEN`."""
        return self._of(f"p\0{_canonical(ref)}")

    def item(self, item: ItemId) -> bytes:
        return self._of(f"i\0{item}")

    def kept(self, item: ItemId, ref: PatronRef) -> bytes:
        return self._of(f"k\0{item}\0{_canonical(ref)}")

    def _of(self, text: str) -> bytes:
        return hmac.digest(self.salt, text.encode("utf-8", "surrogatepass"), "sha256")[:NAME_BYTES]


@dataclass(frozen=True, slots=True)
class Words:
    """The words that records name by their place."""

    categories: Sequence[str]
    classes: Sequence[str]
    marks: Sequence[str]


def pack_patron(words: Words, patron: KnownPatron) -> bytes:
    """Raises `ValueError` for a category that is not among the words."""
    days = 0 if patron.expires is None else min(max(1, (patron.expires - DAY_0).days), LAST_DAY)
    years = UNKNOWN if patron.years is None else min(max(0, patron.years), UNKNOWN - 1)
    more = UNKNOWN if patron.more is None else min(patron.more, UNKNOWN - 1)
    return PATRON.pack(STOPPED if patron.stopped else words.categories.index(patron.category), years, days, more)


def unpack_patron(words: Words, packed: bytes) -> KnownPatron:
    """Of one who is stopped the category is not kept. Raises `IndexError` where a word is missing."""
    category, years, days, more = PATRON.unpack(packed)
    stopped = category == STOPPED
    return KnownPatron(
        category="" if stopped else words.categories[category],
        stopped=stopped,
        more=None if more == UNKNOWN else more,
        expires=DAY_0 + timedelta(days=days) if days else None,
        years=None if years == UNKNOWN else years,
    )


def pack_item(words: Words, item: KnownItem) -> bytes:
    """Raises `ValueError` for a word that is not among the words."""
    mark = words.marks.index(item.age_mark) if item.age_mark else UNKNOWN
    flags = NOT_FOR_LOAN * item.not_for_loan | RESERVED * item.reserved
    return ITEM.pack(words.classes.index(item.loan_class), mark, flags)


def unpack_item(words: Words, packed: bytes) -> KnownItem:
    """Raises `IndexError` where a word is missing."""
    loan_class, mark, flags = ITEM.unpack(packed)
    return KnownItem(
        loan_class=words.classes[loan_class],
        not_for_loan=bool(flags & NOT_FOR_LOAN),
        age_mark="" if mark == UNKNOWN else words.marks[mark],
        reserved=bool(flags & RESERVED),
    )


def _canonical(ref: PatronRef) -> str:
    return CARD + card_token(ref.removeprefix(CARD)) if ref.startswith(CARD) else ref
