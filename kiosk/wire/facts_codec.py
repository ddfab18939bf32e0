"""Facts on their way to central.

A message on `up/facts` is a JSON array of 1 to 50 envelopes (CloudEvents JSON batch format), all of one epoch, in the
order of `seq`. `data` carries `epoch`, `seq`, `mono_ms`, `boot` and the fields of the fact. The envelope's `id` is
`{epoch}.{seq}`: the fact's name for ever, the same at every resend.

Other makers' stations tell what the contract names and no more: a lone envelope is an array of one; without `intent` a
fact goes by its name, and one about a loan by its item; what is said of tags may be absent.

An array with the one type `lk.station.hello` tells no fact: it asks central to acknowledge where it stands, and says
from which seq on the station can still tell (`oldest`; older ones are pruned after 90 days and were acknowledged once).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial

from kiosk.model.facts import (
    ChargePaid,
    Decided,
    Fact,
    Found,
    HoldCancelled,
    HoldPlaced,
    ItemDoubtful,
    ItemOpened,
    ItemReturned,
    ItemSecured,
    LoanMade,
    LoanRefused,
    LoanRenewed,
    LoanUndone,
    PaidBy,
    StationSettled,
    UndoneWhy,
)
from kiosk.model.ids import Epoch, IntentId, ItemId, PatronRef, SessionId, Uid
from kiosk.model.shelf_facts import ShelfChange, ShelfChanged
from kiosk.model.staff_facts import StockSeen, TagWritten
from kiosk.wire import gate_facts
from kiosk.wire.envelope import LARGEST_BYTES, json_text, parse, payload_of, unknown, wrapped
from kiosk.wire.fields import Fields, Json, MessageRefused, SetAside, as_fields, instant_text, kind_of
from kiosk.wire.topics import Station

MOST_FACTS = 50
MOST_REASONS = 32
MOST_SEEN = 500
MOST_SWEEPS = 10_000
"""Copies in one fact of a stock-taking."""
LONGEST_NAME = 64
"""Of an intent in every store."""
LARGEST_AMOUNT_CENTS = 100_000_000
HELLO = "lk.station.hello"
OVERSIZE = "lk.station.oversize"
"""Takes the place of a fact that fits no message, so that those behind it are not held up; central sets it aside."""


@dataclass(frozen=True, slots=True)
class OutboxFact:
    """A fact as the outbox keeps it: the bytes to tell were settled when it was committed."""

    seq: int
    type: str
    at: datetime
    """The station's clock, aware."""
    data: str
    """JSON object: the body without `epoch` and `seq`, as `fact_body` made it."""


@dataclass(frozen=True, slots=True)
class ToldFact:
    """A fact as it arrived. Where `fact` is a `SetAside`, it still counts as received."""

    seq: int
    type: str
    told_at: datetime | None
    """The station's clock, aware; None where the envelope has no usable time."""
    mono_ms: int | None
    """Milliseconds since the station's boot `boot`, which order facts where its clock jumped."""
    boot: str | None
    data: str
    """The body as JSON text."""
    fact: Fact | SetAside


@dataclass(frozen=True, slots=True)
class FactBatch:
    """One message of facts. Empty `facts`: the station says hello. Either way it waits for `Ack(epoch, last)`."""

    epoch: Epoch
    facts: tuple[ToldFact, ...]
    oldest: int = 1
    """Of a hello: the oldest seq that the station can still tell. Above `last + 1`, the facts between are lost to
    central (it was restored from a very old backup): it has to note that and go on from here."""


def fact_body(fact: Fact, mono_ms: int, boot: str) -> str:
    """The body of a fact as JSON text, without `epoch` and `seq`: those are given by the ledger.

    A lone surrogate, which neither UTF-8 nor SQLite can carry, becomes `?`.
    """
    body: dict[str, Json] = {field.name: _written(getattr(fact, field.name)) for field in fields(fact)}
    return payload_of(body | {"mono_ms": mono_ms, "boot": boot}).decode("utf-8")


def encode_facts(station: Station, epoch: Epoch, facts: Sequence[OutboxFact]) -> bytes:
    """One message. At most `MOST_FACTS`; `batches` cuts a longer row so that each message fits."""
    return _message([_envelope(station, epoch, fact) for fact in facts])


def batches(station: Station, epoch: Epoch, facts: Sequence[OutboxFact]) -> Iterator[tuple[int, bytes]]:
    """Messages that hold `facts` in order, each within 64 kB and `MOST_FACTS`, with the last seq of each."""
    kept: list[bytes] = []
    size = last = 0
    for fact in facts:
        envelope = _envelope(station, epoch, fact)
        own = len(envelope) + 1
        if kept and (len(kept) == MOST_FACTS or size + own >= LARGEST_BYTES):
            yield last, _message(kept)
            kept, size = [], 0
        kept.append(envelope)
        size += own
        last = fact.seq
    if kept:
        yield last, _message(kept)


def encode_hello(station: Station, epoch: Epoch, oldest: int, last_seq: int, at: datetime) -> bytes:
    """Ask central where it stands. `last_seq` is the newest fact of this station, told or not; 0 when there is none."""
    data: Mapping[str, Json] = {"epoch": epoch, "seq": last_seq, "oldest": oldest}
    return payload_of([wrapped(f"{epoch}.hello", station.source, HELLO, at, data)])


def decode_facts(station: Station, payload: bytes) -> FactBatch:
    """A message that came on `station`'s topic.

    Raises `MessageRefused` where it cannot be said which facts these are: no JSON, not one object or 1 to 50 of them,
    a source that is not the topic's, no epoch or seq, two epochs. Beyond that, a fact that cannot be read is a
    `SetAside` of its own and holds up nothing.
    """
    told = parse(payload)
    value = [told] if isinstance(told, Mapping) else told
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_FACTS:
        raise MessageRefused("message", f"a list of 1 to {MOST_FACTS}", kind_of(value))
    elements = [as_fields(element, f"message.{n}") for n, element in enumerate(value)]
    epochs = {_epoch_of(station, element) for element in elements}
    if len(epochs) > 1:
        raise MessageRefused("message", "facts of one epoch", f"{len(epochs)} epochs")
    facts = [element for element in elements if element.members.get("type") != HELLO]
    hellos = [element for element in elements if element.members.get("type") == HELLO]
    oldest = max((hello.inner("data").whole("oldest", least=1) for hello in hellos), default=1)
    return FactBatch(epochs.pop(), tuple(_told(element) for element in facts), oldest)


def _message(envelopes: Sequence[bytes]) -> bytes:
    """One JSON array of what is JSON already: a fact is written once, however its message is cut."""
    return b"[" + b",".join(envelopes) + b"]"


def _envelope(station: Station, epoch: Epoch, fact: OutboxFact) -> bytes:
    body = json.loads(fact.data)
    assert isinstance(body, dict), "the outbox holds what fact_body made"
    envelope = payload_of(_wrapped(station, epoch, fact, fact.type, body))
    if len(envelope) + 2 > LARGEST_BYTES:
        short: Mapping[str, Json] = {"of": fact.type, "bytes": len(fact.data)}
        return payload_of(_wrapped(station, epoch, fact, OVERSIZE, short))
    return envelope


def _wrapped(station: Station, epoch: Epoch, fact: OutboxFact, kind: str, body: Mapping[str, Json]) -> dict[str, Json]:
    data = {"epoch": epoch, "seq": fact.seq, **body}
    return wrapped(f"{epoch}.{fact.seq}", station.source, kind, fact.at, data)


def _epoch_of(station: Station, element: Fields) -> Epoch:
    if element.text("source") != station.source:
        raise MessageRefused(f"{element.path}.source", "the station of the topic", "another")
    data = element.inner("data")
    data.whole("seq", least=0 if element.members.get("type") == HELLO else 1)
    epoch = data.text("epoch", longest=64)
    if not epoch:
        raise MessageRefused(f"{data.path}.epoch", "the name of an epoch", "nothing")
    return Epoch(epoch)


def _told(element: Fields) -> ToldFact:
    data = element.inner("data")
    kind = element.members.get("type")
    raw = json_text(data.members)
    told_at = _instant_or_none(element, "time")
    return ToldFact(
        seq=data.whole("seq", least=1),
        type=kind if isinstance(kind, str) else "",
        told_at=told_at,
        mono_ms=_whole_or_none(data, "mono_ms"),
        boot=_text_or_none(data, "boot"),
        data=raw,
        fact=_fact(element, data, raw, timed=told_at is not None),
    )


def _fact(element: Fields, data: Fields, raw: str, *, timed: bool) -> Fact | SetAside:
    try:
        strange = unknown(element, READERS.keys())
        if strange is not None:
            return strange
        if not timed:
            element.instant("time")  # says what is wrong with it
        return READERS[element.text("type")](data)
    except MessageRefused as refused:
        return SetAside(str(refused), raw)


def fact_of(kind: str, data: str) -> Fact | SetAside:
    """A fact from its type and the body that was told, as central keeps it."""
    reader = READERS.get(kind)
    if reader is None:
        return SetAside("a type of message that is not known here", data)
    try:
        return reader(as_fields(parse(data.encode("utf-8", "replace")), "data"))
    except MessageRefused as refused:
        return SetAside(str(refused), data)


def _instant_or_none(fields: Fields, key: str) -> datetime | None:
    try:
        return fields.instant(key)
    except MessageRefused:
        return None


def _whole_or_none(fields: Fields, key: str) -> int | None:
    try:
        return fields.whole(key)
    except MessageRefused:
        return None


def _text_or_none(fields: Fields, key: str) -> str | None:
    try:
        return fields.text(key, longest=64)
    except MessageRefused:
        return None


def _written(value: object) -> Json:
    match value:
        case datetime():
            return instant_text(value)
        case tuple():
            return [_written(one) for one in value]
        case None | bool() | int() | str():
            return value
        case _:
            raise TypeError(f"facts hold no {type(value).__name__}")


def _session(data: Fields) -> SessionId:
    return SessionId(data.text("session"))


def _intent(data: Fields) -> IntentId:
    """As its station names it, else the fact's name, as far as a store keeps it."""
    if data.has("intent"):
        return IntentId(data.text("intent"))
    return IntentId(f"{data.text('epoch')}.{data.whole('seq')}"[-LONGEST_NAME:])


def _intent_of_loan(data: Fields) -> IntentId:
    """The loan's, empty where it has to be found by its item."""
    return IntentId(data.text("intent") if data.has("intent") else "")


def _item(data: Fields) -> ItemId:
    return ItemId(data.text("item"))


def _uid(data: Fields) -> Uid:
    return Uid(data.text_or_none("uid") or "")


def _patron(data: Fields) -> PatronRef:
    return PatronRef(data.text("patron"))


def _afi(data: Fields, key: str) -> int | None:
    return data.whole_or_none(key, 0, 0xFF)


def _loan_made(data: Fields) -> Fact:
    return LoanMade(
        session=_session(data),
        intent=_intent(data),
        patron=_patron(data),
        item=_item(data),
        uid=_uid(data),
        due=data.instant("due"),
        decided=(decided := data.word("decided", Decided)),
        provisional=data.flag("provisional") if data.has("provisional") else decided is Decided.OFFLINE,
        policy_version=data.text_or_none("policy_version") or "",
    )


def _loan_refused(data: Fields) -> Fact:
    reasons = data.codes("reasons", MOST_REASONS)
    return LoanRefused(_session(data), _intent(data), _patron(data), _item(data), reasons)


def _loan_undone(data: Fields) -> Fact:
    return LoanUndone(_session(data), _intent_of_loan(data), _item(data), data.word("why", UndoneWhy))


def _tag_written(kind: type[ItemOpened] | type[ItemSecured], data: Fields) -> Fact:
    return kind(
        session=_session(data),
        intent=_intent_of_loan(data),
        item=_item(data),
        uid=_uid(data),
        afi_before=_afi(data, "afi_before"),
        afi_after=data.whole("afi_after", 0, 0xFF),
        verified=data.flag("verified"),
    )


def _item_returned(data: Fields) -> Fact:
    return ItemReturned(
        session=_session(data),
        intent=_intent(data),
        item=_item(data),
        uid=_uid(data),
        found=data.word("found", Found),
        afi_before=_afi(data, "afi_before"),
        afi_after=_afi(data, "afi_after"),
        verified=data.has("verified") and data.flag("verified"),
        bin=data.text_or_none("bin", longest=LONGEST_NAME) or "",
    )


def _item_doubtful(data: Fields) -> Fact:
    return ItemDoubtful(
        _session(data), _intent_of_loan(data), _item(data), _uid(data), data.text("unknown"), data.instant("since")
    )


def _station_settled(data: Fields) -> Fact:
    return StationSettled(_session(data), _intent_of_loan(data), _item(data), data.text("outcome"))


def _loan_renewed(data: Fields) -> Fact:
    return LoanRenewed(_session(data), _intent(data), _patron(data), _item(data), data.instant("due"))


def _hold_placed(data: Fields) -> Fact:
    title, item = _text_or_nothing(data, "control_number"), _text_or_nothing(data, "item")
    if (title is None) == (item is None):
        raise MessageRefused(data.path, "control_number or item", "both" if title is not None else "neither")
    copy = None if item is None else ItemId(item)
    return HoldPlaced(_session(data), _intent(data), _patron(data), title, copy, data.text_or_none("pickup") or "")


def _hold_cancelled(data: Fields) -> Fact:
    return HoldCancelled(_session(data), _intent(data), _patron(data), data.text("hold"))


def _charge_paid(data: Fields) -> Fact:
    return ChargePaid(
        session=_session(data),
        intent=_intent(data),
        patron=_patron(data),
        amount_cents=data.whole("amount_cents", 1, LARGEST_AMOUNT_CENTS),
        currency=data.text("currency", longest=3),
        method=data.word("method", PaidBy),
        reference=data.text_or_none("reference", longest=128) or "",
        charges=data.texts("charges", MOST_REASONS) if data.has("charges") else (),
    )


def _tag_of_staff(data: Fields) -> Fact:
    return TagWritten(
        session=_session_if_any(data),
        intent=_intent(data),
        item=_item(data),
        uid=_uid(data),
        format=data.text_or_none("format") or "",
        afi_before=_afi(data, "afi_before"),
        afi_after=_afi(data, "afi_after"),
        verified=data.has("verified") and data.flag("verified"),
    )


def _stock_seen(data: Fields) -> Fact:
    items = data.texts("items", MOST_SEEN) if data.has("items") else ()
    uids = data.texts("uids", MOST_SEEN) if data.has("uids") else ()
    item, uid = data.text_or_none("item"), data.text_or_none("uid")
    seen = (*items, *(() if item is None else (item,)))
    read = (*uids, *(() if uid is None or item is not None else (uid,)))
    if not seen and not read:
        raise MessageRefused(f"{data.path}.item", "an item, items or uids", "none of them")
    return StockSeen(
        session=_session_if_any(data),
        intent=_intent(data),
        place=data.text_or_none("place") or "",
        items=tuple(ItemId(one) for one in seen),
        uids=tuple(Uid(one) for one in read),
        sweep=data.whole("sweep", 1, MOST_SWEEPS) if data.has("sweep") else 1,
        afi=_afi(data, "afi"),
    )


def _shelf_changed(data: Fields) -> Fact:
    return ShelfChanged(
        session=_session_if_any(data),
        intent=_intent(data),
        item=_item(data),
        uid=_uid(data),
        compartment=data.text("compartment", longest=LONGEST_NAME),
        change=data.word("change", ShelfChange),
    )


def _session_if_any(data: Fields) -> SessionId:
    return SessionId(data.text_or_none("session") or "")


def _text_or_nothing(data: Fields, key: str) -> str | None:
    return None if data.members.get(key) is None else data.text(key)


READERS: Mapping[str, Callable[[Fields], Fact]] = {
    LoanMade.type: _loan_made,
    LoanRefused.type: _loan_refused,
    LoanUndone.type: _loan_undone,
    LoanRenewed.type: _loan_renewed,
    ItemOpened.type: partial(_tag_written, ItemOpened),
    ItemSecured.type: partial(_tag_written, ItemSecured),
    HoldPlaced.type: _hold_placed,
    HoldCancelled.type: _hold_cancelled,
    ChargePaid.type: _charge_paid,
    ItemReturned.type: _item_returned,
    ItemDoubtful.type: _item_doubtful,
    StationSettled.type: _station_settled,
    **gate_facts.READERS,
    TagWritten.type: _tag_of_staff,
    StockSeen.type: _stock_seen,
    ShelfChanged.type: _shelf_changed,
}
"""Every type of fact that this version understands."""
