"""What goes over a device's wire, kept as a vector file: a user's capture becomes a test. Times are the caller's.

The file has the format of `tests/vectors/`: one `[[exchange]]` a message, with its bytes and what they mean to this
version. Patrons' data is masked (`kiosk.technician.masking`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from drivers.described import Described, Direction, FieldValue
from drivers.protocols import describer
from kiosk.technician.masking import Secret, masked

PAUSE_S = 0.05
"""Silence that ends a piece although nobody answered it: longer than a USB adapter holds bytes back."""
LONGEST_SPLIT = 4_096
"""Longer pieces stay whole: looking for the ends of their messages takes time with the square of their length."""
LARGEST_BYTES = 1_000_000
INCOMPLETE = "incomplete"
"""What every protocol calls a piece that is no whole message."""


@dataclass(slots=True)
class _Piece:
    direction: Direction
    data: bytearray
    last_s: float


@dataclass(slots=True)
class Recording:
    """Pieces of one conversation, in order. A recording that is full says so and keeps what it has."""

    pieces: list[_Piece] = field(default_factory=list)
    kept_bytes: int = 0
    full: bool = False

    def note(self, direction: Direction, data: bytes, now_s: float) -> None:
        """Bytes that just went one way. What one side says in one breath is one piece."""
        if self.full or self.kept_bytes + len(data) > LARGEST_BYTES:
            self.full = True
            return
        self.kept_bytes += len(data)
        last = self.pieces[-1] if self.pieces else None
        if last is not None and last.direction is direction and now_s - last.last_s < PAUSE_S:
            last.data += data
            last.last_s = now_s
        else:
            self.pieces.append(_Piece(direction, bytearray(data), now_s))

    def as_toml(self, protocol: str, secrets: Iterable[Secret], about: str) -> str:
        """The vector file. `about` is its first comment: device, day, who recorded it."""
        hidden = list(secrets)
        lines = [
            f"# {about}",
            "# Recorded by `kiosk device dump`; patrons' data is masked.",
            f'protocol = "{protocol}"',
        ]
        for number, (direction, frame) in enumerate(self._frames(protocol), start=1):
            lines += ["", *_exchange(protocol, number, direction, masked(protocol, frame, hidden))]
        return "\n".join(lines) + "\n"

    def _frames(self, protocol: str) -> list[tuple[Direction, bytes]]:
        """Messages in their order; one that the end of the recording cut in two is left out."""
        frames = [
            (piece.direction, frame)
            for piece in self.pieces
            for frame in split(protocol, bytes(piece.data), piece.direction)
        ]
        if frames and describer(protocol)(frames[-1][1], frames[-1][0])[0].message == INCOMPLETE:
            del frames[-1]
        return frames


def split(protocol: str, data: bytes, direction: Direction) -> Iterator[bytes]:
    """The messages of one piece, as far as their ends can be told; what is left comes whole."""
    describe = describer(protocol)
    start = 0
    while start < len(data):
        rest = data[start:]
        end = len(rest)
        if len(rest) <= LONGEST_SPLIT and _holds_more(describe(rest, direction)):
            first = describe(rest, direction)[0]
            end = next((size for size in range(1, len(rest)) if _is(describe(rest[:size], direction), first)), end)
        yield rest[:end]
        start += end


def _holds_more(described: list[Described]) -> bool:
    return len(described) > 1 or "trailing-bytes" in described[0].findings


def _is(described: list[Described], first: Described) -> bool:
    """Whether this is the first message and nothing more."""
    found = [finding for finding in first.findings if finding != "trailing-bytes"]
    return len(described) == 1 and described[0] == Described(first.message, first.fields, found)


def _exchange(protocol: str, number: int, direction: Direction, frame: bytes) -> Iterator[str]:
    described = describer(protocol)(frame, direction)[0]
    yield "[[exchange]]"
    yield f'name = "{number}: {described.message}"'
    yield f'direction = "{direction.value}"'
    yield f'hex = "{frame.hex().upper()}"'
    yield f'message = "{described.message}"'
    yield f"fields = {_toml(described.fields)}"
    yield f"findings = {_toml(list(described.findings))}"
    yield 'source = "kiosk device dump"'


def _toml(value: FieldValue) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return json.dumps(value)
        case list():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case dict():
            inner = ", ".join(f"{json.dumps(name)} = {_toml(each)}" for name, each in value.items())
            return "{ " + inner + " }" if inner else "{}"
