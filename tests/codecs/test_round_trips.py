"""Damaged tags of the vector file, read, written anew and read again: nothing is lost or made up on the way."""

from __future__ import annotations

import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.codecs.tag_data import EncodeRefused, Format, decode, encode
from tests.codecs.conftest import VECTORS, TagVector

TAGS = [TagVector(**entry) for entry in tomllib.loads(VECTORS.read_text())["vector"]]


@st.composite
def damaged_tags(draw: st.DrawFn) -> tuple[bytes, bytes | None, int]:
    """One or two bytes of a tag changed, or its end cut off."""
    vector = draw(st.sampled_from(TAGS))
    memory, uii = bytearray(vector.memory), None if vector.uii is None else bytearray(vector.uii)
    for _ in range(draw(st.integers(0, 2))):
        bank = draw(st.sampled_from([bank for bank in (memory, uii) if bank]))
        bank[draw(st.integers(0, len(bank) - 1))] = draw(st.integers(0, 255))
    kept = draw(st.integers(len(memory) // 2, len(memory)))
    return bytes(memory[:kept]), None if uii is None else bytes(uii), vector.block_size


@settings(max_examples=300)
@given(damaged_tags())
def test_what_was_read_is_written_or_refused_and_then_reads_the_same(tag: tuple[bytes, bytes | None, int]) -> None:
    memory, uii, block_size = tag
    first = decode(memory, block_size=block_size, uii=uii)
    if first.format is Format.UNKNOWN or first.item_id is None:
        return
    afi = uii[3] if uii is not None and first.format is Format.ISO28560_4 else None
    try:
        written = encode(first.format, first.elements, afi=afi)
    except EncodeRefused:
        return
    second = decode(written.memory, block_size=block_size, uii=written.uii, dsfid=0x06 if uii is None else None)
    if second.format is first.format:
        library_block = {"media_format": "00"} if "media_format" in second.elements else {}
        assert second.elements == library_block | dict(first.elements)
        assert encode(second.format, second.elements, afi=afi) == written


def test_canonical_tags_are_written_back_byte_by_byte(written_vector: TagVector) -> None:
    vector = written_vector
    read = decode(vector.memory, block_size=vector.block_size, afi=vector.afi, dsfid=vector.dsfid, uii=vector.uii)
    afi = vector.uii[3] if vector.uii and read.format is Format.ISO28560_4 else None
    size = len(vector.memory) or None
    written = encode(
        read.format, read.elements, block_size=vector.block_size, memory_size=size, lock=vector.lock, afi=afi
    )
    assert written.uii == vector.uii
    if read.format is not Format.ISO28560_4:  # bank 11 of the standard's example says other things than its bank 01
        assert written.memory == vector.memory
