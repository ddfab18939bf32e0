"""Reads the memory of new tags: one AccessSpec for all of them, enabled while somebody is to be read.

So a stack is read in one exchange and as many rounds as its tags need, and is left alone afterwards. It reads the PC
too, for readers that do not report it.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.llrp import access
from drivers.llrp.codes import Bank
from drivers.llrp.reports import OperationResult
from drivers.llrp.requests import Request
from drivers.pads.llrp.marks import says_user_data

READING_SPEC = 1
_PC_READ, _USER_READ = 1, 2
LAST_READING_OPERATION = _USER_READ
_PC_BYTES = 2
_PATIENCE = 20
"""Reports of a tag without its memory, before that is taken for the answer; a read that failed counts as several."""
_FAILURE_COSTS = 4


def reading_spec(user_words: int) -> Request:
    """Read PC and bank 11 of every tag, as long as it is enabled."""
    operations = (
        access.read(_PC_READ, Bank.UII, access.PC_WORD, 1),
        access.read(_USER_READ, Bank.USER, 0, user_words),
    )
    return access.add_access_spec(READING_SPEC, access.EVERY_TAG, operations, access.ENDLESS)


def pc_read(results: tuple[OperationResult, ...]) -> int | None:
    """The PC, where these results hold it."""
    data = _data(results, _PC_READ)
    return None if data is None or len(data) != _PC_BYTES else int.from_bytes(data)


def _data(results: tuple[OperationResult, ...], operation: int) -> bytes | None:
    return next((each.data for each in results if each.operation_id == operation and each.succeeded), None)


class Outcome(Enum):
    """How a reading stands."""

    WAITING = auto()
    READ = auto()
    """`data` is bank 11; empty where it could not be read."""
    UNREADABLE = auto()


class TagReading:
    """One tag's; `asked` when somebody waits for it besides the pad itself."""

    def __init__(self) -> None:
        self.asked = False
        self.data = b""
        self._patience = _PATIENCE

    def reported(self, results: tuple[OperationResult, ...], pc: int | None) -> Outcome:
        """The tag was reported while it was to be read; `pc` is its PC as far as known."""
        data = _data(results, _USER_READ)
        if data is not None:
            self.data = data
            return Outcome.READ
        tried = [each.operation_id for each in results if not each.succeeded]
        if _USER_READ in tried and pc is not None and not says_user_data(pc):
            return Outcome.READ
        self._patience -= _FAILURE_COSTS if tried else 1
        if self._patience > 0:
            return Outcome.WAITING
        return Outcome.UNREADABLE if pc is None else Outcome.READ
