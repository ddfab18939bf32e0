"""UNIMARC fields, as CNMARC uses them, into a `BibRecord`.

Sources: UNIMARC Manual, Bibliographic Format (IFLA, 3rd edition); WH/T 0503-96 (CNMARC): pinyin in $9, call number
in 905.
"""

from __future__ import annotations

import re

from pymarc import Field, Record

from kiosk.central.catalogue.copies import copies_of
from kiosk.central.catalogue.isbn import read_isbn
from kiosk.central.catalogue.records import MARKS_AT_END, BibRecord, Format, shown, title_of
from kiosk.central.catalogue.searchable import searchable_unimarc

AUTHORS = ("700", "710", "701", "711", "702", "712")
"""Primary, alternative, secondary responsibility; persons before bodies."""
BEFORE = {"e": " : ", "d": " = ", "h": ". ", "i": ", "}
"""ISBD marks before other title information, parallel title, number and name of a part: UNIMARC leaves them out."""
_CHINESE_NAME = re.compile(r"[⺀-鿿\uf900-\ufaff\U00020000-\U0003ffff]+")


def read_unimarc(record: Record) -> BibRecord:
    """Read one record. `title` and `control_number` may come out empty: the caller refuses that."""
    number = next(iter(record.get_fields("001")), None)
    return BibRecord(
        control_number=shown(number.data or "") if number is not None else "",
        format=Format.UNIMARC,
        title=next((title for field in record.get_fields("200") if (title := _title(field))), ""),
        author=_author(record),
        call_number=_call_number(record),
        isbns=tuple(
            isbn
            for field in record.get_fields("010")
            for text in field.get_subfields("a")
            if (isbn := read_isbn(text)) is not None
        ),
        language=next((code for field in record.get_fields("101") for code in field.get_subfields("a")), "")[:3],
        searched=searchable_unimarc(record),
        copies=copies_of(record),
    )


def _title(field: Field) -> str:
    text = ""
    for part in field.subfields:
        if part.code == "a" and not text:
            text = part.value.strip()
        elif part.code in BEFORE and text:
            said = text[-1] in MARKS_AT_END
            text = f"{text} {part.value.strip()}" if said else f"{text}{BEFORE[part.code]}{part.value.strip()}"
    return title_of(text)


def _author(record: Record) -> str:
    for tag in AUTHORS:
        for field in record.get_fields(tag):
            if name := _name(field):
                return name
    return next((shown(name) for field in record.get_fields("200") for name in field.get_subfields("f")), "")


def _name(field: Field) -> str:
    """Entry element and the rest of a name; a Chinese one is written without a comma."""
    parts = [shown(text) for text in field.get_subfields("a", "b")]
    chinese = all(_CHINESE_NAME.fullmatch(part) for part in parts)
    return ("" if chinese else ", ").join(part for part in parts if part)


def _call_number(record: Record) -> str:
    """905 $d class and $e book number, or $s as one; else the class of 690 (Chinese Library Classification) or 686."""
    for field in record.get_fields("905"):
        whole = shown("/".join(field.get_subfields("d", "e"))) or shown(" ".join(field.get_subfields("s")))
        if whole:
            return whole
    for field in record.get_fields("690", "686"):
        if number := shown(" ".join(field.get_subfields("a"))):
            return number
    return ""
