"""Every tag of the vector file is read as written there; those marked `both` come out again byte by byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.codecs.tag_data import decode, encode

if TYPE_CHECKING:
    from tests.codecs.conftest import TagVector


def test_a_tag_is_read_as_the_vector_says(vector: TagVector) -> None:
    data = decode(vector.memory, block_size=vector.block_size, afi=vector.afi, dsfid=vector.dsfid, uii=vector.uii)
    assert (data.format, data.elements, list(data.findings)) == (vector.format, vector.expect, vector.expect_findings)


def test_a_tag_is_written_as_the_vector_says(written_vector: TagVector) -> None:
    vector = written_vector
    afi = vector.uii[3] if vector.uii and vector.format == "iso28560-4" else None
    tag = encode(vector.format, vector.expect, block_size=vector.block_size, lock=vector.lock, afi=afi)
    if vector.uii is None:
        assert tag.memory.ljust(len(vector.memory), b"\0") == vector.memory
        assert tag.uii is None
    else:
        assert tag.uii == vector.uii
        assert bool(tag.memory) == bool(vector.memory)


def test_what_was_written_is_read_back(written_vector: TagVector) -> None:
    vector = written_vector
    afi = vector.uii[3] if vector.uii and vector.format == "iso28560-4" else None
    tag = encode(vector.format, vector.expect, block_size=vector.block_size, lock=vector.lock, afi=afi, memory_size=128)
    data = decode(tag.memory, uii=tag.uii)
    assert (data.format, data.elements, data.findings) == (vector.format, vector.expect, ())
