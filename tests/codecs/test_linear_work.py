"""However long and however hostile: the work of reading grows with the number of bytes, and not faster.

Work is counted, not timed: the bytes that are looked at, one by one, in slices and by methods of `bytes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import SupportsIndex, overload

import pytest

from drivers.codecs import gxlm, iso28560_2, iso28560_3, iso28560_4, rfid501
from drivers.codecs.compaction import Compaction, pack
from drivers.codecs.tag_data import decode

LONG = 16000
LOOKS_A_BYTE = 16
"""A tag of no known layout is tried as each of them. The square of LONG would be 16,000 looks a byte."""


class Watched(bytes):
    """Bytes that count how many of them are looked at; what is cut off them counts as well."""

    looks = 0

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, place: slice, /) -> Watched: ...
    def __getitem__(self, place: SupportsIndex | slice, /) -> int | Watched:
        if isinstance(place, slice):
            part = Watched(super().__getitem__(place))
            Watched.looks += len(part)
            return part
        Watched.looks += 1
        return super().__getitem__(place)

    def __iter__(self) -> Iterator[int]:
        Watched.looks += len(self)
        return super().__iter__()

    def lstrip(self, unwanted: object = None, /) -> bytes:
        Watched.looks += len(self)
        return super().lstrip(unwanted)  # type: ignore[arg-type]

    def partition(self, separator: object, /) -> tuple[bytes, bytes, bytes]:
        Watched.looks += len(self)
        return super().partition(separator)  # type: ignore[arg-type]

    def hex(self, *words: object) -> str:
        Watched.looks += len(self)
        return super().hex()


def looks_for(read: Callable[[bytes], object], memory: bytes) -> int:
    Watched.looks = 0
    read(Watched(memory))
    return Watched.looks


HOSTILE = {
    "null precursors": b"\x80",
    "empty elements": b"\x66\x00",
    "unknown elements": b"\x6f\x30\x01A",
    "elements with padding": b"\xe6\x01\x01A\x00",
    "lengths that go on": b"\x66\x81\x80\x80\x80",
    "one length without an end": b"\xff",
    "zeros": b"\x00",
    "ones": b"\x01",
    "fillers": b"\x01\x01",
    "blocks of no use": b"\x04\x66\x00\x62",
    "library blocks": bytes.fromhex("0501000501"),
    "blocks with fields": bytes.fromhex("0704004C4B696D"),
    "characters": b"\xfcA",
    "numbers": b"\xfb\x00\x00\x00\x00\x01",
    "isil": b"\x03\x7fDE-705" + b"\x11" * 121,
}
READERS: dict[str, Callable[[bytes], object]] = {
    "any": decode,
    "chain": iso28560_2.decode,
    "fixed": iso28560_3.decode,
    "uhf": lambda data: iso28560_4.decode(bytes.fromhex("000045C2141C"), data),
    "gxlm": lambda data: gxlm.decode(bytes.fromhex("000034000000000001410000"), data),
    "3m": rfid501.decode,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_each_byte_is_looked_at_a_few_times(name: str, reader: str) -> None:
    fixed_head = bytes.fromhex("1101013130303030303030353600000000000098A4444B37313835303000000000")
    for head in (b"", bytes.fromhex("9100051CBE991A14"), fixed_head + b"\0"):
        memory = head + HOSTILE[name] * (LONG // len(HOSTILE[name]))
        assert 0 < looks_for(READERS[reader], memory) <= LOOKS_A_BYTE * len(memory)


@pytest.mark.parametrize("compaction", [*Compaction])
def test_one_element_as_long_as_the_memory_is_looked_at_a_few_times(compaction: Compaction) -> None:
    element = bytes([compaction << 4 | 6, 0x80 | LONG >> 7, LONG & 0x7F])
    memory = bytes.fromhex("9100051CBE991A14") + element + b"\x5a" * LONG
    assert len(memory) < looks_for(decode, memory) <= LOOKS_A_BYTE * len(memory)


def test_banks_of_the_longest_kind_are_looked_at_a_few_times() -> None:
    bank = bytes.fromhex("0000 FDC2") + b"\xfcA" * 31
    assert looks_for(lambda uii: decode(b"", uii=uii), bank) <= LOOKS_A_BYTE * len(bank)


@pytest.mark.parametrize("letter", ["9", "A", "1A", "a", "é", "书"])
def test_a_long_text_is_packed_in_pieces(letter: str) -> None:
    """Numbers of thousands of bits would cost the square of their length."""
    text = letter * 8000
    _, packed = pack(text)
    assert len(packed) <= len(text.encode())
    shorter = len(text) // 4 // 64 * 64
    assert packed[: shorter // 4] == pack(text[:shorter])[1][: shorter // 4]
