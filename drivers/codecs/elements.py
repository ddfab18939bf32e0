"""The elements of ISO 28560 by OID and by key, as data.

Source: OID names of dp2 `Element.cs` (from ISO/TS 28560-4:2014 p. 11), agreed by a public parser of Finnish tags.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """How an element's data is read and written."""

    TEXT = auto()
    UTF8_TEXT = auto()
    """Read as any text, always written as UTF-8 (dp2)."""
    INDEX = auto()
    ISIL = auto()
    SET = auto()
    CODE = auto()
    """One byte, told as two hex digits."""
    GS1 = auto()


@dataclass(frozen=True, slots=True)
class Element:
    """One row of the standard's table."""

    oid: int
    key: str
    kind: Kind = Kind.TEXT


IDENTIFIER = "primary_item_identifier"
INDEX = "content_parameter"
OWNER = "owner_institution"
SET = "set_information"
USAGE = "type_of_usage"
ILL_BORROWER = "ill_borrowing_institution"
GS1 = "gs1_product_identifier"
UII = "unique_item_identifier"
VERSION = "data_model_version"
TITLE = "title"
MEDIA_FORMAT = "media_format"

IDENTIFIER_OID = 1
INDEX_OID = 2
FIRST_INDEXED_OID = 3
SET_OID = 4
USAGE_OID = 5

ELEMENTS = (
    Element(0, UII),
    Element(1, IDENTIFIER),
    Element(2, INDEX, Kind.INDEX),
    Element(3, OWNER, Kind.ISIL),
    Element(4, SET, Kind.SET),
    Element(5, USAGE, Kind.CODE),
    Element(6, "shelf_location"),
    Element(7, "onix_media_format", Kind.UTF8_TEXT),
    Element(8, "marc_media_format"),
    Element(9, "supplier_identifier"),
    Element(10, "order_number"),
    Element(11, ILL_BORROWER, Kind.ISIL),
    Element(12, "ill_borrowing_transaction_number"),
    Element(13, GS1, Kind.GS1),
    Element(14, "alternative_unique_item_identifier"),
    Element(15, "local_data_a"),
    Element(16, "local_data_b"),
    Element(17, TITLE, Kind.UTF8_TEXT),
    Element(18, "product_identifier_local"),
    Element(19, MEDIA_FORMAT, Kind.CODE),
    Element(20, "supply_chain_stage", Kind.CODE),
    Element(21, "supplier_invoice_number"),
    Element(22, "alternative_item_identifier"),
    Element(23, "alternative_owner_institution"),
    Element(24, "subsidiary_of_an_owner_institution"),
    Element(25, "alternative_ill_borrowing_institution"),
    Element(26, "local_data_c"),
)

BY_OID = {element.oid: element for element in ELEMENTS}
BY_KEY = {element.key: element for element in ELEMENTS}


def unknown_key(oid: int) -> str:
    """The key of an element that the standard does not define."""
    return f"oid_{oid}"
