"""An inventory of an RL866, as many messages as it takes.

A connected tag may be left out of the next inventory, so a look first lets go of one that is known to be connected,
and a fresh look of whatever the reader may hold. Source: github Hypernova-Oy/lainuri, RL866/iblock.py; for records that
are left in the reader, github MoaidF/UHF-cpp, RL8000_Comm.cpp.
"""

from __future__ import annotations

from enum import Enum, auto

from drivers.pads.polling.dialect import Looked, Refused, RoundEnd, ShownTag
from drivers.pads.rl866 import answers, requests
from drivers.pads.rl866.codes import Status, status_name
from drivers.pads.rl866.connection import Learned, answer_in
from drivers.pads.rl866.frames import Block
from drivers.pads.rl866.requests import Request
from drivers.pads.rl866.tag_types import TagTypes

_ANSWERS_LIMIT = 64
"""More messages than this in one inventory are a reader that goes round in circles."""
_NOTHING_NEW_LIMIT = 3
_DISTURBED = frozenset({Status.COLLISION, Status.COLLISION_OF_TAGS, Status.TAG_CRC})


class _Step(Enum):
    LET_GO = auto()
    FIRST = auto()
    MORE = auto()
    REPORTS = auto()


class Inventory:
    """`polling.dialect.Inventory`."""

    holds = True

    def __init__(self, learned: Learned, types: TagTypes, *, fresh: bool) -> None:
        self.fresh = fresh
        self._learned = learned
        self._types = types
        self._step = _Step.LET_GO if fresh else _Step.FIRST
        self._uids: set[str] = set()
        self._records = self._answers = self._nothing_new = 0

    def request(self) -> Request:
        """Let go, look, look further, fetch what is left."""
        if self._step is _Step.FIRST and self._learned.uid is not None:
            self._step = _Step.LET_GO
        match self._step:
            case _Step.LET_GO:
                return requests.disconnect()
            case _Step.FIRST:
                return requests.inventory()
            case _Step.MORE:
                return requests.more_inventory()
            case _Step.REPORTS:
                return requests.tag_reports()

    def heard(self, block: Block) -> Looked | None:
        """Records of one message, and whether there are more."""
        if self._step is _Step.LET_GO:
            self._step = _Step.FIRST
            return None
        answer = answer_in(block)
        if answer.status != Status.OK:
            return Looked((), end=self._refused(answer.status))
        if self._step is _Step.REPORTS:
            reports = answers.read_reports(answer.data)
            return Looked((), end=RoundEnd.PARTLY) if reports is None else self._shown(reports[1], reports[0] > 0)
        looked = answers.read_inventory(answer.data)
        if looked is None:
            return Looked((), end=RoundEnd.PARTLY)
        head, inventory = looked
        self._records += inventory.records
        self._step = _Step.MORE if head.stopped_early else _Step.REPORTS
        return self._shown(inventory, head.stopped_early or head.total > self._records)

    def _shown(self, inventory: answers.Inventory, more: bool) -> Looked:
        for tag in inventory.tags:
            self._types.note(tag.uid, tag.tag_type)
        tags = tuple(ShownTag(tag.uid, None) for tag in inventory.tags)
        new = {tag.uid for tag in tags} - self._uids
        self._uids |= new
        self._answers += 1
        self._nothing_new = 0 if new else self._nothing_new + 1
        goes_on = more and self._answers < _ANSWERS_LIMIT and self._nothing_new < _NOTHING_NEW_LIMIT
        whole = inventory.whole and not more
        end = None if goes_on else RoundEnd.WHOLE if whole else RoundEnd.PARTLY
        return Looked(tags, inventory.others, end)

    def _refused(self, status: int) -> RoundEnd | Refused:
        """Only the first message can say that no tag is there; behind it, what was shown stays good."""
        if self._step is not _Step.FIRST or status in _DISTURBED:
            return RoundEnd.PARTLY
        return RoundEnd.WHOLE if status == Status.NO_TAG else Refused(status_name(status))
