"""Items, patrons and loans, as far as a kiosk has to know them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.model.ids import ItemId, PatronRef


class Language(StrEnum):
    """Languages of the screens, by BCP 47 tag."""

    ZH = "zh"
    EN = "en"


class Purpose(StrEnum):
    """What a patron came for."""

    BORROW = "borrow"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Item:
    """An item as central or its own tag describes it. `title` falls back to the number where nobody knows one."""

    id: ItemId
    title: str
    author: str = ""
    call_number: str = ""


@dataclass(frozen=True, slots=True)
class Patron:
    """The patron of this session: only what the screen shows."""

    ref: PatronRef
    given_name: str
    may_borrow: int | None
    """How many more items may be borrowed; None where it is not known (off line, no limit)."""
    provisional: bool = False
    """Identified by the card alone, without central."""


@dataclass(frozen=True, slots=True)
class SecurityMarks:
    """AFI values of this library. ISO libraries use 0x07 and 0xC2, others their own: never assume, never mix."""

    in_stock: int = 0x07
    on_loan: int = 0xC2
