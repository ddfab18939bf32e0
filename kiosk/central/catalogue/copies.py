"""Copies that a record tells of, as libraries exchange them.

Sources: WH/T 0503-96 (CNMARC), 905: $a library, $b accession number, $c shelf, $d class, $e book number; MARC 21 Format
for Holdings, 852: $b sublocation, $h and $i call number, $p piece designation, which is what the barcode has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pymarc import Field, Record

LONGEST_NUMBER = 64
"""Characters; what the store keeps."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy, as its field has it."""

    number: str
    place: str
    """Code of a library or branch; empty where the field has none."""
    call_number: str

    @property
    def is_usable(self) -> bool:
        """Whether a label could have this number."""
        clear = self.number.isprintable() and not any(sign.isspace() for sign in self.number)
        return clear and 0 < len(self.number) <= LONGEST_NUMBER


def copies_of(record: Record) -> tuple[Copy, ...]:
    """In the order of the fields. A field may name several, which then stand at one place."""
    return tuple(copy for field in record.get_fields("852", "905") for copy in _copies(field))


def _copies(field: Field) -> Iterator[Copy]:
    numbers, place, call_number = _READ[field.tag]
    where = " ".join(next(iter(field.get_subfields(place)), "").split())
    parts = [" ".join(text.split()) for text in field.get_subfields(*call_number)]
    shelved = ("/" if field.tag == "905" else " ").join(part for part in parts if part)
    for number in field.get_subfields(numbers):
        if number.strip():
            yield Copy(number.strip(), where, shelved)


_READ = {"852": ("p", "b", ("h", "i")), "905": ("b", "a", ("d", "e"))}
"""Tag: subfields of the number, the place, the call number."""
