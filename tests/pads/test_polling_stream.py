"""Finding frames in bytes: whole ones however they are split, nothing kept for ever, and work that grows with bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pads.polling.stream import FrameStream

LONGEST = 40


class Counted:
    """Frames of a made-up wire: 7E, length of what follows, bytes whose sum is 0. Counts how much is looked at."""

    def __init__(self) -> None:
        self.lengths = self.bytes_checked = 0
        self.stream = FrameStream(2, self._length, self._parse)

    def _length(self, head: bytes) -> int | None:
        self.lengths += 1
        if head[0] != 0x7E:
            return 0
        if len(head) < 2:
            return None
        return 2 + head[1] if 1 <= head[1] <= LONGEST - 2 else 0

    def _parse(self, frame: bytes) -> bytes | None:
        self.bytes_checked += len(frame)
        return frame[2:-1] if sum(frame[2:]) % 256 == 0 else None


def framed(content: bytes) -> bytes:
    return bytes((0x7E, len(content) + 1)) + content + bytes((-sum(content) % 256,))


contents = st.lists(st.binary(max_size=LONGEST - 3), max_size=8)


@given(contents, st.lists(st.integers(1, 60), min_size=1, max_size=10))
def test_frames_are_found_however_they_are_split(content: list[bytes], cuts: list[int]) -> None:
    data, counted = b"".join(map(framed, content)), Counted()
    found: list[bytes] = []
    while data:
        size = cuts[len(found) % len(cuts)]
        found += counted.stream.feed(data[:size])
        data = data[size:]
    assert found == content
    assert (len(counted.stream), counted.stream.take_dropped()) == (0, 0)


@given(st.binary(max_size=30).filter(lambda noise: 0x7E not in noise), st.binary(max_size=20))
def test_noise_before_a_frame_is_dropped_and_counted(noise: bytes, content: bytes) -> None:
    counted = Counted()
    assert counted.stream.feed(noise + framed(content)) == [content]
    assert counted.stream.take_dropped() == len(noise)
    assert counted.stream.take_dropped() == 0


def test_a_frame_hidden_in_an_unfinished_one_is_found_when_the_line_is_silent() -> None:
    counted = Counted()
    assert counted.stream.feed(b"\x7e\x20" + framed(b"book")) == []
    assert counted.stream.silence() == [b"book"]
    assert len(counted.stream) == 0


def test_a_frame_inside_a_frame_is_its_content() -> None:
    inside = framed(b"book")
    assert Counted().stream.feed(framed(inside)) == [inside]


def test_what_is_unfinished_is_dropped_as_noise_when_told() -> None:
    counted = Counted()
    counted.stream.feed(b"\x7e\x20abc")
    counted.stream.clear()
    assert (len(counted.stream), counted.stream.take_dropped()) == (0, 5)


@pytest.mark.parametrize("piece", [1, 7, 100_000])
@pytest.mark.parametrize("pattern", [b"\x7e", b"\x7e\x20", b"\x7e\x26\x01", b"\0", b"\x7e\x01\x05"])
def test_work_grows_with_the_bytes_and_what_is_kept_does_not(pattern: bytes, piece: int) -> None:
    counted, data = Counted(), pattern * (30_000 // len(pattern))
    for start in range(0, len(data), piece):
        counted.stream.feed(data[start : start + piece])
        assert len(counted.stream) <= LONGEST
    assert counted.lengths <= 3 * len(data)
    assert counted.bytes_checked <= LONGEST * len(data)
