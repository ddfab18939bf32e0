"""A copy's file at a kiosk: checked once as a whole, then looked up by bisection without being read into memory."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.model.ids import ItemId, PatronRef
from kiosk.rules.offline import KnownItem, KnownPatron
from kiosk.rules.policy import ALL, Policy, RulesFile
from kiosk.settings import SettingsRefused, convert
from kiosk.wire.fields import Fields, MessageRefused, as_fields
from kiosk.wire.offline_copy.records import ITEM, NAME_BYTES, PATRON, Names, Words, unpack_item, unpack_patron
from kiosk.wire.offline_copy.writing import MAGIC, SECTIONS
from kiosk.wire.signing import SIGNATURE_BYTES, is_signed

LARGEST_HEAD = 4 << 20
MOST_BRANCHES = 100_000
MOST_WORDS = 256
RECORD_BYTES = {"patrons": NAME_BYTES + PATRON.size, "items": NAME_BYTES + ITEM.size, "kept": NAME_BYTES}


class BadCopy(ValueError):
    """A file that is no copy for this kiosk; the text says why."""


@dataclass(frozen=True, slots=True)
class Section:
    """Sorted records in the file."""

    file: mmap.mmap
    start: int
    records: int
    length: int
    """Of a record, in bytes."""

    def find(self, name: bytes) -> bytes | None:
        """What stands behind `name`; None where no record has it."""
        low, high = 0, self.records
        while low < high:
            middle = (low + high) // 2
            if self._name(middle) < name:
                low = middle + 1
            else:
                high = middle
        if low == self.records or self._name(low) != name:
            return None
        at = self.start + low * self.length
        return self.file[at + NAME_BYTES : at + self.length]

    def _name(self, place: int) -> bytes:
        at = self.start + place * self.length
        return self.file[at : at + NAME_BYTES]


@dataclass(frozen=True, slots=True, eq=False)
class CopyFile:
    """An `OfflineCopy`. Two are the same only as one object: a version's name says what is in it."""

    version: str
    issued: datetime
    policy: Policy
    branch: str
    _names: Names
    _words: Words
    _sections: Mapping[str, Section]

    @classmethod
    def open(cls, path: Path, key: Ed25519PublicKey, site: str, station: str) -> Self:
        """Check the whole file and make it ready. Raises `BadCopy`, `OSError`."""
        with path.open("rb") as file:
            try:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError:
                raise BadCopy("the file is empty") from None
        told, end = _head(mapped, key)
        try:
            fields = as_fields(json.loads(told), "head")
            if fields.text("site") != site:
                raise BadCopy(f"it is for the site {fields.text('site')!r}, not for {site!r}")
            return cls._of(fields, _sections(mapped, fields, end), station)
        except (ValueError, MessageRefused, SettingsRefused) as refused:
            raise BadCopy(str(refused)) from None

    @classmethod
    def _of(cls, head: Fields, sections: Mapping[str, Section], station: str) -> Self:
        rules = convert(RulesFile, head.inner("rules").members, file="rules", folder=Path())
        branches = dict(head.pairs("branches", MOST_BRANCHES))
        words = Words(*(head.texts(name, MOST_WORDS) for name in ("categories", "classes", "marks")))
        return cls(
            version=head.text("version"),
            issued=head.instant("issued"),
            policy=Policy(rules, head.text("time_zone")),
            branch=branches.get(station, ALL),
            _names=Names(bytes.fromhex(head.text("salt"))),
            _words=words,
            _sections=sections,
        )

    def patron(self, ref: PatronRef) -> KnownPatron | None:
        """Also by `card:TOKEN`; None where the copy has nobody of that name."""
        packed = self._sections["patrons"].find(self._names.patron(ref))
        return None if packed is None else unpack_patron(self._words, packed)

    def item(self, item: ItemId) -> KnownItem | None:
        """None where the copy has no such item."""
        packed = self._sections["items"].find(self._names.item(item))
        return None if packed is None else unpack_item(self._words, packed)

    def is_kept_for(self, item: ItemId, ref: PatronRef) -> bool:
        """Whether the item was set aside for this patron."""
        return self._sections["kept"].find(self._names.kept(item, ref)) is not None


def _head(mapped: mmap.mmap, key: Ed25519PublicKey) -> tuple[bytes, int]:
    """The signed head, and where the sections begin."""
    if mapped[: len(MAGIC)] != MAGIC:
        raise BadCopy("it does not begin like a copy of a version that is known here")
    begin = len(MAGIC) + 4
    end = begin + int.from_bytes(mapped[len(MAGIC) : begin], "big")
    if end - begin > LARGEST_HEAD or end + SIGNATURE_BYTES > len(mapped):
        raise BadCopy("it is cut off")
    if not is_signed(key, mapped[end : end + SIGNATURE_BYTES], mapped[:end]):
        raise BadCopy("its signature is not by the key of central")
    return mapped[begin:end], end + SIGNATURE_BYTES


def _sections(mapped: mmap.mmap, head: Fields, at: int) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for fields, name in zip(head.each("sections", len(SECTIONS)), SECTIONS, strict=True):
        section = Section(mapped, at, fields.whole("records"), RECORD_BYTES[name])
        at += section.records * section.length
        if hashlib.sha256(mapped[section.start : at]).hexdigest() != fields.text("sha256"):
            raise BadCopy(f"its {name} are not those that were signed")
        found[name] = section
    if at != len(mapped):
        raise BadCopy("there is more behind its end")
    return found
