"""What happened at a gate, for central. None of it names a patron: nobody knows who walks through a gate.

All times are aware UTC datetimes. `intent` is an id made by the gate: of a passage, an alarm, a quarter hour of
people, or an interval without watch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from kiosk.model.ids import IntentId, ItemId, Uid


class Rule(StrEnum):
    """What a judgement leans on."""

    LEDGER = "ledger"
    """What the gate knows of loans."""
    MARK = "mark"
    """The security mark on the tag alone: the ledger copy is absent or too old."""


class PassWhy(StrEnum):
    """Why an item of ours passed in silence."""

    LENT = "lent"
    """Lent, and its tag says so."""
    LENT_TAG_CLOSED = "lent-tag-closed"
    """Lent although its tag still says in stock, or something else: the tag has to be repaired."""
    MARK_OPEN = "mark-open"
    """Its tag says lent, and the ledger knows nothing of it or cannot be asked."""


class AlarmKind(StrEnum):
    """Why a gate rang."""

    NOT_LENT = "not-lent"
    """In stock by its tag and by the ledger."""
    OPENED_NOT_LENT = "opened-not-lent"
    """Its tag says lent, but nobody lent it: switched by a phone, or a return that did not secure it."""
    MARK_CHANGED = "mark-changed"
    """Ours and in stock by the ledger, with a mark on the tag that is neither of ours."""
    MARK_RINGS = "mark-rings"
    """In stock by its tag; the ledger does not know the item, or cannot be asked."""


class AlarmState(StrEnum):
    """How far somebody has come with an alarm."""

    RAISED = "raised"
    SEEN = "seen"
    CLEARED = "cleared"
    FALSE = "false"
    """Nothing was wrong with what rang."""


class WatchState(StrEnum):
    """Whether a gate is listened to."""

    LOST = "lost"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class GatePassed:
    """An item of ours went through in silence."""

    type: ClassVar[str] = "lk.gate.passed"
    intent: IntentId
    gate: str
    item: ItemId | None
    uid: Uid | None
    afi: int | None
    why: PassWhy
    rule: Rule

    @property
    def wants_repair(self) -> bool:
        """Whether its tag says something else than the ledger."""
        return self.why is PassWhy.LENT_TAG_CLOSED


@dataclass(frozen=True, slots=True)
class GateAlarmed:
    """An item rang: one fact an item, all of one alarm with its `intent`. Or an alarm's state changed: `item` and
    `kind` are None then."""

    type: ClassVar[str] = "lk.gate.alarmed"
    intent: IntentId
    gate: str
    state: AlarmState
    item: ItemId | None = None
    uid: Uid | None = None
    afi: int | None = None
    kind: AlarmKind | None = None
    rule: Rule | None = None
    ledger_version: int | None = None
    ledger_age_s: int | None = None
    outward: bool | None = None
    """None: the gate does not tell the direction."""
    late: bool = False
    """Told by the gate long after it happened: nothing was rung."""
    by: str = ""
    """Who changed the state, as they named themselves; empty: the gate itself."""


@dataclass(frozen=True, slots=True)
class PeopleCounted:
    """People through one aisle in one piece of time, at most a quarter of an hour."""

    type: ClassVar[str] = "lk.people.counted"
    intent: IntentId
    gate: str
    begins: datetime
    ends: datetime
    entered: int
    left: int
    closed: bool
    """Outside opening hours: cleaners and staff, no visits."""
    notes: tuple[str, ...] = ()
    """`reset`, `rolled-over`, `jumped`: what the hardware's counters did, and was made good or left out."""


@dataclass(frozen=True, slots=True)
class GateWatched:
    """Nobody watched a gate from `since` on; with `back`, until `until`. `why` is for the technician."""

    type: ClassVar[str] = "lk.gate.watched"
    intent: IntentId
    gate: str
    state: WatchState
    since: datetime
    until: datetime | None
    why: str


class CheckResult(StrEnum):
    """What came of carrying the test tag through a gate."""

    RANG = "rang"
    TAG_OPEN = "tag-open"
    """The gate told it, but the tag's own mark rings nothing: the test tag is to be written anew."""
    SILENT = "silent"
    """Staff carried it through, and the gate told nothing."""
    NO_SIGNAL = "no-signal"
    """The gate told it, and staff saw no lamp or heard nothing."""
    UNFINISHED = "unfinished"
    """Begun, and nobody went through in time."""


@dataclass(frozen=True, slots=True)
class GateChecked:
    """The morning's walk through one gate. A later result of the same `intent` stands over an earlier one."""

    type: ClassVar[str] = "lk.gate.checked"
    intent: IntentId
    gate: str
    result: CheckResult
    by: str
    """As staff named themselves."""
    rssi_dbm: int | None = None
    """How strong the gate heard the test tag; None where it does not tell (HF pedestals)."""
    noise: int = 0
    """Disturbances of the line or the field that the gate's driver met since the check before."""

    @property
    def wants_repair(self) -> bool:
        """Whether somebody has to look after the gate."""
        return self.result in (CheckResult.SILENT, CheckResult.NO_SIGNAL, CheckResult.TAG_OPEN)


GateFact = GatePassed | GateAlarmed | PeopleCounted | GateWatched | GateChecked
