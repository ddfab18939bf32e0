"""What has become lent, or is lent no more: central tells gates on `all/down/ledger`. Names no patron.

Where central has a key, a message is signed over its sender, its time and all that it says; whoever hears it takes none
whose time is not later than the last one's (docs/adr/0151).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kiosk.model.ids import ItemId, Uid
from kiosk.wire.envelope import json_text, payload_of, unwrap, wrapped
from kiosk.wire.fields import Fields, Json, SetAside, instant_text
from kiosk.wire.policy import SIGNATURE, central_of, check_central, check_signature
from kiosk.wire.signing import signature_text

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
    told_at: datetime | None = field(default=None, compare=False)
    """When central signed it, by its own clock, aware; None where it was asked for, or nobody signs."""


def encode_lent_changes(site: str, told: LentChanges, at: datetime, key: Ed25519PrivateKey | None = None) -> bytes:
    """At most `MOST_CHANGES`, so that the message stays within its limit. Signed where there is a `key`."""
    data = written(told)
    if key is not None:
        data[SIGNATURE] = signature_text(key, _signed(central_of(site), instant_text(at.astimezone(UTC)), data))
    return payload_of(wrapped(f"ledger.{told.version}", central_of(site), TYPE, at, data))


def written(told: LentChanges) -> dict[str, Json]:
    """As an object; the same by message and by HTTP."""
    assert len(told.changes) <= MOST_CHANGES, "cut by the caller"
    return {"after": told.after, "version": told.version, "changes": _written(told.changes)}


def decode_lent_changes(site: str, payload: bytes, key: Ed25519PublicKey | None = None) -> LentChanges | SetAside:
    """Raises `MessageRefused`, also for a sender that is not this site's central, and, where a `key` is given, for what
    its owner has not signed."""
    envelope = unwrap(payload, frozenset({TYPE}))
    if isinstance(envelope, SetAside):
        return envelope
    check_central(site, envelope.source)
    told = read(envelope.data)
    if key is not None:
        members = dict(envelope.data.members)
        signature = members.pop(SIGNATURE, None)
        signed = _signed(envelope.source, instant_text(envelope.time.astimezone(UTC)), members)
        check_signature(key, "data.signature", signature, signed)
        told = replace(told, told_at=envelope.time)
    return told


def _signed(source: str, time: str, data: Mapping[str, Json]) -> str:
    """The text that is signed."""
    return "\n".join((TYPE, source, time, json_text(data)))


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
