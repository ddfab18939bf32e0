"""Which layout a tag has, by its bytes first: registers lie (many tags carry DSFID 0x00)."""

from __future__ import annotations

from drivers.codecs import iso28560_2, iso28560_3
from drivers.codecs.reading import TagData


def read_hf(memory: bytes, block_size: int, afi: int | None, dsfid: int | None) -> TagData:
    """The best reading of an HF tag's user memory."""
    third = iso28560_3.decode(memory, block_size=block_size, afi=afi, dsfid=dsfid)
    if "crc-mismatch" not in third.findings:
        return third
    return iso28560_2.decode(memory, afi=afi, dsfid=dsfid)
