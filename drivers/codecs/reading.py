"""What the codecs hand to each other: layouts by name, decoded and encoded tags, the refusal to encode."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from drivers.codecs.findings import Noted
from drivers.errors import Misuse

ElementValue: TypeAlias = str | int | list[int] | dict[str, int]
"""Text, number or truth value; a list of OIDs (`content_parameter`); parts and part (`set_information`)."""

Elements: TypeAlias = dict[str, ElementValue]

BITS_OF_BYTE = 8


class Format(StrEnum):
    """How a tag's data is laid out. `UNKNOWN` is no library layout that is known here."""

    ISO28560_2 = "iso28560-2"
    ISO28560_3 = "iso28560-3"
    ISO28560_4 = "iso28560-4"
    GXLM = "gxlm"
    RFID501 = "rfid501"
    UNKNOWN = "unknown"


class Foreign(StrEnum):
    """Tags that are no library's, or not of a layout that is read here, and still known by their bytes."""

    NFC_FORUM = "NFC Forum Type 5 tag (NDEF message)"
    DM11 = "Bibliotheca DM11, an older library layout that is not read here"
    EPC = "EPC tag of trade or industry (GS1)"
    NEW_UHF = "UHF tag as it left the factory"


class TagData(NamedTuple):
    """What stands on a tag. `details` are sorted by code, each code once; damaged data never gives an exception.

    A named tuple, because it is made in half the time of a frozen dataclass (`docs/figures.md`, tag decode).
    """

    format: Format
    elements: Mapping[str, ElementValue]
    details: tuple[Noted, ...] = ()
    foreign: Foreign | None = None

    @property
    def findings(self) -> tuple[str, ...]:
        """The sorted codes of `details`."""
        return tuple([noted.code for noted in self.details])

    @property
    def item_id(self) -> str | None:
        """The primary item identifier, often the barcode."""
        return self._text("primary_item_identifier")

    @property
    def owner(self) -> str | None:
        """ISIL of the owning institution (`gxlm`: five digits). Compare without regard to case."""
        return self._text("owner_institution")

    @property
    def title(self) -> str | None:
        return self._text("title")

    def _text(self, key: str) -> str | None:
        value = self.elements.get(key)
        return value if isinstance(value, str) else None


class BlockOrder(StrEnum):
    """How the bytes of each block stand in memory."""

    FORWARD = "forward"
    REVERSED = "reversed"
    """Back to front, as one supplier writes ISO 28560-3; kept when such a tag is written again (dan `DDMData.java`)."""


class EncodedTag(NamedTuple):
    """Bytes to write: user memory of an HF tag or bank 11 (may be empty), and bank 01 of a UHF tag.

    `locked_blocks` are the numbers of the blocks that hold the elements to be locked, and nothing else.
    """

    memory: bytes
    uii: bytes | None = None
    locked_blocks: tuple[int, ...] = ()


class EncodeRefused(Misuse):
    """Elements that the layout cannot hold. The text says what, where and what to do."""

    def __init__(self, where: str, what: str, remedy: str) -> None:
        self.where, self.what, self.remedy = where, what, remedy
        super().__init__(f"{where}: {what}; {remedy}")
