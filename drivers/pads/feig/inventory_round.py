"""One look at everything on the pad."""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.feig import requests
from drivers.pads.feig.answers import TagRecord, read_inventory
from drivers.pads.feig.codes import Status
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request

RESET_SETTLES_S = 0.02
"""Tags need this long after the field is back (ISO/IEC 15693-2, 6; FEIG worked example)."""
_ANSWERS_LIMIT = 64
"""More answers than this in one inventory are a reader that goes round in circles."""
_NOTHING_NEW_LIMIT = 3


class _Step(Enum):
    RESET = auto()
    FIRST = auto()
    MORE = auto()


class InventoryRound:
    """Inventories until the reader has no more records; before that an RF reset where it is wanted."""

    def __init__(self, ready_s: float, *, reset_first: bool) -> None:
        self.ready_s = ready_s
        self.reset_first = reset_first
        self.begun_s: float | None = None
        self.ended = False
        self.whole = False
        """Every tag that answered is among the records: a tag that is not was missed or is away."""
        self.lost = False
        """An answer did not come: nothing can be said of tags that were not seen."""
        self.refused: int | None = None
        """The status with which the reader refused to look."""
        self.others = 0
        """Tags of other types than ISO 15693."""
        self._step = _Step.RESET if reset_first else _Step.FIRST
        self._records: list[TagRecord] = []
        self._uids: set[str] = set()
        self._answers = self._nothing_new = 0

    def request(self, now_s: float) -> Request:
        if self.begun_s is None:
            self.begun_s = now_s
        match self._step:
            case _Step.RESET:
                return requests.rf_reset()
            case _Step.FIRST:
                return requests.inventory()
            case _Step.MORE:
                return requests.more_inventory()

    def heard(self, answer: Answer, now_s: float) -> None:
        if self._step is _Step.RESET:
            self._step = _Step.FIRST
            self.ready_s = now_s + RESET_SETTLES_S
            return
        readable = self._note(answer.data)
        match answer.status:
            case Status.OK | Status.RF_WARNING | Status.NO_TRANSPONDER:
                self._end(whole=readable)
            case Status.MORE_DATA if not self._is_going_in_circles():
                self._step = _Step.MORE
            case Status.MORE_DATA | Status.RF_COMMUNICATION | Status.BUFFER_OVERFLOW:
                self._end(whole=False)
            case _:
                self.refused = answer.status
                self._end(whole=False)

    def unheard(self, now_s: float) -> None:
        """Which records the reader still holds is unknown: look again from the beginning."""
        self.lost = True
        self._end(whole=False)

    def take_records(self) -> list[TagRecord]:
        """Records since the last call."""
        records, self._records = self._records, []
        return records

    def _note(self, data: bytes) -> bool:
        """Keep the records of an answer; false when some could not be read."""
        inventory = read_inventory(data)
        if inventory is None:
            return not data
        fresh = {tag.uid for tag in inventory.tags} - self._uids
        self._uids |= fresh
        self._answers += 1
        self._nothing_new = 0 if fresh else self._nothing_new + 1
        self._records += inventory.tags
        self.others += inventory.others
        return inventory.whole

    def _is_going_in_circles(self) -> bool:
        return self._answers >= _ANSWERS_LIMIT or self._nothing_new >= _NOTHING_NEW_LIMIT

    def _end(self, *, whole: bool) -> None:
        self.ended = True
        self.whole = whole
