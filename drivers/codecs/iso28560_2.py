"""ISO 28560-2 (= GB/T 35660.2): HF tags whose elements stand one after another."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from drivers.codecs import object_stream
from drivers.codecs.afi import LIBRARY_AFIS
from drivers.codecs.elements import IDENTIFIER, INDEX
from drivers.codecs.findings import Finding, Noted, Notes, sorted_once
from drivers.codecs.object_writing import check_index, element_of, write
from drivers.codecs.reading import Elements, ElementValue, EncodedTag, EncodeRefused, Format, TagData
from drivers.codecs.values import required

DSFID = 0x06
"""Access method 0, data format 6 (lainuri `iso28560/__init__.py`, dp2 `UhfUtility.EncodeUserBank`)."""


def decode(memory: bytes, *, afi: int | None = None, dsfid: int | None = None) -> TagData:
    """Elements and findings of user memory from byte 0."""
    notes: Notes = []
    elements: Elements = {}
    raw = object_stream.split(memory, 0, notes)
    object_stream.read(raw, elements, notes)
    object_stream.check_order(raw, elements, notes)
    if afi is not None or dsfid is not None:
        note_registers(afi, dsfid, DSFID, notes)
    return TagData(Format.ISO28560_2, elements, sorted_once(notes) if notes else ())


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
    for key in elements:
        element_of(key)
    required(elements, IDENTIFIER)
    for key in lock:
        if key not in elements:
            raise EncodeRefused(f"lock {key}", "it is not among the elements", "lock only what is written")
        if key == INDEX:
            raise EncodeRefused(f"lock {key}", "it changes with the elements", "never lock the content parameter")
    check_index(elements)
    ordered = dict(sorted(elements.items(), key=lambda item: {IDENTIFIER: 0, INDEX: 1}.get(item[0], 2)))
    written = write(ordered, lock=lock, block_size=block_size)
    return EncodedTag(filled(written.memory, memory_size), locked_blocks=written.locked_blocks)


def filled(written: bytes, memory_size: int | None) -> bytes:
    """`written` with zeros up to the end of memory, or a refusal where it does not fit."""
    if memory_size is None:
        return written
    if len(written) > memory_size:
        remedy = "drop an element or use a larger tag"
        raise EncodeRefused("memory", f"{len(written)} bytes do not fit in {memory_size}", remedy)
    return written.ljust(memory_size, b"\0")
