"""What a gate's facts change: people are counted, and tags that say something wrong are put before staff."""

from __future__ import annotations

from typing import assert_never

from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.store.slate import Slate
from kiosk.central.store.tables import visits
from kiosk.central.story import Fresh
from kiosk.model.gate_facts import AlarmKind, GateAlarmed, GateFact, GatePassed, GateWatched, PeopleCounted

SWITCHED = frozenset({AlarmKind.OPENED_NOT_LENT, AlarmKind.MARK_CHANGED})


def apply(slate: Slate, fresh: Fresh, fact: GateFact) -> None:
    """Change what `fact` says. Raises only what the database raises."""
    match fact:
        case PeopleCounted():
            slate.add(
                visits,
                {
                    "id": fact.intent,
                    "station": fresh.place.station,
                    "gate": fact.gate,
                    "begins": fact.begins,
                    "ends": fact.ends,
                    "entered": fact.entered,
                    "left_": fact.left,
                    "closed": fact.closed,
                    "notes": " ".join(fact.notes),
                },
            )
        case GatePassed():
            if fact.wants_repair:
                _put_before_staff(slate, fresh, fact, Why.TAG_CLOSED)
        case GateAlarmed():
            if fact.kind in SWITCHED:
                _put_before_staff(slate, fresh, fact, Why.TAG_SWITCHED)
        case GateWatched():
            pass
        case _:
            assert_never(fact)


def _put_before_staff(slate: Slate, fresh: Fresh, fact: GatePassed | GateAlarmed, why: Why) -> None:
    details = {"gate": fact.gate, "afi": "" if fact.afi is None else f"{fact.afi:02X}", "uid": fact.uid or ""}
    note(slate, fresh.place, fresh.epoch, Notable(why, fact.intent, fact.item, details))
