"""Writes elements one after another: the strict counterpart of `object_stream`.

Order, compaction choice and lock alignment after ISO 28560-2; github DigitalPlatform/dp2 `Element.cs`, `TestChip.cs`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import assert_never

from drivers.codecs.compaction import Compaction, pack, pack_integer
from drivers.codecs.elements import BY_KEY, FIRST_INDEXED_OID, INDEX, Element, Kind
from drivers.codecs.isil import is_isil, pack_isil
from drivers.codecs.object_stream import COMPACTION_SHIFT, LENGTH_GOES_ON, OFFSET_BIT, OID_IN_NEXT_BYTE
from drivers.codecs.reading import BITS_OF_BYTE, ElementValue, EncodeRefused
from drivers.codecs.values import LARGEST_SET, code_to_write, gs1_to_write, no_such_element, set_to_write, text_to_write

HIGHEST_KNOWN_OID = 26
MOST_PAD_BYTES = 255


def element_of(key: str) -> Element:
    """The row of the standard's table, or a refusal that guesses what was meant."""
    element = BY_KEY.get(key)
    if element is None:
        raise no_such_element(key, "ISO 28560", BY_KEY)
    return element


def indexed_oids(keys: Collection[str]) -> list[int]:
    """What a content parameter says of elements with these keys."""
    return sorted(oid for oid in (element_of(key).oid for key in keys) if oid >= FIRST_INDEXED_OID)


def with_index(elements: Mapping[str, ElementValue]) -> dict[str, ElementValue]:
    """`elements` with the content parameter that they need; the same where only the identifier is there."""
    without = {key: value for key, value in elements.items() if key != INDEX}
    oids = indexed_oids(without)
    return without | {INDEX: oids} if oids else without


def check_index(elements: Mapping[str, ElementValue]) -> None:
    """Refuse a content parameter that differs from the elements."""
    if INDEX in elements and elements[INDEX] != (needed := indexed_oids(elements)):
        raise EncodeRefused(
            INDEX, f"{elements[INDEX]!r} differs from the elements given", f"say {needed} or leave it out"
        )


@dataclass(frozen=True, slots=True)
class Written:
    """Elements as bytes, and the blocks that hold those to be locked and nothing else."""

    memory: bytes
    locked_blocks: tuple[int, ...]


def write(
    elements: Mapping[str, ElementValue], *, lock: Collection[str] = (), block_size: int = 1, start: int = 0
) -> Written:
    """The elements in their order from byte `start` of the memory; runs of locked ones start and end on block edges."""
    memory = bytearray(start)
    locked: list[int] = []
    keys = list(elements)
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        element = element_of(key)
        compaction, data = _packed(element, elements[key])
        written = _element(element.oid, compaction, data, None)
        beyond_edge = (len(memory) + len(written)) % block_size
        if beyond_edge and (key in lock) != (following in lock):
            written = _element(element.oid, compaction, data, block_size - beyond_edge - 1)
        if key in lock:
            last_block = (len(memory) + len(written) - 1) // block_size
            locked += [block for block in range(len(memory) // block_size, last_block + 1) if block not in locked[-1:]]
        memory += written
    return Written(bytes(memory[start:]), tuple(locked))


def _element(oid: int, compaction: Compaction, data: bytes, pad: int | None) -> bytes:
    head = bytearray([compaction << COMPACTION_SHIFT | min(oid, OID_IN_NEXT_BYTE)])
    if oid >= OID_IN_NEXT_BYTE:
        head.append(oid - OID_IN_NEXT_BYTE)
    if pad is not None:
        head[0] |= OFFSET_BIT
        head.append(pad)
    return bytes(head) + _length(len(data)) + data + bytes(pad or 0)


def _length(length: int) -> bytes:
    if length < LENGTH_GOES_ON:
        return bytes((length,))
    sevens = [length & 0x7F]
    while length := length >> 7:
        sevens.insert(0, length & 0x7F | LENGTH_GOES_ON)
    return bytes(sevens)


def _packed(element: Element, value: ElementValue) -> tuple[Compaction, bytes]:
    key = element.key
    match element.kind:
        case Kind.INDEX:
            return Compaction.APPLICATION, _bitmap(value)
        case Kind.SET:
            parts, part = set_to_write(value, LARGEST_SET)
            half = max(2, len(str(parts)))
            return pack(f"{parts:0{half}}{part:0{half}}")
        case Kind.CODE:
            return Compaction.OCTETS, bytes([code_to_write(key, value)])
        case Kind.GS1:
            text = gs1_to_write(value)
            number = int(text)
            return (Compaction.INTEGER, pack_integer(number)) if number >= 10 else pack(text)
        case Kind.ISIL:
            text = text_to_write(key, value)
            if not is_isil(text):
                remedy = "give prefix, hyphen and unit of letters, digits, - : /, at most 16 characters"
                raise EncodeRefused(key, f"{text!r} is no ISIL", remedy)
            return Compaction.APPLICATION, pack_isil(text)
        case Kind.UTF8_TEXT:
            return Compaction.UTF8, text_to_write(key, value).encode()
        case Kind.TEXT:
            return pack(text_to_write(key, value))
        case _:
            assert_never(element.kind)


def _bitmap(value: ElementValue) -> bytes:
    oids = value if isinstance(value, list) else []
    if not oids or not all(FIRST_INDEXED_OID <= oid <= HIGHEST_KNOWN_OID for oid in oids):
        raise EncodeRefused(INDEX, f"{value!r} is no list of OIDs", "give the OIDs from 3 to 26 that are on the tag")
    bitmap = bytearray((max(oids) - FIRST_INDEXED_OID) // BITS_OF_BYTE + 1)
    for oid in oids:
        byte, bit = divmod(oid - FIRST_INDEXED_OID, BITS_OF_BYTE)
        bitmap[byte] |= 0x80 >> bit
    return bytes(bitmap)
