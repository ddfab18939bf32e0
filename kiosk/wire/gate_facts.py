"""How a gate's facts are read; they are written as all facts are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kiosk.model.gate_facts import (
    AlarmKind,
    AlarmState,
    CheckResult,
    GateAlarmed,
    GateChecked,
    GateFact,
    GatePassed,
    GateWatched,
    PassWhy,
    PeopleCounted,
    Rule,
    WatchState,
)
from kiosk.model.ids import IntentId, ItemId, Uid
from kiosk.wire.fields import Fields, MessageRefused

MOST_PEOPLE = 1_000_000
MOST_NOTES = 8


def _intent(data: Fields) -> IntentId:
    return IntentId(data.text("intent", longest=64))


def _item(data: Fields) -> ItemId | None:
    number = data.text_or_none("item", longest=64)
    return None if number is None else ItemId(number)


def _uid(data: Fields) -> Uid | None:
    uid = data.text_or_none("uid")
    return None if uid is None else Uid(uid)


def _passed(data: Fields) -> GateFact:
    return GatePassed(
        intent=_intent(data),
        gate=data.text("gate", longest=32),
        item=_item(data),
        uid=_uid(data),
        afi=data.whole_or_none("afi", 0, 0xFF),
        why=data.word("why", PassWhy),
        rule=data.word("rule", Rule),
    )


def _alarmed(data: Fields) -> GateFact:
    return GateAlarmed(
        intent=_intent(data),
        gate=data.text("gate", longest=32),
        state=data.word("state", AlarmState),
        item=_item(data),
        uid=_uid(data),
        afi=data.whole_or_none("afi", 0, 0xFF),
        kind=data.word_or_none("kind", AlarmKind),
        rule=data.word_or_none("rule", Rule),
        ledger_version=data.whole_or_none("ledger_version"),
        ledger_age_s=data.whole_or_none("ledger_age_s"),
        outward=data.flag("outward") if data.has("outward") else None,
        late=data.flag("late"),
        by=data.text("by", longest=64),
    )


def _counted(data: Fields) -> GateFact:
    begins, ends = data.instant("begins"), data.instant("ends")
    if ends < begins:
        raise MessageRefused(f"{data.path}.ends", "an instant after begins", "one before")
    return PeopleCounted(
        intent=_intent(data),
        gate=data.text("gate", longest=32),
        begins=begins,
        ends=ends,
        entered=data.whole("entered", 0, MOST_PEOPLE),
        left=data.whole("left", 0, MOST_PEOPLE),
        closed=data.flag("closed"),
        notes=data.texts("notes", MOST_NOTES),
    )


def _watched(data: Fields) -> GateFact:
    return GateWatched(
        intent=_intent(data),
        gate=data.text("gate", longest=32),
        state=data.word("state", WatchState),
        since=data.instant("since"),
        until=data.instant("until") if data.has("until") else None,
        why=data.text("why"),
    )


def _checked(data: Fields) -> GateFact:
    return GateChecked(
        intent=_intent(data),
        gate=data.text("gate", longest=32),
        result=data.word("result", CheckResult),
        by=data.text("by", longest=64),
        rssi_dbm=data.whole_or_none("rssi_dbm", -200, 100),
        noise=data.whole("noise", 0, MOST_PEOPLE),
    )


READERS: Mapping[str, Callable[[Fields], GateFact]] = {
    GatePassed.type: _passed,
    GateAlarmed.type: _alarmed,
    PeopleCounted.type: _counted,
    GateWatched.type: _watched,
    GateChecked.type: _checked,
}
