"""Items, patrons and loans, as far as a kiosk has to know them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from kiosk.model.ids import ItemId, PatronRef
from kiosk.model.limits import within


class Language(StrEnum):
    """Languages of the screens, by BCP 47 tag."""

    ZH = "zh"
    """Simplified Chinese."""
    ZH_HANT = "zh-Hant"
    EN = "en"
    AR = "ar"
    DE = "de"
    JA = "ja"


class Purpose(StrEnum):
    """What a patron came for."""

    BORROW = "borrow"
    RETURN = "return"
    ACCOUNT = "account"
    """To see their loans; a doubt of this purpose is a renewal that nobody has decided."""


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

    in_stock: Annotated[int, within(0x00, 0xFF)] = 0x07
    on_loan: Annotated[int, within(0x00, 0xFF)] = 0xC2

    def __post_init__(self) -> None:
        if self.in_stock == self.on_loan:
            raise ValueError("expected in_stock and on_loan to differ")
