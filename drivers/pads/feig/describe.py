"""FEIG OBID frames in words, for `kiosk wire decode feig`. Source: FEIG H20800-16e-ID-B, chapters 3, 5, 6 and 7."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.described import Described, Direction
from drivers.frames import LENGTH_INVALID, NOISE_SKIPPED, TRUNCATED
from drivers.pads.feig import frames
from drivers.pads.feig.codes import ANY_READER, Command
from drivers.pads.feig.describe_answers import describe_answer
from drivers.pads.feig.describe_requests import describe_request, is_request

_TRAILING = "trailing-bytes"
_CRC_MISMATCH = "crc-mismatch"
_USUAL_ADDRESSES = frozenset({0, ANY_READER})
"""Addresses by which a frame is recognised where its CRC does not help."""
_LENGTH_BYTES = 3
"""STX and the two bytes of an advanced frame's length."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a frame lies in a piece."""

    start: int
    end: int
    sound: bool


def describe(data: bytes, direction: Direction | None) -> list[Described]:
    """The first frame of a piece, in a list of one; what follows it is only named as trailing bytes.

    Without a direction the address 255 tells a request, or else the layout does.
    """
    place = _first_frame(data, direction) if data else None
    if place is None:
        return [Described("incomplete", {}, _why_no_frame(data, direction))]
    frame = data[place.start : place.end]
    head = frames.head_length(frame)
    body = frame[head : -frames.CRC_BYTES]
    one = describe_request(body) if _asks(body, direction) else describe_answer(body)
    findings = [NOISE_SKIPPED] if place.start else []
    findings += [] if place.sound else [_CRC_MISMATCH]
    findings += one.findings
    findings += [_TRAILING] if place.end < len(data) else []
    return [Described(one.message, one.fields, findings)]


def _asks(body: bytes, direction: Direction | None) -> bool:
    """A body that no answer has, but a request exactly, is a request, also one to a reader's own address."""
    if direction is not None:
        return direction is Direction.HOST_TO_DEVICE
    misshapen = LENGTH_INVALID in describe_answer(body).findings
    return is_request(body) or (misshapen and not describe_request(body).findings)


def _first_frame(data: bytes, direction: Direction | None) -> _Place | None:
    """A frame at the start, else the first sound one, else one that looks like a frame and ends with the piece."""
    sound = next((start for start in range(len(data)) if _is_sound_at(data, start, direction)), None)
    first = _end_of_frame(data, 0, direction)
    if first and sound != 0 and (sound == first or (sound is None and _is_likely(data, 0))):
        return _Place(0, first, sound=False)
    if sound is not None:
        return _Place(sound, _end_of_frame(data, sound, direction), sound=True)
    if not first and _is_likely(data, 0):
        return None
    ends_here = (start for start in range(len(data)) if _end_of_frame(data, start, direction) == len(data))
    likely = next((start for start in ends_here if _is_likely(data, start)), None)
    if likely is not None:
        return _Place(likely, len(data), sound=False)
    return _Place(0, first, sound=False) if first else None


def _is_sound_at(data: bytes, start: int, direction: Direction | None) -> bool:
    end = _end_of_frame(data, start, direction)
    return bool(end) and frames.is_sound(data[start:end])


def _end_of_frame(data: bytes, start: int, direction: Direction | None) -> int:
    """Where the frame that begins here ends; 0 where none does or where it is not all there."""
    length = _length(data[start : start + _LENGTH_BYTES], direction)
    return start + length if length and start + length <= len(data) else 0


def _length(head: bytes, direction: Direction | None) -> int | None:
    """As the frame tells it; None while it is not there, 0 for one that cannot be."""
    answers = direction is Direction.DEVICE_TO_HOST
    if head[:1] != bytes((frames.STX,)):
        least = frames.SHORTEST_ANSWER if answers else frames.SHORTEST_REQUEST
        return head[0] if head[0] >= least else 0
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head[1:])
    least = frames.SHORTEST_ADVANCED_ANSWER if answers else frames.SHORTEST_ADVANCED_REQUEST
    return length if length >= least else 0


def _is_likely(data: bytes, start: int) -> bool:
    """Whether address and command are those of a frame of this protocol."""
    at = start + frames.head_length(data[start:])
    return len(data) > at + 1 and data[at] in _USUAL_ADDRESSES and data[at + 1] in Command.__members__.values()


def _why_no_frame(data: bytes, direction: Direction | None) -> list[str]:
    if not data:
        return [TRUNCATED]
    begun = [start for start in range(len(data)) if _length(data[start : start + _LENGTH_BYTES], direction) != 0]
    likely = next((start for start in begun if _is_likely(data, start)), None)
    if likely:
        return [NOISE_SKIPPED, TRUNCATED]
    return [TRUNCATED if 0 in begun else LENGTH_INVALID]
