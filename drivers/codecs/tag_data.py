"""The data of library tags, all layouts: `decode` tells what stands on a tag, `encode` makes what to write.

Decoding is tolerant: any bytes give elements and findings, never an exception. Encoding is strict: what a layout
cannot hold raises `EncodeRefused`, and the shortest legal form is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import assert_never

from drivers.codecs import gxlm, iso28560_2, iso28560_3, iso28560_3_writing, iso28560_4, rfid501
from drivers.codecs.object_writing import with_index
from drivers.codecs.reading import BlockOrder, ElementValue, EncodedTag, EncodeRefused, Format, TagData
from drivers.codecs.recognise import read_hf, read_uhf
from drivers.errors import Misuse

__all__ = [
    "WRITABLE",
    "BlockOrder",
    "ElementValue",
    "EncodeRefused",
    "EncodedTag",
    "Format",
    "TagData",
    "decode",
    "encode",
    "with_index",
]

_BY_NAME = {form.value: form for form in Format}
WRITABLE = tuple(form for form in Format if form is not Format.UNKNOWN)


def decode(
    memory: bytes,
    *,
    block_size: int = 4,
    afi: int | None = None,
    dsfid: int | None = None,
    uii: bytes | None = None,
) -> TagData:
    """Tell what stands on a tag.

    `memory` is user memory from byte 0 (HF), or bank 11 (UHF, where `uii` is bank 01 from bit 0: StoredCRC, PC, UII;
    empty where bank 11 was not read). `afi` and `dsfid` are the registers of an HF tag where known, `block_size` its
    bytes a block. A tag that is no library's has the format `unknown` and no elements; a blank one has the finding
    `blank-tag` or `factory-blank` and no elements. Raises `Misuse` for a block size below 1, and nothing else.
    """
    if block_size < 1:
        raise _no_block(block_size)
    if uii is not None:
        return read_uhf(uii, memory)
    return read_hf(memory, block_size, afi, dsfid)


def encode(
    layout: str,
    elements: Mapping[str, ElementValue],
    /,
    *,
    block_size: int = 4,
    memory_size: int | None = None,
    lock: Collection[str] = (),
    afi: int | None = None,
    order: BlockOrder = BlockOrder.FORWARD,
) -> EncodedTag:
    """Make the bytes of a tag of the format `layout` from the elements that `decode` would tell.

    `memory_size` (HF memory or bank 11, in bytes) fills with zeros, so that nothing old is left behind. `lock` names
    elements that shall start and end on block edges (`iso28560-2`); which blocks those are is told. `afi` goes into the
    PC of `iso28560-4`; HF tags keep it in a register. `order` is that of the bytes in each block (`iso28560-3`): a tag
    that was found reversed stays so. A content parameter is written where it is among the elements, see `with_index`.
    Raises `EncodeRefused`.
    """
    if block_size < 1:
        raise _no_block(block_size)
    known = _BY_NAME.get(layout, Format.UNKNOWN)
    if lock and known not in (Format.ISO28560_2, Format.UNKNOWN):
        raise EncodeRefused("lock", f"{known} does not lock single elements", "lock only in iso28560-2")
    if order is BlockOrder.REVERSED and known not in (Format.ISO28560_3, Format.UNKNOWN):
        raise EncodeRefused("order", f"{known} is never written back to front", "leave the order out")
    match known:
        case Format.ISO28560_2:
            return iso28560_2.encode(elements, block_size=block_size, memory_size=memory_size, lock=lock)
        case Format.ISO28560_3:
            tag = iso28560_3_writing.encode(elements, memory_size=memory_size)
            return tag if order is BlockOrder.FORWARD else _turned(tag, block_size)
        case Format.ISO28560_4:
            return iso28560_4.encode(elements, memory_size=memory_size, afi=afi)
        case Format.GXLM:
            return gxlm.encode(elements, memory_size=memory_size)
        case Format.RFID501:
            return rfid501.encode(elements, memory_size=memory_size)
        case Format.UNKNOWN:
            raise EncodeRefused("format", f"{layout!r} is no layout", f"give one of {', '.join(WRITABLE)}")
        case _:
            assert_never(known)


def _turned(tag: EncodedTag, block_size: int) -> EncodedTag:
    """In whole blocks, as a tag is written."""
    whole_blocks = tag.memory + bytes(-len(tag.memory) % block_size)
    return EncodedTag(iso28560_3.with_blocks_reversed(whole_blocks, block_size))


def _no_block(block_size: int) -> Misuse:
    return Misuse(f"block_size: {block_size} bytes are no block; give the tag's own block size, mostly 4")
