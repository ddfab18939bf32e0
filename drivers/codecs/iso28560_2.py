"""ISO 28560-2 (= GB/T 35660.2): HF tags whose elements stand one after another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from drivers.codecs import object_stream
from drivers.codecs.afi import LIBRARY_AFIS
from drivers.codecs.compaction import unpack
from drivers.codecs.elements import IDENTIFIER, IDENTIFIER_OID, INDEX, INDEX_OID, SET
from drivers.codecs.findings import Finding, Noted, Notes, sorted_once
from drivers.codecs.isil import REMEMBERED
from drivers.codecs.object_stream import COMPACTION_SHIFT, LENGTH_GOES_ON, OFFSET_BIT, OID_IN_NEXT_BYTE
from drivers.codecs.object_writing import check_keys, write
from drivers.codecs.reading import Elements, ElementValue, EncodedTag, EncodeRefused, Format, TagData
from drivers.codecs.values import required

LEAST_BYTES, MOST_BYTES_REMEMBERED = 4, 512
DSFID = 0x06
"""Access method 0, data format 6 (lainuri `iso28560/__init__.py`, dp2 `UhfUtility.EncodeUserBank`)."""


def decode(memory: bytes, *, afi: int | None = None, dsfid: int | None = None) -> TagData:
    """Elements and findings of user memory from byte 0."""
    notes: Notes = []
    elements = _read_quickly(memory)
    if elements is None:
        elements = {}
        raw = object_stream.split(memory, 0, notes)
        object_stream.read(raw, elements, notes)
        object_stream.check_order(raw, elements, notes)
    if afi is not None or dsfid is not None:
        note_registers(afi, dsfid, DSFID, notes)
    return TagData(_FORMAT, elements, sorted_once(notes) if notes else ())


_FORMAT = Format.ISO28560_2


@dataclass(frozen=True, slots=True)
class _Rest:
    """What stands behind the item number, without a fault. Index and set are handed out as copies only."""

    elements: Elements
    index: list[int] | None
    in_set: dict[str, int] | None


def _read_quickly(memory: bytes) -> Elements | None:
    """All elements of a tag without a fault that begins with an item number, or None for the thorough way.

    Most tags of a library are the same but for this number, so the rest of a tag is looked up before it is read.
    """
    size = len(memory)
    if not LEAST_BYTES <= size <= MOST_BYTES_REMEMBERED or memory[0] & OID_IN_NEXT_BYTE != IDENTIFIER_OID:
        return None
    at, pad = (3, memory[1]) if memory[0] & OFFSET_BIT else (2, 0)
    length = memory[at - 1]
    end = at + length
    if not 0 < length < LENGTH_GOES_ON or end + pad > size or (pad and any(memory[end : end + pad])):
        return None
    text, flaw = unpack(memory[0] >> COMPACTION_SHIFT & 7, memory[at:end])
    rest = _rest_of(memory[end + pad :])
    if flaw or rest is None or not text.isprintable():
        return None
    elements: Elements = {IDENTIFIER: text, **rest.elements}
    if rest.index is not None:
        elements[INDEX] = rest.index.copy()
    if rest.in_set is not None:
        elements[SET] = rest.in_set.copy()
    return elements


@lru_cache(maxsize=REMEMBERED)
def _rest_of(memory: bytes) -> _Rest | None:
    notes: Notes = []
    elements: Elements = {}
    raw = object_stream.split(memory, 0, notes)
    object_stream.read(raw, elements, notes)
    index, in_set = elements.get(INDEX), elements.get(SET)
    if notes or IDENTIFIER in elements or (index is not None and raw[0][0] != INDEX_OID):
        return None
    return _Rest(elements, index if isinstance(index, list) else None, in_set if isinstance(in_set, dict) else None)


def note_registers(afi: int | None, dsfid: int | None, expected_dsfid: int, notes: Notes) -> None:
    """Compare the tag's registers, where known, with what the layout wants."""
    if afi is not None and afi not in LIBRARY_AFIS:
        notes.append(Noted(Finding.AFI_UNEXPECTED))
    if dsfid is not None and dsfid != expected_dsfid:
        notes.append(Noted(Finding.DSFID_UNEXPECTED))


def encode(
    elements: Mapping[str, ElementValue], *, block_size: int, memory_size: int | None, lock: Collection[str]
) -> EncodedTag:
    """Memory of a tag: identifier first, content parameter second, the rest in the order given.

    Where `lock` names elements, each run of them starts and ends on a block edge. Zero-filled to `memory_size`, so that
    nothing old is left behind; without it as short as the elements are.
    """
    check_keys(elements)
    identifier = required(elements, IDENTIFIER)
    for key in lock:
        if key not in elements:
            raise EncodeRefused(f"lock {key}", "it is not among the elements", "lock only what is written")
        if key == INDEX:
            raise EncodeRefused(f"lock {key}", "it changes with the elements", "never lock the content parameter")
    ordered: Elements = {IDENTIFIER: identifier}
    if INDEX in elements:
        ordered[INDEX] = elements[INDEX]
    ordered.update(elements)
    memory, locked_blocks = write(ordered, lock, block_size)
    return EncodedTag(filled(memory, memory_size), None, locked_blocks)


def filled(written: bytes, memory_size: int | None) -> bytes:
    """`written` with zeros up to the end of memory, or a refusal where it does not fit."""
    if memory_size is None:
        return written
    if len(written) > memory_size:
        remedy = "drop an element or use a larger tag"
        raise EncodeRefused("memory", f"{len(written)} bytes do not fit in {memory_size}", remedy)
    return written.ljust(memory_size, b"\0")
