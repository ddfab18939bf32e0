"""What has become lent, or is lent no more: central tells gates on `all/down/ledger`. Names no patron."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kiosk.model.ids import ItemId, Uid
from kiosk.wire.envelope import payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, SetAside, instant_text
from kiosk.wire.policy import check_central

TYPE = "lk.ledger.changed"
MOST_CHANGES = 100
MOST_UIDS = 4


@dataclass(frozen=True, slots=True)
class LentChange:
    """The state of one item now."""

    item: ItemId
    uids: tuple[Uid, ...]
    """Its tags, as far as central knows them."""
    lent: bool
    at: datetime
    """When it became so, aware: of two states of an item the later one counts, whoever tells it."""


@dataclass(frozen=True, slots=True)
class LentChanges:
    """Changes between two versions of the ledger. None at all is a sign of life: nothing has changed."""

    after: int
    """The version that these changes follow; whoever stands at another one has missed some."""
    version: int
    changes: tuple[LentChange, ...] = ()


def encode_lent_changes(site: str, told: LentChanges, at: datetime) -> bytes:
    """At most `MOST_CHANGES`, so that the message stays within its limit."""
    return payload_of(wrapped(f"ledger.{told.version}", f"lk/{site}/central", TYPE, at, written(told)))


def written(told: LentChanges) -> dict[str, Json]:
    """As an object; the same by message and by HTTP."""
    assert len(told.changes) <= MOST_CHANGES, "cut by the caller"
    return {"after": told.after, "version": told.version, "changes": _written(told.changes)}


def decode_lent_changes(site: str, payload: bytes) -> LentChanges | SetAside:
    """Raises `MessageRefused`, also for a sender that is not this site's central."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    check_central(site, envelope.source)
    return read(envelope.data)


def read(data: Fields) -> LentChanges:
    """The opposite of `written`. Raises `MessageRefused`."""
    changes = tuple(_change(one) for one in data.each("changes", MOST_CHANGES))
    return LentChanges(data.whole("after"), data.whole("version"), changes)


def _written(changes: Sequence[LentChange]) -> list[Json]:
    return [{"item": one.item, "uids": list(one.uids), "lent": one.lent, "at": instant_text(one.at)} for one in changes]


def _change(one: Fields) -> LentChange:
    return LentChange(
        item=ItemId(one.text("item", longest=64)),
        uids=tuple(map(Uid, one.texts("uids", MOST_UIDS))),
        lent=one.flag("lent"),
        at=one.instant("at"),
    )
