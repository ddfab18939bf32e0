"""An inventory of a FEIG reader, as many answers as it takes. Source: FEIG H20800-16e-ID-B, 7.1.1 and annex C."""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.feig import requests
from drivers.pads.feig.answers import read_inventory
from drivers.pads.feig.codes import Status, status_name
from drivers.pads.feig.frames import Answer
from drivers.pads.feig.requests import Request
from drivers.pads.polling.dialect import Looked, Refused, RoundEnd, ShownTag

_ANSWERS_LIMIT = 64
"""More answers than this in one inventory are a reader that goes round in circles."""
_NOTHING_NEW_LIMIT = 3


class _Step(Enum):
    RESET = auto()
    FIRST = auto()
    MORE = auto()


class Inventory:
    """Inventories until the reader has no more records; before that an RF reset where it is wanted."""

    holds = True

    def __init__(self, *, fresh: bool) -> None:
        self.fresh = fresh
        self._step = _Step.RESET if fresh else _Step.FIRST
        self._uids: set[str] = set()
        self._answers = self._nothing_new = 0

    def request(self) -> Request:
        """An RF reset, the first records, more of them."""
        match self._step:
            case _Step.RESET:
                return requests.rf_reset()
            case _Step.FIRST:
                return requests.inventory()
            case _Step.MORE:
                return requests.more_inventory()

    def heard(self, answer: Answer) -> Looked | None:
        """Records of one answer, kept whatever its status says of the rest."""
        if self._step is _Step.RESET:
            self._step = _Step.FIRST
            return None
        records = read_inventory(answer.data)
        if records is None:
            return Looked((), end=self._end(answer, readable=not answer.data))
        tags = tuple(ShownTag(tag.uid, tag.dsfid) for tag in records.tags)
        fresh = {tag.uid for tag in tags} - self._uids
        self._uids |= fresh
        self._answers += 1
        self._nothing_new = 0 if fresh else self._nothing_new + 1
        return Looked(tags, records.others, self._end(answer, readable=records.whole))

    def _end(self, answer: Answer, *, readable: bool) -> RoundEnd | Refused | None:
        match answer.status:
            case Status.OK | Status.RF_WARNING | Status.NO_TRANSPONDER:
                return RoundEnd.WHOLE if readable else RoundEnd.PARTLY
            case Status.MORE_DATA if not self._is_going_in_circles():
                self._step = _Step.MORE
                return None
            case Status.MORE_DATA | Status.RF_COMMUNICATION | Status.BUFFER_OVERFLOW:
                return RoundEnd.PARTLY
            case _:
                return Refused(status_name(answer.status))

    def _is_going_in_circles(self) -> bool:
        return self._answers >= _ANSWERS_LIMIT or self._nothing_new >= _NOTHING_NEW_LIMIT
