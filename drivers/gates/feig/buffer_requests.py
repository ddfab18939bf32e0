"""Requests for a FEIG reader's table of records. Source: `docs/devices.md`, section 11; H20411-0e, 10.5 (0x31)."""

from __future__ import annotations

from drivers.pads.feig.buffer_records import read_records
from drivers.pads.feig.codes import WITH_RECORDS, Command, Status
from drivers.pads.feig.frames import SHORTEST_ANSWER, Answer
from drivers.pads.feig.requests import Request

_PATIENCE_S = 0.8
_ANSWER_BYTES = 1_024
"""Of a usual answer; a longer one is waited for while it comes."""
_INFO_BYTES = 6


def read_buffer(most_sets: int) -> Request:
    """The oldest records, `most_sets` at most; the same ones until they are cleared."""

    def fits(answer: Answer) -> bool:
        return answer.status not in WITH_RECORDS or not answer.data or read_records(answer.data) is not None

    return Request(Command.READ_BUFFER, most_sets.to_bytes(2), _PATIENCE_S, _ANSWER_BYTES, fits)


def clear_buffer() -> Request:
    """Forget the records that were sent last."""
    return Request(Command.CLEAR_BUFFER, b"", _PATIENCE_S, SHORTEST_ANSWER, lambda answer: not answer.data)


def buffer_info() -> Request:
    """How full the table is: asked only as a sign of life, it changes nothing."""

    def fits(answer: Answer) -> bool:
        return answer.status != Status.OK or len(answer.data) == _INFO_BYTES

    return Request(Command.BUFFER_INFO, b"", _PATIENCE_S, SHORTEST_ANSWER + _INFO_BYTES, fits)
