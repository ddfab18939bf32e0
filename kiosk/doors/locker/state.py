"""How a bank of compartments stands. Nothing here is changed: each step makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from kiosk.doors.locker.policy import Box, LockerPolicy
from kiosk.model.ids import AskId, IdSource, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.journal import Doubt
from kiosk.rules.offline import OfflineCopy
from kiosk.session.events import TagKind, TagRead

NOBODY = SessionId("")


class Who(StrEnum):
    """For whom a door was unlocked last."""

    NOBODY = "nobody"
    """It was forced, or the machine was off."""
    STAFF = "staff"
    PATRON = "patron"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a pad hears; `read` is None until its memory was read."""

    since_s: float
    read: TagRead | None = None

    @property
    def item(self) -> ItemId | None:
        """Of an item of this library."""
        return self.read.item if self.read is not None and self.read.kind is TagKind.LIBRARY else None

    @property
    def afi(self) -> int | None:
        return None if self.read is None else self.read.afi


@dataclass(frozen=True, slots=True)
class Kept:
    """What lay behind a door at the last inventory."""

    item: ItemId
    uid: Uid
    lent: IntentId | None = None
    """The loan under which it lies there until the door was opened for it."""


def _tags() -> Mapping[Uid, Tag]:
    return MappingProxyType({})


def _kept() -> Mapping[Uid, Kept]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class BoxState:
    """One compartment."""

    box: Box
    kept: Mapping[Uid, Kept] = field(default_factory=_kept)
    tags: Mapping[Uid, Tag] = field(default_factory=_tags)
    pad_ok: bool = False
    is_shut: bool | None = None
    """None where the switch has not told."""
    changed_s: float = 0.0
    """When anything here changed last."""
    must_count: bool = True
    unlocked_s: float | None = None
    """Since when its lock is open for somebody who has not opened the door yet."""
    tries: int = 0
    opened_s: float | None = None
    """Since when the door is open."""
    rings: bool = False
    who: Who = Who.NOBODY
    session: SessionId = NOBODY

    def now(self, at_s: float) -> BoxState:
        """Something has changed."""
        return replace(self, changed_s=at_s)

    def keep(self, kept: Kept) -> BoxState:
        return replace(self, kept=MappingProxyType({**self.kept, kept.uid: kept}))

    def without(self, uid: Uid) -> BoxState:
        return replace(self, kept=MappingProxyType({key: one for key, one in self.kept.items() if key != uid}))


class LoanStage(StrEnum):
    """How far an item is on its way to the patron."""

    ASKED = "asked"
    OPENING = "opening"
    DONE = "done"
    """Lent, its tag opened: its door may be unlocked."""
    ENDED = "ended"
    """Not lent, or nobody knows; its door stays shut."""


@dataclass(frozen=True, slots=True)
class Loan:
    """An item that the patron at the reader is to get. Its intent is in the journal."""

    uid: Uid
    item: ItemId
    box: str
    intent: IntentId
    session: SessionId
    patron: PatronRef
    stage: LoanStage
    since_s: float
    afi_before: int | None
    due: datetime | None = None
    is_writing: bool = False
    writes: int = 0
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Return:
    """An item that was left behind a door, or laid back. Its intent is in the journal."""

    uid: Uid
    item: ItemId
    box: str
    intent: IntentId
    session: SessionId
    since_s: float
    afi_before: int | None
    is_writing: bool = False
    writes: int = 0
    is_locked: bool = False


class VisitStage(StrEnum):
    """How far the patron at the reader is."""

    IDENTIFYING = "identifying"
    CHOOSING = "choosing"
    """Central is asked which of the items here are theirs."""
    WAITING = "waiting"
    """For doors that are being counted."""
    LENDING = "lending"
    DOORS = "doors"


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the reader."""

    session: SessionId
    token: str = field(repr=False)
    stage: VisitStage
    since_s: float
    patron: PatronRef | None = None
    may_borrow: int | None = None
    ask: AskId | None = None
    wanted: frozenset[ItemId] = frozenset()
    doors: tuple[str, ...] = ()
    """Still to be unlocked, one after the other."""
    at: str | None = None
    """The door that is unlocked or open now."""


@dataclass(frozen=True, slots=True)
class LockerState:
    policy: LockerPolicy
    ids: IdSource
    boxes: Mapping[str, BoxState]
    now_s: float = 0.0
    visit: Visit | None = None
    loans: Mapping[Uid, Loan] = field(default_factory=lambda: MappingProxyType({}))
    returns: Mapping[Uid, Return] = field(default_factory=lambda: MappingProxyType({}))
    doubts: Mapping[IntentId, Doubt] = field(default_factory=lambda: MappingProxyType({}))
    lent_alone: Mapping[PatronRef, int] = field(default_factory=lambda: MappingProxyType({}))
    """Items lent to each while central did not answer, since the copy was made."""
    board_ok: bool = False
    storage_ok: bool = True
    copy: OfflineCopy | None = None
    staff_at: str | None = None
    """The door that staff opened last."""

    @property
    def works(self) -> bool:
        return self.board_ok and self.storage_ok
