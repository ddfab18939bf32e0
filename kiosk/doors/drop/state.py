"""How a book-drop stands. Nothing here is changed: each step makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from kiosk.doors.drop.policy import DropPolicy
from kiosk.model.ids import AskId, IdSource, IntentId, ItemId, SessionId, Uid
from kiosk.model.journal import Doubt
from kiosk.model.questions import SortTold
from kiosk.rules.offline import OfflineCopy
from kiosk.session.events import TagRead


class Stage(StrEnum):
    """How far an item is on its way in."""

    SECURING = "securing"
    """In the tray, behind the closed flap."""
    SORTING = "sorting"
    """Secured, or known not to be; where it goes is asked."""
    DONE = "done"
    """Returned: its loan has ended."""


class Light(StrEnum):
    """What the lamps say."""

    NONE = "none"
    READY = "ready"
    """Push it in."""
    REFUSED = "refused"
    """Not this, or one at a time."""
    OUT = "out"
    """Full or broken: take it to the desk."""


@dataclass(frozen=True, slots=True)
class Slip:
    """An item on its way in. Its intent is in the journal."""

    uid: Uid
    item: ItemId
    intent: IntentId
    session: SessionId
    stage: Stage
    since_s: float
    afi_before: int | None
    ask: AskId | None = None
    """Where it goes, while nobody has answered."""
    sort: SortTold | None = None
    is_writing: bool = False
    writes: int = 0
    is_locked: bool = False
    secured: bool = False
    bin: str = ""
    is_of_before: bool = False
    """Returned before a start that does not know whether it fell."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that a pad hears; `read` is None until its memory was read."""

    since_s: float
    read: TagRead | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An item before the flap, which is open for it."""

    uid: Uid
    since_s: float


@dataclass(frozen=True, slots=True)
class Release:
    """The tray is being emptied."""

    bin: str
    since_s: float
    tries: int = 1


def _none() -> Mapping[Uid, Doubt]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DropState:
    policy: DropPolicy
    ids: IdSource
    now_s: float = 0.0
    front: Mapping[Uid, Tag] = field(default_factory=lambda: MappingProxyType({}))
    """What the pad before the flap hears."""
    offer: Offer | None = None
    tags: Mapping[Uid, Tag] = field(default_factory=lambda: MappingProxyType({}))
    slips: Mapping[Uid, Slip] = field(default_factory=lambda: MappingProxyType({}))
    doubts: Mapping[Uid, Doubt] = field(default_factory=_none)
    """Returns of before a start, or of items that went out of reach, which nobody has settled yet."""
    let_be: frozenset[Uid] = frozenset()
    """Tags before the flap for which it does not open until they have left: not ours, or offered for too long."""
    inputs: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """Items in each bin since it was emptied."""
    lies_since_s: float | None = None
    """Since when something lies in the tray."""
    shut_since_s: float = 0.0
    """When the flap was shut last."""
    empty_since_s: float | None = None
    release: Release | None = None
    jammed: bool = False
    front_ok: bool = False
    pad_ok: bool = False
    board_ok: bool = False
    storage_ok: bool = True
    online: bool = False
    copy: OfflineCopy | None = None
    flap_open: bool = False
    light: Light = Light.NONE

    @property
    def works(self) -> bool:
        """Whether anything may be begun."""
        return self.pad_ok and self.board_ok and self.storage_ok

    @property
    def lies(self) -> bool | None:
        """Something lies in the tray; None where no sensor has told."""
        return self.inputs.get(self.policy.fallen)

    @property
    def is_shut(self) -> bool:
        return not self.policy.closed or self.inputs.get(self.policy.closed) is True

    @property
    def full(self) -> frozenset[str]:
        """Bins that take nothing now: full by sensor or count, or pulled out."""
        return frozenset(
            one.name
            for one in self.policy.bins
            if (one.full and self.inputs.get(one.full) is not False)
            or (one.away and self.inputs.get(one.away) is not False)
            or (one.capacity and self.counts.get(one.name, 0) >= one.capacity)
        )
