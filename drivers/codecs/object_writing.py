"""Writes elements one after another: the strict counterpart of `object_stream`.

Order, compaction choice and lock alignment after ISO 28560-2; github DigitalPlatform/dp2 `Element.cs`, `TestChip.cs`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import NamedTuple, assert_never

from drivers.codecs.compaction import Compaction, pack, pack_integer
from drivers.codecs.elements import BY_KEY, FIRST_INDEXED_OID, INDEX, INDEX_OID, SET_OID, Element, Kind
from drivers.codecs.isil import REMEMBERED, is_isil, pack_isil
from drivers.codecs.object_stream import COMPACTION_SHIFT, LENGTH_GOES_ON, OFFSET_BIT, OID_IN_NEXT_BYTE
from drivers.codecs.reading import BITS_OF_BYTE, ElementValue, EncodeRefused
from drivers.codecs.values import LARGEST_SET, code_to_write, gs1_to_write, no_such_element, set_to_write, text_to_write

HIGHEST_KNOWN_OID = 26
LEAST_INTEGER = 10
"""Integer compaction takes two digits or more."""


_OIDS = {key: element.oid for key, element in BY_KEY.items()}


def element_of(key: str) -> Element:
    """The row of the standard's table, or a refusal that guesses what was meant."""
    element = BY_KEY.get(key)
    if element is None:
        raise no_such_element(key, "ISO 28560", BY_KEY)
    return element


def indexed_oids(keys: Collection[str]) -> list[int]:
    """What a content parameter says of elements with these keys; refuses keys of no element."""
    try:
        oids = [_OIDS[key] for key in keys]
    except KeyError as unknown:
        raise no_such_element(str(unknown.args[0]), "ISO 28560", BY_KEY) from None
    return sorted([oid for oid in oids if oid >= FIRST_INDEXED_OID])


def with_index(elements: Mapping[str, ElementValue]) -> dict[str, ElementValue]:
    """`elements` with the content parameter that they need; the same where only the identifier is there."""
    without = {key: value for key, value in elements.items() if key != INDEX}
    oids = indexed_oids(without)
    return without | {INDEX: oids} if oids else without


def check_keys(elements: Mapping[str, ElementValue]) -> None:
    """Refuse elements that the standard does not define, and a content parameter that differs from those given."""
    needed = indexed_oids(elements)
    if elements.get(INDEX, needed) != needed:
        raise EncodeRefused(
            INDEX, f"{elements[INDEX]!r} differs from the elements given", f"say {needed} or leave it out"
        )


class Written(NamedTuple):
    """Elements as bytes, and the blocks that hold those to be locked and nothing else."""

    memory: bytes
    locked_blocks: tuple[int, ...]


def write(
    elements: Mapping[str, ElementValue], lock: Collection[str] = (), block_size: int = 1, start: int = 0
) -> Written:
    """The elements in their order from byte `start` of the memory; runs of locked ones start and end on block edges.

    Their keys are those of the standard's table, see `indexed_oids`.
    """
    if not lock:
        return Written(b"".join([_WRITERS[key](value) for key, value in elements.items()]), ())
    memory = bytearray(start)
    locked: list[int] = []
    keys = list(elements)
    for key, following in zip(keys, [*keys[1:], None], strict=True):
        written = _WRITERS[key](elements[key])
        beyond_edge = (len(memory) + len(written)) % block_size
        if beyond_edge and (key in lock) != (following in lock):
            written = _padded(written, block_size - beyond_edge - 1)
        if key in lock:
            last_block = (len(memory) + len(written) - 1) // block_size
            locked += [block for block in range(len(memory) // block_size, last_block + 1) if block not in locked[-1:]]
        memory += written
    return Written(bytes(memory[start:]), tuple(locked))


def _padded(element: bytes, pad: int) -> bytes:
    """With the count of pad bytes behind the precursor and the OID, and the bytes themselves at the end."""
    at = 2 if element[0] & OID_IN_NEXT_BYTE == OID_IN_NEXT_BYTE else 1
    return bytes([element[0] | OFFSET_BIT]) + element[1:at] + bytes([pad]) + element[at:] + bytes(pad)


def _element(oid: int, compaction: Compaction, data: bytes) -> bytes:
    return _HEADS[oid][compaction] + _length(len(data)) + data


def _head(oid: int, compaction: Compaction) -> bytes:
    if oid < OID_IN_NEXT_BYTE:
        return bytes((compaction << COMPACTION_SHIFT | oid,))
    return bytes((compaction << COMPACTION_SHIFT | OID_IN_NEXT_BYTE, oid - OID_IN_NEXT_BYTE))


_HEADS = [[_head(oid, compaction) for compaction in Compaction] for oid in range(HIGHEST_KNOWN_OID + 1)]
"""By OID, then by compaction code."""


def _length(length: int) -> bytes:
    if length < LENGTH_GOES_ON:
        return bytes((length,))
    sevens = [length & 0x7F]
    while length := length >> 7:
        sevens.insert(0, length & 0x7F | LENGTH_GOES_ON)
    return bytes(sevens)


def _writer_of(element: Element) -> Callable[[ElementValue], bytes]:
    """How values of one element become bytes; refuses those that the element does not take."""
    oid, key = element.oid, element.key
    match element.kind:
        case Kind.TEXT:
            return lambda value: _element(oid, *pack(text_to_write(key, value)))
        case Kind.UTF8_TEXT:
            return lambda value: _element(oid, Compaction.UTF8, text_to_write(key, value).encode())
        case Kind.ISIL | Kind.CODE:
            return lambda value: _element_of_code(key, text_to_write(key, value))
        case Kind.SET:
            return lambda value: _element_of_set(*set_to_write(value, LARGEST_SET))
        case Kind.INDEX:
            return lambda value: _element_of_index(tuple(value) if isinstance(value, list) else ())
        case Kind.GS1:
            return lambda value: _element(oid, *_packed_gs1(gs1_to_write(value)))
        case _:
            assert_never(element.kind)


def _packed_gs1(digits: str) -> tuple[Compaction, bytes]:
    number = int(digits)
    return (Compaction.INTEGER, pack_integer(number)) if number >= LEAST_INTEGER else pack(digits)


# Tags of one library differ in item number and title; owner, usage, set and index are mostly the same on all of them.


@lru_cache(maxsize=REMEMBERED)
def _element_of_code(key: str, text: str) -> bytes:
    element = BY_KEY[key]
    if element.kind is Kind.CODE:
        return _element(element.oid, Compaction.OCTETS, bytes([code_to_write(key, text)]))
    if not is_isil(text):
        remedy = "give prefix, hyphen and unit of letters, digits, - : /, at most 16 characters"
        raise EncodeRefused(key, f"{text!r} is no ISIL", remedy)
    return _element(element.oid, Compaction.APPLICATION, pack_isil(text))


@lru_cache(maxsize=REMEMBERED)
def _element_of_set(parts: int, part: int) -> bytes:
    half = max(2, len(str(parts)))
    return _element(SET_OID, *pack(f"{parts:0{half}}{part:0{half}}"))


@lru_cache(maxsize=REMEMBERED)
def _element_of_index(oids: tuple[int, ...]) -> bytes:
    if not oids or not all(FIRST_INDEXED_OID <= oid <= HIGHEST_KNOWN_OID for oid in oids):
        raise EncodeRefused(
            INDEX, f"{list(oids)!r} is no list of OIDs", "give the OIDs from 3 to 26 that are on the tag"
        )
    bitmap = bytearray((max(oids) - FIRST_INDEXED_OID) // BITS_OF_BYTE + 1)
    for oid in oids:
        byte, bit = divmod(oid - FIRST_INDEXED_OID, BITS_OF_BYTE)
        bitmap[byte] |= 0x80 >> bit
    return _element(INDEX_OID, Compaction.APPLICATION, bytes(bitmap))


_WRITERS = {key: _writer_of(element) for key, element in BY_KEY.items()}
