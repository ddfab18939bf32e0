"""MARC 21 fields into a `BibRecord`. Source: MARC 21 Format for Bibliographic Data (Library of Congress), appendix A.

Where a field has its partner in the script of the book itself (880, linked by $6), the partner is what a patron reads.
"""

from __future__ import annotations

from pymarc import Field, Record

from kiosk.central.catalogue.copies import copies_of
from kiosk.central.catalogue.isbn import read_isbn
from kiosk.central.catalogue.records import BibRecord, Format, name_of, shown, title_of
from kiosk.central.catalogue.searchable import searchable_marc21

AUTHORS = ("100", "110", "111", "700", "710", "711")
"""The first of them that there is; 7xx are the editors and translators of a record without a main entry."""
CALL_NUMBERS = (("852", "hi"), ("090", "ab"), ("099", "a"), ("050", "ab"), ("055", "ab"), ("060", "ab"), ("082", "a"))
"""What the library itself gave comes before what came with the record."""
LANGUAGE = slice(35, 38)
"""Of 008."""


def read_marc21(record: Record) -> BibRecord:
    """Read one record. `title` and `control_number` may come out empty: the caller refuses that."""
    return BibRecord(
        control_number=shown(_control(record, "001")),
        format=Format.MARC21,
        title=_title(record),
        author=_author(record),
        call_number=_call_number(record),
        isbns=tuple(
            isbn
            for field in record.get_fields("020")
            for text in field.get_subfields("a")
            if (isbn := read_isbn(text)) is not None
        ),
        language=_language(record),
        searched=searchable_marc21(record),
        copies=copies_of(record),
    )


def _title(record: Record) -> str:
    for field in record.get_fields("245"):
        return _title_text(_in_own_script(record, field)) or _title_text(field)
    return ""


def _title_text(field: Field) -> str:
    return title_of(" ".join(field.get_subfields("a", "b", "n", "p")))


def _author(record: Record) -> str:
    for tag in AUTHORS:
        for field in record.get_fields(tag):
            partner = _in_own_script(record, field)
            name = name_of(" ".join(partner.get_subfields("a"))) or name_of(" ".join(field.get_subfields("a")))
            if name:
                return name
    for title in record.get_fields("245"):
        return name_of(" ".join(_in_own_script(record, title).get_subfields("c")))
    return ""


def _in_own_script(record: Record, field: Field) -> Field:
    """The 880 partner of a field, or the field itself. $6 is `880-01` there and `245-01/$1` here."""
    for link in field.get_subfields("6"):
        if not link.startswith("880-") or link[4:6] == "00":
            continue
        for partner in record.get_fields("880"):
            if any(back.startswith(f"{field.tag}-{link[4:6]}") for back in partner.get_subfields("6")):
                return partner
    return field


def _call_number(record: Record) -> str:
    for tag, codes in CALL_NUMBERS:
        for field in record.get_fields(tag):
            number = shown(" ".join(field.get_subfields(*codes)))
            if number:
                return number
    return ""


def _language(record: Record) -> str:
    code = _control(record, "008")[LANGUAGE].strip(" |")
    return code if len(code) == 3 else ""


def _control(record: Record, tag: str) -> str:
    return next((field.data or "" for field in record.get_fields(tag)), "")
