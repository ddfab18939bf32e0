"""What a gate's facts change: alarms and people are kept for reports, and what is wrong is put before staff."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from kiosk.central.exceptions import Notable, Why, note
from kiosk.central.store.gate_tables import gate_alarms, gate_checks, gate_gaps, gate_seen
from kiosk.central.store.slate import Lookup, Slate
from kiosk.central.store.tables import visits
from kiosk.central.story import Fresh
from kiosk.model.gate_facts import (
    AlarmKind,
    AlarmState,
    GateAlarmed,
    GateChecked,
    GateFact,
    GatePassed,
    GateWatched,
    PeopleCounted,
)

SWITCHED = frozenset({AlarmKind.OPENED_NOT_LENT, AlarmKind.MARK_CHANGED})

_ALARM, _CHECK = Lookup(gate_alarms.c.id), Lookup(gate_checks.c.id)
_OPEN_GAPS = Lookup(gate_gaps.c.gate, gate_gaps.c.until.is_(None))


def apply(slate: Slate, fresh: Fresh, fact: GateFact) -> None:
    """Change what `fact` says. Raises only what the database raises."""
    match fact:
        case PeopleCounted():
            _counted(slate, fresh, fact)
        case GatePassed():
            if fact.wants_repair:
                seen = {"item": fact.item, "uid": fact.uid, "afi": fact.afi, "what": fact.why.value}
                _see(slate, fresh, fact.gate, {**seen, "rule": fact.rule.value})
                _put_before_staff(slate, fresh, fact, Why.TAG_CLOSED)
        case GateAlarmed():
            _alarmed(slate, fresh, fact)
            if fact.kind in SWITCHED:
                _put_before_staff(slate, fresh, fact, Why.TAG_SWITCHED)
        case GateWatched():
            _watched(slate, fresh, fact)
        case GateChecked():
            _checked(slate, fresh, fact)
        case _:
            assert_never(fact)


def _counted(slate: Slate, fresh: Fresh, fact: PeopleCounted) -> None:
    row = {"id": fact.intent, **_where(fresh, fact.gate), "begins": fact.begins, "ends": fact.ends}
    people = {"entered": fact.entered, "left_": fact.left, "closed": fact.closed, "notes": " ".join(fact.notes)}
    slate.add(visits, row | people)


def _alarmed(slate: Slate, fresh: Fresh, fact: GateAlarmed) -> None:
    """An item that rang, or a change of what rang. A change of an alarm that was never told stands by itself."""
    at = fresh.place.at
    what = fact.state.value if fact.kind is None else fact.kind.value
    told = {
        "alarm": fact.intent,
        "item": fact.item,
        "uid": fact.uid,
        "afi": fact.afi,
        "what": what,
        "rule": None if fact.rule is None else fact.rule.value,
        "ledger_version": fact.ledger_version,
        "ledger_age_s": fact.ledger_age_s,
        "who": fact.by,
    }
    _see(slate, fresh, fact.gate, told)
    known = slate.one(_ALARM, fact.intent)
    if known is None:
        row = {"id": fact.intent, **_where(fresh, fact.gate), "raised_at": at, "changed_at": at, "kind": what}
        rest = {"things": 0 if fact.kind is None else 1, "outward": fact.outward, "late": fact.late, "who": fact.by}
        slate.add(gate_alarms, {**row, **rest, "state": fact.state.value})
    elif fact.kind is not None and fact.state is AlarmState.RAISED:
        slate.change(gate_alarms, known, things=known.things + 1)
    else:
        slate.change(gate_alarms, known, state=fact.state.value, who=fact.by, changed_at=at)


def _watched(slate: Slate, fresh: Fresh, fact: GateWatched) -> None:
    """Its end names its beginning: the row that was opened is closed, or, after a power cut, made whole at once."""
    if fact.until is not None:
        for row in slate.find(_OPEN_GAPS, fact.gate):
            if (row.station, row.since, row.until) == (fresh.place.station, fact.since, None):
                slate.change(gate_gaps, row, until=fact.until)
                return
    whole = {"id": fact.intent, **_where(fresh, fact.gate), "since": fact.since, "until": fact.until, "why": fact.why}
    slate.add(gate_gaps, whole)


def _checked(slate: Slate, fresh: Fresh, fact: GateChecked) -> None:
    known = slate.one(_CHECK, fact.intent)
    if known is not None:
        slate.change(gate_checks, known, result=fact.result.value, who=fact.by)
    else:
        row = {"id": fact.intent, **_where(fresh, fact.gate), "at": fresh.place.at, "result": fact.result.value}
        slate.add(gate_checks, row | {"who": fact.by, "rssi_dbm": fact.rssi_dbm, "noise": fact.noise})
    if fact.wants_repair:
        details = {"gate": fact.gate, "result": fact.result.value, "by": fact.by}
        note(slate, fresh.place, fresh.epoch, Notable(Why.GATE_FAILED, fact.intent, None, details))


def _see(slate: Slate, fresh: Fresh, gate: str, told: Mapping[str, object]) -> None:
    slate.add(gate_seen, {"who": "", **_where(fresh, gate), "at": fresh.place.at, **told})


def _where(fresh: Fresh, gate: str) -> dict[str, object]:
    return {"station": fresh.place.station, "gate": gate}


def _put_before_staff(slate: Slate, fresh: Fresh, fact: GatePassed | GateAlarmed, why: Why) -> None:
    details = {"gate": fact.gate, "afi": "" if fact.afi is None else f"{fact.afi:02X}", "uid": fact.uid or ""}
    note(slate, fresh.place, fresh.epoch, Notable(why, fact.intent, fact.item, details))
