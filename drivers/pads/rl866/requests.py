"""Requests to an RL866: their INF, how long an answer may take, and which answers are theirs.

Source: github Hypernova-Oy/lainuri, programs/lainuri-serve/lainuri/RL866/iblock.py; times: RL8000_Comm.cpp, from use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.pads.rl866.answers import Answer, read_handle, read_inventory, read_reports, read_results
from drivers.pads.rl866.codes import ALL_TAGS, ISO_15693, Command, Status
from drivers.pads.rl866.frames import HEAD_BYTES, LONGEST_FRAME, SHORTEST_FRAME
from drivers.pads.rl866.operations import Operation

_PATIENCE_S = 1.0
"""RL8000_Comm.cpp gives every command a second."""
_BLOCK_S = 0.03
"""More for each operation and each block of it: a tag may take 20 ms to write one (ISO/IEC 15693-3, 9.2)."""
_CONTINUED = 0x08
"""Inventory flags, bit 3: go on with the last one instead of beginning anew."""
_WITH_FIELDS = 0x01
"""What RL8000_Comm.cpp sends with a fetch of tag reports; it does not say what else there is."""
_ADDRESSED = 1
_ANTENNA = 0
_CONNECT_BYTES = 9
"""Mode and UID."""
_ANSWER_HEAD_BYTES = HEAD_BYTES + 3 + 2
"""SOF to PCB, command, status, CRC."""


@dataclass(frozen=True, slots=True)
class Request:
    """One question. `fits` says whether the data behind the status OK can be its answer's."""

    command: Command | None
    """None: start again at sequence number 0."""
    data: bytes
    patience_s: float
    answer_bytes: int
    fits: Callable[[bytes], bool]
    uid: str | None = None
    """The tag that a connect is for."""
    rest_s: float = 0.0

    @property
    def content(self) -> bytes:
        """INF."""
        return b"" if self.command is None else bytes((self.command,)) + self.data

    def is_answered_by(self, answer: Answer) -> bool:
        """Whether this can be its answer, by command and shape."""
        return answer.command == self.command and (answer.status != Status.OK or self.fits(answer.data))


def _nothing(data: bytes) -> bool:
    return not data


def resync() -> Request:
    """A question whose answer cannot be mistaken; the reader may be at work on an earlier one first."""
    return Request(None, b"", _PATIENCE_S, SHORTEST_FRAME, _nothing)


def inventory() -> Request:
    """Which tags are there."""
    return _inventory(0)


def more_inventory() -> Request:
    """Go on where time or room ran out."""
    return _inventory(_CONTINUED)


def _inventory(flags: int) -> Request:
    def fits(data: bytes) -> bool:
        return read_inventory(data) is not None

    return Request(Command.INVENTORY, bytes((flags,)), _PATIENCE_S, LONGEST_FRAME, fits)


def tag_reports() -> Request:
    """Records that did not fit into the answer of an inventory."""

    def fits(data: bytes) -> bool:
        return read_reports(data) is not None

    return Request(Command.TAG_REPORTS, bytes((_WITH_FIELDS,)), _PATIENCE_S, LONGEST_FRAME, fits)


def connect(uid: str, tag_type: int) -> Request:
    """Take up one tag, addressed; the UID goes low byte first."""

    def fits(data: bytes) -> bool:
        return read_handle(data) is not None

    head = bytes((_ANTENNA, ISO_15693, tag_type, _CONNECT_BYTES, _ADDRESSED))
    data = head + bytes.fromhex(uid)[::-1]
    return Request(Command.CONNECT, data, _PATIENCE_S, _ANSWER_HEAD_BYTES + 1, fits, uid)


def disconnect(handle: int = ALL_TAGS) -> Request:
    """Let go of one tag, or of every one."""
    return Request(Command.DISCONNECT, bytes((handle,)), _PATIENCE_S, _ANSWER_HEAD_BYTES, _nothing)


def access(handle: int, operations: tuple[Operation, ...]) -> Request:
    """Operations on a connected tag, done in their order. The caller sees to it that they and their results fit.

    Whether a reader goes on behind one that failed is not public: results may be fewer.
    """

    def fits(data: bytes) -> bool:
        results = read_results(data)
        asked = [each.code for each in operations]
        return bool(results) and results is not None and [each.code for each in results] == asked[: len(results)]

    data = bytes((handle,)) + b"".join(each.encode() for each in operations)
    results_bytes = sum(each.result_bytes for each in operations)
    patience_s = _PATIENCE_S + _BLOCK_S * sum(each.steps for each in operations)
    return Request(Command.TAG_ACCESS, data, patience_s, _ANSWER_HEAD_BYTES + results_bytes, fits)
