"""The data of library tags, all layouts: `decode` tells what stands on a tag, `encode` makes what to write.

Decoding is tolerant: any bytes give elements and findings, never an exception. Encoding is strict: what a layout
cannot hold raises `EncodeRefused`, and the shortest legal form is written.
"""

from __future__ import annotations

from drivers.codecs.reading import EncodedTag, EncodeRefused, ElementValue, Format, TagData
from drivers.codecs.recognise import read_hf
from drivers.errors import Misuse

__all__ = ["ElementValue", "EncodeRefused", "EncodedTag", "Format", "TagData", "decode"]


def decode(
    memory: bytes,
    *,
    block_size: int = 4,
    afi: int | None = None,
    dsfid: int | None = None,
    uii: bytes | None = None,
) -> TagData:
    """Tell what stands on a tag.

    `memory` is user memory from byte 0 (HF), or bank 11 (UHF, where `uii` is bank 01 from bit 0: StoredCRC, PC, UII).
    `afi` and `dsfid` are the registers of an HF tag where known, `block_size` its bytes a block.
    """
    if block_size < 1:
        raise Misuse(f"block_size: {block_size} bytes are no block; give the tag's own block size, mostly 4")
    return read_hf(memory, block_size, afi, dsfid)
