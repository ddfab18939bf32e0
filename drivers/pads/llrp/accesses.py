"""What the reader is told to do with tags, one request after the other.

The AccessSpec that reads new tags fits every tag and was added first, so it would be done in place of a write: it is
disabled while a write is under way. A write's AccessSpec is done once, and it is always deleted before the write is
judged: it cannot be done late, after somebody was told that it failed.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.llrp import access, requests
from drivers.llrp.codes import MessageKind
from drivers.llrp.notices import Status
from drivers.llrp.reports import OperationResult
from drivers.llrp.requests import Request
from drivers.pads.llrp.reading import LAST_READING_OPERATION, READING_SPEC
from drivers.pads.llrp.writing import AfiWrite

_ONCE = 1
_OPERATIONS_A_WRITE = 2
_FIRST_OPERATION = LAST_READING_OPERATION + 1
_LAST_OPERATION = 0xFFFF - _OPERATIONS_A_WRITE
_LAST_SPEC = 0xFFFF_FFFE


class _Step(Enum):
    ADD = auto()
    ENABLE = auto()
    WAIT = auto()
    DELETE = auto()


class Accesses:
    """One write at a time, and readings between them."""

    def __init__(self, access_s: float) -> None:
        self._access_s = access_s
        self._spec_id = READING_SPEC
        self._operation = _FIRST_OPERATION
        self.reset()

    def reset(self) -> None:
        """The reader was set up afresh: nothing is enabled, nothing under way."""
        self.reading = False
        """The reader reads every tag that it finds."""
        self._write: AfiWrite | None = None
        self._step = _Step.ADD
        self._results: tuple[OperationResult, ...] = ()
        self._refusal: Status | None = None
        self._until_s = 0.0

    def next_request(self, write: AfiWrite | None, *, reads: bool, now_s: float) -> Request | None:
        """What to ask of the reader now. `write` is begun when no other is under way; `reads`: somebody is unread."""
        if self._write is None and write is not None:
            self._begin(write)
        if self._write is None:
            return None if reads is self.reading else self._read_or_not(reads=reads)
        if self.reading:
            return self._read_or_not(reads=False)
        if self._step is _Step.WAIT and (self._results or now_s >= self._until_s):
            self._step = _Step.DELETE
        match self._step:
            case _Step.ADD:
                operations = self._write.operations(self._operation, now_s)
                return access.add_access_spec(self._spec_id, self._write.target, operations, _ONCE)
            case _Step.ENABLE:
                return requests.enable_access_spec(self._spec_id)
            case _Step.DELETE:
                return requests.delete_access_spec(self._spec_id)
            case _Step.WAIT:
                return None

    def due_s(self, write: AfiWrite | None, *, reads: bool) -> float | None:
        """When `next_request` has something to ask; `write` is the one that is ready first."""
        if self._write is not None:
            waits = self._step is _Step.WAIT and not self._results and not self.reading
            return self._until_s if waits else 0.0
        if reads is not self.reading:
            return 0.0
        return None if write is None else write.ready_s

    def heard(self, results: tuple[OperationResult, ...]) -> None:
        """A tag was reported with these results; those of the write under way are kept."""
        mine = range(self._operation, self._operation + _OPERATIONS_A_WRITE)
        found = tuple(each for each in results if each.operation_id in mine)
        if found and self._write is not None:
            self._results = found

    def answered(self, request: Request, status: Status, now_s: float) -> AfiWrite | None:
        """The reader answered. Returns the write whose exchange ended with it."""
        spec_id = int.from_bytes(request.body) if request.kind is not MessageKind.ADD_ACCESSSPEC else self._spec_id
        if spec_id == READING_SPEC:
            # One that cannot be enabled is not tried again and again: tags are then told without their memory.
            self.reading = request.kind is MessageKind.ENABLE_ACCESSSPEC
            return None
        write = self._write
        if write is None:
            return None
        if not status.succeeded and request.kind is not MessageKind.DELETE_ACCESSSPEC:
            self._refusal = status
            self._step = _Step.DELETE
            return None
        match self._step:
            case _Step.ADD:
                self._step = _Step.ENABLE
            case _Step.ENABLE:
                self._step = _Step.WAIT
                self._until_s = now_s + self._access_s
            case _Step.WAIT | _Step.DELETE:
                return self._conclude(write, now_s)
        return None

    def _begin(self, write: AfiWrite) -> None:
        self._write, self._step = write, _Step.ADD
        self._results, self._refusal = (), None
        self._spec_id = self._spec_id + 1 if self._spec_id < _LAST_SPEC else READING_SPEC + 1
        self._operation += _OPERATIONS_A_WRITE
        if self._operation > _LAST_OPERATION:
            self._operation = _FIRST_OPERATION

    def _conclude(self, write: AfiWrite, now_s: float) -> AfiWrite:
        self._write = None
        if self._refusal is not None:
            write.refused(self._refusal)
        else:
            write.done(self._results, now_s)
        return write

    @staticmethod
    def _read_or_not(*, reads: bool) -> Request:
        return requests.enable_access_spec(READING_SPEC) if reads else requests.disable_access_spec(READING_SPEC)
