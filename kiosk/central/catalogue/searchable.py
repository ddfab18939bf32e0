"""What of a record is searched: more than what is shown, and in every script in which the record has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from pymarc import Field, Record

from kiosk.central.catalogue.records import Searchable

NAMES_21 = ("100", "110", "111", "700", "710", "711")
MORE_21 = (
    ("130", "adnp"),
    ("240", "adnp"),
    ("245", "c"),
    ("246", "abnp"),
    ("490", "av"),
    ("600", "abcdtqxyz"),
    ("610", "abtxyz"),
    ("611", "actxyz"),
    ("630", "aptxyz"),
    ("650", "axyz"),
    ("651", "axyz"),
    ("700", "t"),
    ("730", "adnp"),
    ("740", "anp"),
    ("830", "anpv"),
)
"""Uniform and varying titles, responsibility, series, subjects."""
NAMES_CN = ("700", "701", "702", "710", "711", "712")
MORE_CN = (
    ("200", "fg"),
    ("225", "aehi"),
    ("500", "a"),
    ("510", "a"),
    ("512", "a"),
    ("517", "ae"),
    ("600", "abtxyz"),
    ("601", "abtxyz"),
    ("605", "axyz"),
    ("606", "axyz"),
    ("607", "axyz"),
    ("610", "a"),
)
PINYIN_CN = ("200", "701", "700", "711", "710")
"""CNMARC keeps pinyin of title and names in $9 or, as libraries of the north do, in $A."""


def searchable_marc21(record: Record) -> Searchable:
    """Titles are 245 $a $b $n $p, names $a of the fields of names, each with its partners of field 880."""
    titles = list(_with_partners(record, "245", _joined("abnp")))
    return Searchable(
        titles=tuple(titles),
        names=tuple(text for tag in NAMES_21 for text in _with_partners(record, tag, _joined("a"))),
        more=tuple(text for tag, codes in MORE_21 for text in _with_partners(record, tag, _joined(codes))),
        pinyin=tuple(titles[:1]) if len(titles) > 1 else (),
    )


def searchable_unimarc(record: Record) -> Searchable:
    """Titles are 200 $a $d $e $h $i, names $a $b of the fields of names."""
    return Searchable(
        titles=tuple(_texts(record.get_fields("200"), _joined("adehi"))),
        names=tuple(text for tag in NAMES_CN for text in _texts(record.get_fields(tag), _name_cn)),
        more=tuple(text for tag, codes in MORE_CN for text in _texts(record.get_fields(tag), _joined(codes))),
        pinyin=tuple(text for tag in PINYIN_CN for text in _texts(record.get_fields(tag), _joined("9A"))),
    )


def _with_partners(record: Record, tag: str, read: Callable[[Field], str]) -> Iterator[str]:
    """The fields of this tag, then what stands in 880 for them, whichever of them it names."""
    yield from _texts(record.get_fields(tag), read)
    partners = [
        field for field in record.get_fields("880") if any(link.startswith(tag) for link in field.get_subfields("6"))
    ]
    yield from _texts(partners, read)


def _texts(fields: Sequence[Field], read: Callable[[Field], str]) -> Iterator[str]:
    for field in fields:
        if text := read(field).strip():
            yield text


def _joined(codes: str) -> Callable[[Field], str]:
    return lambda field: " ".join(field.get_subfields(*codes))


def _name_cn(field: Field) -> str:
    """Family and given name are one run where they are Chinese: 刘 and 慈欣 are looked for as 刘慈欣."""
    parts = [part.strip(" ,，") for part in field.get_subfields("a", "b")]
    return ("" if all(not part.isascii() for part in parts) else " ").join(parts)
